import ipaddr from 'ipaddr.js';
import { memoize } from '../lib/cache.ts';
import { mapLeaves } from './map-leaves.ts';

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
export const withCoarseCoordinates = <T>(value: T): T =>
  mapLeaves(value, (leaf, key) => {
    if (typeof leaf === 'number') return isCoordinate(key) ? Number(cut(leaf.toFixed(12))) : leaf;
    return typeof leaf === 'string' ? coarseText(leaf, key) : leaf;
  });

const isCoordinate = memoize(2_000, (key) => COORDINATE.test(key) || COMPOSED.test(key));

function coarseText(text: string, key: string): string {
  const isNumber = isCoordinate(key) && /^\s*[-+]?\d{1,3}\.\d+\s*$/.test(text);
  if (isNumber) return cut(text.trim());
  return text.includes('.') ? text.replace(PAIR, '$1$2') : text;
}

const cut = (decimal: string) => decimal.replace(/(\.\d{2})\d+$/, '$1');
