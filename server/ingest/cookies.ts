import { isIP } from 'node:net';
import type { CookieOptions, Response } from 'express';
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
export function setCookies(response: Response, page: string, host: string, latest: ProtectedEvent): void {
  const scope = cookieScope(page, host);
  if (!scope) return;
  const { consent, identity, context, receivedAt } = latest;
  if (identity.anonymousId && UUID.test(identity.anonymousId) && Object.values(consent).includes(true))
    response.cookie(COOKIES.anonymousId, identity.anonymousId, { ...scope, maxAge: ID_LIFE_MS });
  const { ttclid, ttclid_at: capturedAt } = context.tiktok ?? {};
  if (!ttclid?.isWellFormed()) return;
  const nowMs = Date.parse(receivedAt);
  const capturedMs = Math.min(capturedAt ? Date.parse(capturedAt) : nowMs, nowMs);
  const lifeMs = capturedMs + CLICK_LIFE_MS - nowMs;
  if (lifeMs <= 0) return;
  response.cookie(TTCLID, ttclid, { ...scope, maxAge: lifeMs });
  response.cookie(COOKIES.ttclidAt, String(capturedMs), { ...scope, maxAge: lifeMs });
}

/** Options of a first-party cookie; undefined when page and collector are not the same site. */
export function cookieScope(page: string, collector: string): CookieOptions | undefined {
  if (!URL.canParse(page)) return undefined;
  const { hostname, protocol } = new URL(page);
  const [pageHost, host] = [unbracketed(hostname), unbracketed(collector)];
  const isSecure = protocol !== 'http:' || !isLoopback(host);
  const base: CookieOptions = { path: '/', sameSite: 'lax', secure: isSecure };
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
