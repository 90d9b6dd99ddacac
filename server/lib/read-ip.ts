import { isIP, isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The address in canonical form; IPv4-mapped IPv6 addresses are returned as IPv4. Undefined for anything else. */
export function canonicalIp(ip: string | undefined): string | undefined {
  if (ip === undefined || isIPv4(ip)) return ip;
  return isIP(ip) ? ipaddr.process(ip).toString() : undefined;
}

/** A list of proxies is not longer. */
const MAX_PARTS = 20;
const BRACKETED = /^\[([^\]]*)\]/;
const WITH_PORT = /^([\d.]+):\d+$/;

/**
 * The IP address in a field or header, as proxies and backends write it: with spaces, quotes or a port, in brackets, with a
 * zone, and of several the first. IPv4-mapped IPv6 addresses are returned as IPv4, others in canonical form.
 *
 * @param value a text, also of several addresses with commas, or a list of texts.
 * @returns undefined when there is none.
 */
export function readIp(value: unknown): string | undefined {
  if (Array.isArray(value)) {
    for (const item of value.slice(0, MAX_PARTS)) {
      const found = typeof item === 'string' ? readIp(item) : undefined;
      if (found !== undefined) return found;
    }
  }
  if (typeof value !== 'string') return undefined;
  if (isIPv4(value)) return value;
  for (const part of value.split(',', MAX_PARTS)) {
    const ip = canonicalIp(bare(part.trim()));
    if (ip !== undefined) return ip;
  }
  return undefined;
}

function bare(written: string): string {
  const text = written.replace(/^"|"$/g, '');
  const ip = BRACKETED.exec(text)?.[1] ?? WITH_PORT.exec(text)?.[1] ?? text;
  const [withoutZone = ''] = ip.split('%', 1);
  return withoutZone.trim();
}
