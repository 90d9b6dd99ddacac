import { isIP } from 'node:net';
import { type Consent, PURPOSES } from '../../shared/consent.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import type { OrderKnown, Visitor } from '../analytics/store.ts';
import { withoutClickIds } from '../privacy/click-ids.ts';
import { coarseIp, coarseUserAgent } from '../privacy/coarsen.ts';

/** What a browser is known by, from a visitor's record or from a report of its own. */
export type Seen = Pick<Visitor, 'consent'> &
  Partial<Pick<Visitor, 'anonymousId' | 'ip' | 'userAgent' | 'tiktok'>>;

/** A page may say of these whatever it likes: its write key is public. */
const SHOPS_WORD = new Set([
  'total',
  'subtotal',
  'revenue',
  'value',
  'tax',
  'shipping',
  'discount',
  'coupon',
  'currency',
  'products',
  'product_id',
  'sku',
  'price',
  'quantity',
  'financial_status',
]);

/**
 * A placed order with what its other report said: the browser tells who was there and where they came from, a verified
 * webhook tells the money, the items, the status and whose order it is. Which report it is stays as it was logged.
 * Nothing is made up: what nobody said stays absent.
 *
 * @param reports the other side's is looked at; the logged event stands for its own.
 * @param visitors who may have placed it, latest first. They count only while no browser reported the order.
 */
export function completeOrder(
  logged: ProtectedEvent,
  reports: Pick<OrderKnown, 'browser' | 'webhook'>,
  visitors: readonly Seen[],
): ProtectedEvent {
  const isWebhook = logged.source === 'webhook';
  const other = isWebhook ? reports.browser : reports.webhook;
  if (other) return isWebhook ? join(logged, other, logged) : join(logged, logged, other);
  return isWebhook ? completeFrom(logged, visitors) : logged;
}

/**
 * A webhook's event with what is known of the visitors it may be about, latest first. The strictest consent of them all
 * is in force; of a visitor who denied everything nothing is taken.
 */
export function completeFrom(logged: ProtectedEvent, visitors: readonly Seen[]): ProtectedEvent {
  const consent = visitors.length > 0 ? strictest(visitors) : logged.consent;
  const event = { ...logged, consent };
  if (PURPOSES.every((purpose) => !consent[purpose])) return asAllowed(event);
  const latest = <Key extends keyof Seen>(key: Key) =>
    visitors.find((seen) => seen[key] !== undefined)?.[key];
  const { ip = latest('ip'), userAgent = latest('userAgent'), tiktok = latest('tiktok') } = logged.context;
  const anonymousId = logged.identity.anonymousId ?? latest('anonymousId');
  return asAllowed({
    ...event,
    identity: { ...logged.identity, ...(anonymousId !== undefined && { anonymousId }) },
    context: {
      ...logged.context,
      ...(ip !== undefined && { ip }),
      ...(userAgent !== undefined && { userAgent }),
      ...(tiktok !== undefined && { tiktok }),
    },
  });
}

/** Whoever sent this report, as visitors are known. */
export function toSeen({
  consent,
  identity: { anonymousId },
  context: { ip, userAgent, tiktok },
}: ProtectedEvent): Seen {
  return {
    consent,
    ...(anonymousId !== undefined && { anonymousId }),
    ...(ip !== undefined && { ip }),
    ...(userAgent !== undefined && { userAgent }),
    ...(tiktok !== undefined && { tiktok }),
  };
}

function join(logged: ProtectedEvent, browser: ProtectedEvent, webhook: ProtectedEvent): ProtectedEvent {
  const other = logged === browser ? webhook : browser;
  const { anonymousId } = browser.identity;
  const { integrations } = browser;
  const traits = { ...browser.context.traits, ...webhook.context.traits };
  return asAllowed({
    ...logged,
    timestamp:
      Date.parse(other.timestamp) < Date.parse(logged.timestamp) ? other.timestamp : logged.timestamp,
    consent: browser.consent,
    ...(integrations && { integrations }),
    identity: { ...browser.identity, ...webhook.identity, ...(anonymousId !== undefined && { anonymousId }) },
    context: {
      ...webhook.context,
      ...browser.context,
      ...(Object.keys(traits).length > 0 && { traits }),
    },
    properties: propertiesOf(logged, browser, webhook),
    traits: { ...browser.traits, ...webhook.traits },
  });
}

function propertiesOf(
  { properties: { order_id } }: ProtectedEvent,
  browser: ProtectedEvent,
  webhook: ProtectedEvent,
): ProtectedEvent['properties'] {
  const believed = Object.entries(browser.properties).filter(([name]) => !SHOPS_WORD.has(name));
  return { ...Object.fromEntries(believed), ...webhook.properties, ...(order_id != null && { order_id }) };
}

const strictest = (visitors: readonly Seen[]): Consent => ({
  advertising: visitors.every(({ consent }) => consent.advertising),
  analytics: visitors.every(({ consent }) => consent.analytics),
  marketing: visitors.every(({ consent }) => consent.marketing),
});

/** As the door would have let it in: without consent to advertising no click ids, no whole address, no exact browser. */
function asAllowed(event: ProtectedEvent): ProtectedEvent {
  if (event.consent.advertising) return event;
  const { context, properties, traits } = event;
  const { ip, userAgent, tiktok, ...rest } = withoutClickIds(context);
  return {
    ...event,
    context: {
      ...rest,
      ...(ip !== undefined && isIP(ip) !== 0 && { ip: coarseIp(ip) }),
      ...(userAgent !== undefined && { userAgent: coarseUserAgent(userAgent) }),
      ...(tiktok && Object.keys(tiktok).length > 0 && { tiktok }),
    },
    properties: withoutClickIds(properties),
    traits: withoutClickIds(traits),
  };
}
