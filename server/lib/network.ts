import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { memoize } from './cache.ts';

/** Each request is counted under its sender's network, twice. */
const MAX_KNOWN = 10_000;

/**
 * The bytes that one sender cannot change at will, as base64: an IPv4 address, of IPv6 the /64 network. An IPv4-mapped
 * address is an IPv4 one.
 *
 * @returns undefined when it is no address.
 */
export const networkOf: (address: string) => string | undefined = memoize(MAX_KNOWN, (address) => {
  if (isIP(address) === 0) return undefined;
  const parsed = ipaddr.process(address);
  const bytes = parsed.toByteArray();
  return Buffer.from(parsed.kind() === 'ipv6' ? bytes.slice(0, 8) : bytes).toString('base64');
});
