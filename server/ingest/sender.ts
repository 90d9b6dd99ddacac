import { parseCookie } from 'cookie';
import type { Received } from '../http/direct-handler.ts';
import type { Clock } from '../lib/clock.ts';
import type { CountryOf } from './country.ts';

/** What the HTTP request reveals about its sender. */
export interface Sender {
  source: 'browser' | 'server';
  /** The address the collector saw itself, after `TRUST_PROXY`; undefined for a server key. */
  peer: string | undefined;
  /** True when a browser page sent it (the request carries `Origin`). */
  isBrowser: boolean;
  /** Set for browsers only. */
  ip: string | undefined;
  userAgent: string | undefined;
  /** ISO 3166-1 alpha-2, upper case; from the CDN's header or the MaxMind database. Browsers only. */
  country?: string | undefined;
  /** `Sec-GPC: 1`. */
  gpc: boolean;
  cookies: Readonly<Record<string, string | undefined>>;
  receivedAtMs: number;
}

export function readSender(
  request: Received,
  source: Sender['source'],
  parts: { clock: Clock; countryOf: CountryOf },
): Sender {
  const { headers } = request;
  const isBrowser = headers.origin !== undefined;
  const ip = isBrowser ? request.ip : undefined;
  return {
    source,
    peer: source === 'browser' ? request.ip : undefined,
    isBrowser,
    ip,
    country: isBrowser ? parts.countryOf(headers, ip) : undefined,
    userAgent: headers['user-agent'],
    gpc: headers['sec-gpc'] === '1',
    cookies: headers.cookie === undefined ? {} : parseCookie(headers.cookie),
    receivedAtMs: parts.clock.now(),
  };
}
