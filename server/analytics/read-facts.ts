import { checkoutKey } from '../../shared/order-ids.ts';
import { readNumber, readStoredValue } from '../../shared/order-value.ts';
import { isPaid } from '../../shared/payment.ts';
import type { JsonObject, ProtectedEvent } from '../../shared/protected-event.ts';
import type { LeftOutReason } from '../../shared/reasons.ts';
import { sumOfProducts, toHundredths } from '../lib/decimal.ts';
import { type OrderClaim, readClaim } from '../orders/claim.ts';
import { isTrusted } from '../orders/precedence.ts';
import { isMessageReport } from '../privacy/person.ts';
import { type EventFacts, isPerson, linksBetween, peopleIn, textOf, times } from './event.ts';
import { type Action, type OrderReport, type PersonKey, reportId } from './facts.ts';
import { readMessage } from './messages.ts';
import type { TargetsOf, Utm } from './targets.ts';

export interface FactRules {
  targets: TargetsOf;
  /** ISO 4217, the shop's. */
  currency: string;
}

/** One stored event → its facts. No clock, no state: the same event has the same facts whenever it is read. */
export function readFacts(event: ProtectedEvent, rules: FactRules): EventFacts {
  if (isMessageReport(event)) return readMessage(event, rules.targets);
  if (event.context.bot) return { leftOut: ['bot'] };
  const { source, identity } = event;
  const who = { people: peopleIn(event), ...times(event) };
  const visitor =
    source === 'browser' && identity.anonymousId !== undefined
      ? { anonymousId: identity.anonymousId, seenAtMs: who.atMs }
      : undefined;
  return {
    ...readKind(event, who, rules),
    links: linksBetween(who.people, event),
    ...(visitor && { visitor }),
  };
}

/** Whose event it is, when it happened and when it was received: the same in each of its facts. */
type Who = Pick<Action, 'people' | 'atMs' | 'receivedAtMs'>;

function readKind(event: ProtectedEvent, who: Who, rules: FactRules): EventFacts {
  if (event.type === 'page') return readLanding(event, who, rules);
  if (event.type !== 'track') return {};
  const claim = readClaim(event);
  if (claim) return readOrder(event, claim, who, rules);
  if (event.event === 'Order Merged') return readMerge(event);
  if (event.event === 'Product Added') return readAction(event, who, 'cart', `message:${event.messageId}`);
  if (event.event === 'Checkout Started') return readAction(event, who, 'checkout', checkoutIdOf(event));
  return {};
}

/** A checkout counts once; under what can be guessed a browser claims none but its own. */
const checkoutIdOf = ({ source, properties, messageId }: ProtectedEvent): string =>
  checkoutKey(properties, isTrusted(source)) ?? `message:${messageId}`;

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
    touches: [
      { ...landing, kind: 'landing', people: people.filter(isPerson), claimed: claimedIn(event, people) },
    ],
    visits: [{ ...landing, visitor: `a:${anonymousId}`, ...(country && { country }) }],
  };
}

/** A browser proves to be no more than itself, and to hold the link it landed on. */
const claimedIn = ({ source }: ProtectedEvent, people: readonly PersonKey[]) =>
  isTrusted(source) ? [] : people.filter((key) => /^[ue]:/.test(key));

/** Of the address; of the campaign the sender names only where it sent no address. */
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

/** Orders count whatever the visitor allowed: they are the shop's own books. Without consent no touch is theirs. */
function readOrder(event: ProtectedEvent, claim: OrderClaim, who: Who, { currency }: FactRules): EventFacts {
  const { properties, source, messageId, isEvidence } = event;
  const { stage, part, isCancelled } = claim;
  // Events stored by earlier versions have no orderId, and are found by their names.
  const [orderId = stage === 'placed' ? `message:${messageId}` : undefined, ...names] =
    event.orderId === undefined ? claim.names : [event.orderId, ...(isTrusted(source) ? claim.names : [])];
  if (orderId === undefined) return { leftOut: ['no-identity'] };
  const stated = textOf(properties.currency)?.toUpperCase();
  const netHundredths = toHundredths(readNumber(properties.net_total));
  // A stated net amount is more exact than the sum of the lines.
  const isStated = hasAmount(properties) || netHundredths === undefined;
  const amountHundredths = isStated ? toHundredths(readStoredValue(event, sumOfProducts)) : undefined;
  const discountHundredths = toHundredths(readNumber(properties.discount));
  const { financial_status: status } = properties;
  const leftOut: LeftOutReason[] = [];
  if (stated !== undefined && stated !== currency) leftOut.push('foreign-currency');
  if (hasAmount(properties) && amountHundredths === undefined) leftOut.push('bad-amount');
  return {
    leftOut,
    orderReports: [
      {
        id: reportId(source, messageId),
        stage,
        source,
        ...(isEvidence && { isEvidence }),
        orderId,
        names,
        ...(event.orderId === undefined && { isByNames: true as const }),
        part,
        ...who,
        // Evidence shows who was there. Who bought it is the shop's word.
        people: isEvidence ? who.people.filter((key) => /^[ac]:/.test(key)) : who.people,
        ...(amountHundredths !== undefined && { amountHundredths }),
        ...(netHundredths !== undefined && { netHundredths }),
        ...(discountHundredths !== undefined && { discountHundredths }),
        ...(stated !== undefined && { currency: stated }),
        ...(textOf(status) !== undefined && { isUnpaid: !isPaid(status, source) }),
        ...(isCancelled && { isCancelled }),
        items: itemsOf(properties),
      },
    ],
  };
}

const hasAmount = ({ total, value, revenue }: JsonObject) => (total ?? value ?? revenue) !== undefined;

/** Two orders turned out to be one, or an order got another id. Only the store reports it. */
function readMerge({ orderId, properties: { from } }: ProtectedEvent): EventFacts {
  if (orderId === undefined || typeof from !== 'string') return {};
  return { merges: [{ from, to: orderId }] };
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
