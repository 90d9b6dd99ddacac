import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * The bytes that one sender cannot change at will: an IPv4 address, of IPv6 the /64 network. An IPv4-mapped address is an
 * IPv4 one.
 *
 * @returns undefined when it is no address.
 */
export function networkOf(address: string | undefined): Buffer | undefined {
  if (address === undefined || isIP(address) === 0) return undefined;
  const parsed = ipaddr.process(address);
  const bytes = parsed.toByteArray();
  return Buffer.from(parsed.kind() === 'ipv6' ? bytes.slice(0, 8) : bytes);
}
