import { isIP, isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isbot } from 'isbot';
import { type Consent, PURPOSES, type Purpose, resolveConsent } from '../../shared/consent.ts';
import { type Context, isObject, type Message } from '../../shared/message.ts';
import { COOKIES } from '../../shared/names.ts';
import type { SkipReason } from '../../shared/reasons.ts';
import type { Shop } from '../config/config.ts';
import { remember } from '../lib/cache.ts';

/** What the request itself says about its sender. */
export interface Sender {
  /** True when a browser page sent it (the request carries `Origin`). */
  isBrowser: boolean;
  ip: string | undefined;
  userAgent: string | undefined;
  /** ISO 3166-1 alpha-2, upper case: where whoever stands in front of us says that the visitor is. */
  country?: string | undefined;
  /** `Sec-GPC: 1`. */
  gpc: boolean;
  cookies: Readonly<Record<string, string | undefined>>;
  receivedAtMs: number;
}

/** The facts about a message that only the door can know. */
export interface Acceptance {
  timestamp: string;
  receivedAt: string;
  consent: Consent;
  /** Nobody said anything about consent: it is the shop's default. */
  isAssumed?: true;
  context: Context;
}

/** A few thousand browsers make up nearly all visits, and the list of robots is one very long expression. */
const isRobot = remember(5_000, isbot);

const FUTURE_TOLERANCE_MS = 5 * 60_000;
/** Before it, ISO 8601 needs six digits and a sign for a year, which nobody reads. */
const EARLIEST_MS = Date.parse('0000-01-01T00:00:00Z');

/**
 * Settles when it happened, who sent it and what they allowed; or says why the message is rightly not stored.
 *
 * @param sentAt of the batch, for messages that carry none of their own.
 */
export function accept(
  message: Message,
  sender: Sender,
  shop: Shop,
  sentAt?: string,
): Acceptance | { skip: SkipReason } {
  const context = message.context ?? {};
  const choice = chosenConsent(context, shop);
  const gpc = sender.gpc || context.consent?.gpc === true;
  const consent = resolveConsent(choice, shop.consentDefault, gpc);
  if (choice && PURPOSES.every((purpose) => !consent[purpose])) return { skip: 'consent' };
  const userAgent = sender.isBrowser ? sender.userAgent : context.userAgent;
  const isBot = isRobot(context.userAgent ?? userAgent ?? '');
  if (isBot && shop.bots === 'drop') return { skip: 'bot' };
  const { consent: _, bot: __, tiktok: ___, ...rest } = context;
  const ip = plainIp(sender.isBrowser ? sender.ip : context.ip);
  return {
    timestamp: new Date(happenedAtMs(message, sender.receivedAtMs, sentAt)).toISOString(),
    receivedAt: new Date(sender.receivedAtMs).toISOString(),
    consent,
    ...(!choice && !gpc && { isAssumed: true as const }),
    context: {
      ...rest,
      ip: ip && (consent.advertising ? ip : coarseIp(ip)),
      userAgent: userAgent && (consent.advertising ? userAgent : coarseUserAgent(userAgent)),
      tiktok: tiktokFacts(message, sender, consent),
      ...(sender.country !== undefined && {
        location: { ...(isObject(rest.location) && rest.location), country: sender.country },
      }),
      ...(isBot && { bot: true }),
    },
  };
}

/** Undefined while the visitor has not chosen. Several foreign categories behind one purpose: all must be granted. */
function chosenConsent(context: Context, shop: Shop): Partial<Consent> | undefined {
  const preferences = Object.entries(context.consent?.categoryPreferences ?? {});
  const choice: Partial<Consent> = {};
  for (const [category, isGranted] of preferences) {
    const purpose = purposeOf(category, shop);
    if (purpose) choice[purpose] = isGranted && choice[purpose] !== false;
  }
  return Object.keys(choice).length > 0 ? choice : undefined;
}

function purposeOf(category: string, { consentCategories }: Shop): Purpose | undefined {
  const own = PURPOSES.find((purpose) => purpose === category);
  return own ?? (Object.hasOwn(consentCategories, category) ? consentCategories[category] : undefined);
}

/**
 * The sender's clock may be years off, but the gap between "happened" and "sent" is right on any clock. What would
 * still lie in the future, or before our calendar, happened when it arrived.
 */
function happenedAtMs(message: Message, receivedAtMs: number, batchSentAt: string | undefined): number {
  const timestamp = message.timestamp ?? message.originalTimestamp;
  if (timestamp === undefined) return receivedAtMs;
  const sentAt = message.sentAt ?? batchSentAt;
  const skewMs = sentAt === undefined ? 0 : receivedAtMs - epochMs(sentAt);
  const correctedMs = epochMs(timestamp) + skewMs;
  const isPlausible = correctedMs >= EARLIEST_MS && correctedMs <= receivedAtMs + FUTURE_TOLERANCE_MS;
  return isPlausible ? correctedMs : receivedAtMs;
}

const hasOffset = /(Z|[+-]\d{2}:?\d{2})$/i;
const epochMs = (iso: string) => Date.parse(hasOffset.test(iso) ? iso : `${iso}Z`);

/** Click id: the URL that brought the visitor is newest, the cookie oldest. Nothing without advertising consent. */
function tiktokFacts(message: Message, { isBrowser, cookies }: Sender, consent: Consent): Context['tiktok'] {
  const sent = message.context?.tiktok;
  const facts: Context['tiktok'] = {};
  if (sent?.limited_data_use !== undefined) facts.limited_data_use = sent.limited_data_use;
  if (consent.advertising) {
    const properties = isObject(message.properties) ? message.properties : undefined;
    const cookie = (name: string) => (isBrowser ? cookies[name] : undefined);
    const fromUrl = urlParameter(message.context?.page?.url, 'ttclid');
    const fromCookie = { ttclid: cookie(COOKIES.ttclid), ttclid_at: isoOf(cookie(COOKIES.ttclidAt)) };
    const ttclid = fromUrl || sent?.ttclid || asText(properties?.ttclid) || fromCookie.ttclid;
    const ttp = sent?.ttp || asText(properties?.ttp) || cookie('_ttp');
    const seen = [sent, fromCookie].find((known) => known?.ttclid === ttclid && known?.ttclid_at);
    if (ttclid) facts.ttclid = ttclid;
    if (ttclid && seen?.ttclid_at) facts.ttclid_at = new Date(epochMs(seen.ttclid_at)).toISOString();
    if (ttp) facts.ttp = ttp;
  }
  return Object.keys(facts).length > 0 ? facts : undefined;
}

/** The snippet's own cookie holds epoch milliseconds. */
const isoOf = (cookie = '') => (/^\d{13}$/.test(cookie) ? new Date(Number(cookie)).toISOString() : undefined);
const asText = (value: unknown) => (typeof value === 'string' && value.length <= 1024 ? value : undefined);
const urlParameter = (url: string | undefined, name: string) =>
  url?.includes(name) ? (URL.parse(url)?.searchParams.get(name) ?? undefined) : undefined;

/** The address in its usual spelling, an IPv4 one without its IPv6 clothes. Not an address: undefined. */
function plainIp(ip: string | undefined): string | undefined {
  if (ip === undefined || isIPv4(ip)) return ip;
  return isIP(ip) ? ipaddr.process(ip).toString() : undefined;
}

/** A network instead of a person: /24 for IPv4, /48 for IPv6. */
export function coarseIp(ip: string): string {
  const address = ipaddr.process(ip);
  const bytes = address.toByteArray().fill(0, address.kind() === 'ipv4' ? 3 : 6);
  return ipaddr.fromByteArray(bytes).toString();
}

/** Keeps which browser, drops the build: `Chrome/126.0.6478.127` → `Chrome/126`. */
export const coarseUserAgent = (userAgent: string) => userAgent.replace(/(\d+)(?:[._]\d+)+/g, '$1');
