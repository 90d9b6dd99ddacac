import { isIP, isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { memoize } from '../lib/cache.ts';

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

const COORDINATE =
  /^(?:.*[^a-z])?(?:lat|lng|lon|long|latitude|longitude|latitud|longitud)$|緯度|經度|纬度|经度|coordinates?$|coords$/i;
const COMPOSED = /(?:L(?:at|ng|on|ong)(?:itude)?|LatLng|GeoPoint)$/;
/** `25.033964,121.564468` in text. */
const PAIR = /(?<![\d.])(-?\d{1,3}\.\d{2})\d+(, ?-?\d{1,3}\.\d{2})\d+(?![\d.])/g;

/** A copy in which coordinates have two decimals: a square kilometre. What needs no change is returned as it is. */
export function withCoarseCoordinates<T>(value: T): T {
  return coarse(value, '') as T;
}

function coarse(value: unknown, key: string): unknown {
  if (typeof value === 'number') return isCoordinate(key) ? Number(cut(value.toFixed(12))) : value;
  if (typeof value === 'string') return coarseText(value, key);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  // The items of a list have no names of their own.
  const copies = entries.map(([name, inner]) => coarse(inner, Array.isArray(value) ? key : name));
  if (copies.every((copy, index) => copy === entries[index]?.[1])) return value;
  return Array.isArray(value)
    ? copies
    : Object.fromEntries(entries.map(([name], index) => [name, copies[index]]));
}

const isCoordinate = memoize(2_000, (key) => COORDINATE.test(key) || COMPOSED.test(key));

function coarseText(text: string, key: string): string {
  const isNumber = isCoordinate(key) && /^\s*[-+]?\d{1,3}\.\d+\s*$/.test(text);
  if (isNumber) return cut(text.trim());
  return text.includes('.') ? text.replace(PAIR, '$1$2') : text;
}

const cut = (decimal: string) => decimal.replace(/(\.\d{2})\d+$/, '$1');
