import { isIP } from 'node:net';
import { type Consent, PURPOSES } from '../../shared/consent.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import type { OrderKnown, Visitor } from '../analytics/store.ts';
import { withoutClickIds } from '../privacy/click-ids.ts';
import { coarseIp, coarseUserAgent } from '../privacy/coarsen.ts';

/** What is known of a browser, from a visitor's record or from its own report. */
export type Seen = Pick<Visitor, 'consent'> &
  Partial<Pick<Visitor, 'anonymousId' | 'ip' | 'userAgent' | 'tiktok'>>;

/** Ignored in a page's report: the write key is public, so anyone can send these values. */
const PLATFORM_PROPERTIES = new Set([
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
 * A placed order completed from its other report: the browser's report supplies the visitor and where they came from,
 * the verified webhook supplies amounts, items, status and buyer. `messageId` and `source` stay those of the logged
 * event. What neither report contains stays absent.
 *
 * @param reports only the other side's report is used; the logged event is its own.
 * @param visitors who may have placed the order, latest first; used only without a report from a browser.
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
 * A webhook's event completed from the visitors it may concern, latest first. The strictest consent of all of them
 * applies; when it denies every purpose, nothing of them is used.
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

/** The browser that sent a report. */
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
  const supplied = Object.entries(browser.properties).filter(([name]) => !PLATFORM_PROPERTIES.has(name));
  return { ...Object.fromEntries(supplied), ...webhook.properties, ...(order_id != null && { order_id }) };
}

const strictest = (visitors: readonly Seen[]): Consent => ({
  advertising: visitors.every(({ consent }) => consent.advertising),
  analytics: visitors.every(({ consent }) => consent.analytics),
  marketing: visitors.every(({ consent }) => consent.marketing),
});

/** Reduced as at ingest: without consent to advertising no click IDs, and a coarse IP address and user agent. */
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
