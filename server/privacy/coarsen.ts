import { isIP, isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The address in canonical form; IPv4-mapped IPv6 addresses are returned as IPv4. Undefined for anything else. */
export function canonicalIp(ip: string | undefined): string | undefined {
  if (ip === undefined || isIPv4(ip)) return ip;
  return isIP(ip) ? ipaddr.process(ip).toString() : undefined;
}

/** The network of an address: /24 for IPv4, /48 for IPv6. @throws when `ip` is not an address. */
export function coarseIp(ip: string): string {
  const address = ipaddr.process(ip);
  const bytes = address.toByteArray().fill(0, address.kind() === 'ipv4' ? 3 : 6);
  return ipaddr.fromByteArray(bytes).toString();
}

/** Keeps the major version of each product: `Chrome/126.0.6478.127` → `Chrome/126`. */
export const coarseUserAgent = (userAgent: string) => userAgent.replace(/(?<=\d)(?:[._]\d+)+/g, '');
