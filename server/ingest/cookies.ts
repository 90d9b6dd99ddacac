import type { ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { type SetCookie, stringifySetCookie } from 'cookie';
import { getDomain } from 'tldts';
import { TTCLID, TTCLID_DAYS } from '../../shared/click-ids.ts';
import { COOKIES } from '../../shared/names.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { isLoopback } from '../lib/loopback.ts';

const DAY_MS = 86_400_000;
const ID_LIFE_MS = 400 * DAY_MS;
const CLICK_LIFE_MS = TTCLID_DAYS * DAY_MS;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
/** Domains shared by many shops: a cookie on the domain itself would be readable by all of them. */
const SHARED_HOSTS = new Set(['myshopline.com', 'shoplineapp.com']);

/**
 * Renews the visitor's cookies from the server, because Safari deletes cookies set by scripts after 7 days.
 * Nothing is set across sites, without consent, or for an id that is not a UUID.
 *
 * @param page the allowed `Origin` of the request.
 * @param host the collector's own host name, without port.
 * @param latest the last event of the request.
 */
export function setCookies(
  response: ServerResponse,
  page: string,
  host: string,
  latest: ProtectedEvent,
): void {
  const scope = cookieScope(page, host);
  if (!scope) return;
  const { consent, identity, context, receivedAt } = latest;
  const set = (name: string, value: string, lifeMs: number) =>
    response.appendHeader('Set-Cookie', toHeader(scope, name, value, lifeMs));
  if (identity.anonymousId && UUID.test(identity.anonymousId) && Object.values(consent).includes(true))
    set(COOKIES.anonymousId, identity.anonymousId, ID_LIFE_MS);
  const { ttclid, ttclid_at: capturedAt } = context.tiktok ?? {};
  if (!ttclid?.isWellFormed()) return;
  const nowMs = Date.parse(receivedAt);
  const capturedMs = Math.min(capturedAt ? Date.parse(capturedAt) : nowMs, nowMs);
  const lifeMs = capturedMs + CLICK_LIFE_MS - nowMs;
  if (lifeMs <= 0) return;
  set(TTCLID, ttclid, lifeMs);
  set(COOKIES.ttclidAt, String(capturedMs), lifeMs);
}

/** With `Expires` for the sake of what does not know `Max-Age`. */
const toHeader = (scope: Scope, name: string, value: string, lifeMs: number): string =>
  stringifySetCookie(
    {
      ...{ name, value, ...scope },
      ...{ maxAge: Math.floor(lifeMs / 1_000), expires: new Date(Date.now() + lifeMs) },
    },
    { encode: encodeURIComponent },
  );

/** Where a cookie counts. */
type Scope = Pick<SetCookie, 'path' | 'sameSite' | 'secure' | 'domain'>;

/** Options of a first-party cookie; undefined when page and collector are not the same site. */
export function cookieScope(page: string, collector: string): Scope | undefined {
  if (!URL.canParse(page)) return undefined;
  const { hostname, protocol } = new URL(page);
  const [pageHost, host] = [unbracketed(hostname), unbracketed(collector)];
  const isSecure = protocol !== 'http:' || !isLoopback(host);
  const base: Scope = { path: '/', sameSite: 'lax', secure: isSecure };
  const domain = siteOf(host);
  if (domain === undefined) return host === pageHost ? base : undefined;
  return domain === siteOf(pageHost) ? { ...base, domain } : undefined;
}

const unbracketed = (host: string) => host.replace(/^\[|\]$/g, '');

/** The registrable domain; undefined for loopback, IP addresses and shared domains, whose cookies stay host-only. */
function siteOf(host: string): string | undefined {
  if (isIP(host) || host === 'localhost') return undefined;
  const domain = getDomain(host, { allowPrivateDomains: true });
  return domain === null || SHARED_HOSTS.has(domain) ? undefined : domain;
}
