import { checkoutNames, isPayment } from '../../shared/order-ids.ts';
import { isPaid } from '../../shared/payment.ts';
import type { JsonObject, ProtectedEvent } from '../../shared/protected-event.ts';
import type { LeftOutReason } from '../../shared/reasons.ts';
import { toHundredths } from '../lib/decimal.ts';
import { type EventFacts, isPerson, linksBetween, peopleIn, textOf, times } from './event.ts';
import type { Action, OrderReport } from './facts.ts';
import { isMessageReport, readMessage } from './messages.ts';
import type { Visitor } from './store.ts';
import type { TargetsOf, Utm } from './targets.ts';

export interface FactRules {
  targets: TargetsOf;
  /** ISO 4217, the shop's. */
  currency: string;
}

/** The facts of a stored event. Pure: the same event always gives the same facts. */
export function readFacts(event: ProtectedEvent, rules: FactRules): EventFacts {
  if (isMessageReport(event)) return readMessage(event, rules.targets);
  if (event.context.bot) return { leftOut: ['bot'] };
  const visitor = event.source === 'browser' ? readVisitor(event) : undefined;
  const who = { people: peopleIn(event), ...times(event) };
  return {
    ...readKind(event, who, rules),
    links: linksBetween(who.people, who.receivedAtMs),
    ...(visitor && { visitor }),
  };
}

/** The ids and times that all facts of one event share. */
type Who = Pick<Action, 'people' | 'atMs' | 'receivedAtMs'>;

function readKind(event: ProtectedEvent, who: Who, rules: FactRules): EventFacts {
  if (event.type === 'page') return readLanding(event, who, rules);
  if (event.type !== 'track') return {};
  switch (event.event) {
    case 'Product Added':
      return readAction(event, who, 'cart', `message:${event.messageId}`);
    case 'Checkout Started': {
      const checkout = checkoutNames(event.properties).at(-1);
      return readAction(event, who, 'checkout', checkout ?? `message:${event.messageId}`);
    }
    case 'Order Completed':
      return readOrder(event, who, 'placed', rules);
    case 'Order Updated':
      return readOrder(event, who, isPayment(event.event, event.properties) ? 'paid' : 'updated', rules);
    case 'Order Cancelled':
      return readOrder(event, who, 'cancelled', rules);
    case 'Order Refunded':
      return readOrder(event, who, 'refunded', rules);
    case 'Order Merged':
      return readMerge(event, who);
    default:
      return {};
  }
}

/** A page view on a link of a marketing event. */
function readLanding(event: ProtectedEvent, { people, ...when }: Who, { targets }: FactRules): EventFacts {
  const marketingEventId = targets.link(utmOf(event));
  if (marketingEventId === undefined) return {};
  if (!event.consent.analytics) return { leftOut: ['consent'] };
  const { anonymousId } = event.identity;
  if (anonymousId === undefined) return { leftOut: ['no-identity'] };
  const landing = { id: event.messageId, marketingEventId, ...when };
  const country = countryOf(event);
  return {
    touches: [{ ...landing, kind: 'landing', people: people.filter(isPerson) }],
    visits: [{ ...landing, visitor: `a:${anonymousId}`, ...(country && { country }) }],
  };
}

/** The utm values of the page's address, or of `context.campaign` where the event has no address. */
function utmOf({ context }: ProtectedEvent): Utm {
  const url = context.page?.url;
  if (url === undefined) {
    const { name, ...campaign } = (context.campaign ?? {}) as Record<string, unknown>;
    return texts({ campaign: name, ...campaign });
  }
  if (!url.includes('utm_')) return {};
  const query = [...(URL.parse(url)?.searchParams ?? [])].filter(([name]) => name.startsWith('utm_'));
  return Object.fromEntries(query.map(([name, value]) => [name.slice('utm_'.length), value]));
}

const texts = (values: Record<string, unknown>): Utm =>
  Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );

function countryOf({ context }: ProtectedEvent): string | undefined {
  const { country } = (context.location ?? {}) as { country?: unknown };
  return typeof country === 'string' && /^[A-Za-z]{2}$/.test(country) ? country.toLowerCase() : undefined;
}

function readAction(event: ProtectedEvent, who: Who, kind: Action['kind'], id: string): EventFacts {
  if (event.source === 'browser' && !event.consent.analytics) return { leftOut: ['consent'] };
  if (who.people.length === 0) return { leftOut: ['no-identity'] };
  return { actions: [{ id, kind, ...who }] };
}

/** Orders are counted without consent, because they are the shop's own records; without consent they have no touch. */
function readOrder(
  event: ProtectedEvent,
  who: Who,
  stage: OrderReport['stage'],
  rules: FactRules,
): EventFacts {
  const { properties } = event;
  // The store decides which order a report belongs to.
  const names = event.orderId === undefined ? [] : [event.orderId];
  // An order without a name can be in no other report.
  if (names.length === 0 && stage === 'placed') names.push(`message:${event.messageId}`);
  if (names.length === 0) return { leftOut: ['no-identity'] };
  const currency = textOf(properties.currency)?.toUpperCase();
  const said = properties.total ?? properties.value ?? properties.revenue;
  const amountHundredths = toHundredths(said);
  const discountHundredths = toHundredths(properties.discount);
  const { financial_status: status } = properties;
  const leftOut: LeftOutReason[] = [];
  if (currency !== undefined && currency !== rules.currency) leftOut.push('foreign-currency');
  if (said !== undefined && amountHundredths === undefined) leftOut.push('bad-amount');
  return {
    leftOut,
    orderReports: [
      {
        id: event.messageId,
        stage,
        source: event.source,
        names,
        ...who,
        ...(amountHundredths !== undefined && { amountHundredths }),
        ...(discountHundredths !== undefined && { discountHundredths }),
        ...(currency !== undefined && { currency }),
        ...(textOf(status) !== undefined && { isUnpaid: !isPaid(status, event.source) }),
        items: itemsOf(properties),
      },
    ],
  };
}

/** Two orders turned out to be one. Only the store reports it. */
function readMerge(
  { orderId, messageId, source, properties: { from } }: ProtectedEvent,
  who: Who,
): EventFacts {
  if (orderId === undefined || typeof from !== 'string') return {};
  return {
    orderReports: [{ id: messageId, stage: 'merged', source, names: [orderId, from], ...who, items: [] }],
  };
}

function itemsOf({ products }: JsonObject): OrderReport['items'] {
  if (!Array.isArray(products)) return [];
  return products.flatMap((product) => {
    if (typeof product !== 'object' || product === null || Array.isArray(product)) return [];
    const quantity = product.quantity ?? 1;
    const units = typeof quantity === 'number' ? Math.round(quantity) : Number.NaN;
    if (!Number.isSafeInteger(units) || units <= 0) return [];
    return [{ productId: textOf(product.product_id) ?? textOf(product.sku) ?? '', units }];
  });
}

/** The visitor's record, with which an order reported only by the shop's server is completed. */
function readVisitor({
  identity,
  timestamp,
  consent,
  isAssumed,
  context,
}: ProtectedEvent): Visitor | undefined {
  const { anonymousId, userId, emailSha256 } = identity;
  if (anonymousId === undefined) return undefined;
  const { ip, userAgent, tiktok } = context;
  return {
    anonymousId,
    ...(userId !== undefined && { userId }),
    ...(emailSha256 !== undefined && { emailSha256 }),
    seenAt: timestamp,
    consent,
    ...(isAssumed && { isAssumed }),
    ...(ip !== undefined && { ip }),
    ...(userAgent !== undefined && { userAgent }),
    ...(tiktok !== undefined && { tiktok }),
  };
}
