import type { Consent } from '../../shared/consent.ts';
import { LIMITS } from '../../shared/names.ts';
import { orderNames, readId } from '../../shared/order-ids.ts';
import type { Identity, JsonObject, ProtectedEvent } from '../../shared/protected-event.ts';
import { decides } from '../privacy/effective-consent.ts';
import { readClaim } from './claim.ts';
import { eventIdOfOrder } from './event-id.ts';
import type { Evidence } from './evidence.ts';
import { byPrecedence, isTrusted, type Report } from './precedence.ts';

/** What is known of an order when one of its stages is leased for the first time. */
export interface KnownOrder {
  canonicalId: string;
  /** Frozen with the first stage that was leased. */
  eventId?: string;
  /** Of trusted voices, and of browsers where their word makes an order. */
  reports: readonly Report[];
  /** What browsers showed: joined by proof, latest first, and in their reports. */
  evidence: readonly Evidence[];
  /** What mirrored pixels called it, the first first. */
  pixelIds: readonly string[];
}

/** An event and the text it is stored as. */
export interface Composed {
  event: ProtectedEvent;
  text: string;
}
type TextOf = (event: ProtectedEvent) => string;

/** Money, items and status: the strongest voice alone decides them. */
const TERMS: ReadonlySet<string> = new Set([
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
 * One stage of an order as every destination is sent it: existence, money, items, status and buyer from the strongest
 * voice; click ids, address, browser, visitor, page and campaign from the evidence. What was not reported stays absent.
 *
 * @param own the report that added the stage.
 */
export function composeStage(own: ProtectedEvent, known: KnownOrder, textOf: TextOf): Composed {
  return bounded(
    () => compose(own, known),
    () => compose(own, { ...known, reports: believed(known.reports), evidence: known.evidence.map(briefly) }),
    textOf,
  );
}

/** A checkout that a trusted voice reported, with what is known of the browsers that belong to it, latest first. */
export const composeCheckout = (
  own: ProtectedEvent,
  evidence: readonly Evidence[],
  textOf: TextOf,
): Composed =>
  bounded(
    () => enrich(own, evidence),
    () => enrich(own, evidence.map(briefly)),
    textOf,
  );

/** Customer.io refuses a larger event: it is sent without what browsers added that could be this large. */
function bounded(whole: () => ProtectedEvent, lean: () => ProtectedEvent, textOf: TextOf): Composed {
  const withText = (event: ProtectedEvent): Composed => ({ event, text: textOf(event) });
  const composed = withText(whole());
  return Buffer.byteLength(composed.text) <= LIMITS.messageBytes ? composed : withText(lean());
}

const briefly = ({ context: { page: _, campaign: __, ...context }, ...evidence }: Evidence): Evidence => ({
  ...evidence,
  context,
});

function compose(own: ProtectedEvent, known: KnownOrder): ProtectedEvent {
  const reports = [...known.reports].sort(strongestFirst);
  const placed = reports.filter(({ stage }) => stage === 'placed').map(({ event }) => event);
  const isPlaced = own.event === 'Order Completed';
  // What was cancelled or paid back changes nothing of what was ordered; a cancelled order's total is often 0.
  const contents = reports
    .filter(({ stage, event }) => stage !== 'cancelled' && stage !== 'refunded' && !cancelledAt(event))
    .map(({ event }) => event);
  const content = contentOf(own, reports, contents);
  const buyer = describingBuyer(own, reports);
  const composed = enrich(
    {
      ...own,
      source: isPlaced ? content.source : own.source,
      timestamp: isPlaced ? earliest([own, ...placed]) : own.timestamp,
      consent: consentOf(
        own,
        reports.map(({ event }) => event),
      ),
      ...integrationsOf(own, reports),
      identity: identityOf(buyer.map(({ identity }) => identity)),
      traits: together(buyer.map(({ traits }) => traits)),
      context: contextOf(buyer),
      properties: {
        ...propertiesOf(own, content, isPlaced ? contents : [], known.canonicalId),
        ...(isCancellable(own) && cancellation(reports)),
      },
    },
    known.evidence,
  );
  return { ...composed, orderId: known.canonicalId, eventId: known.eventId ?? eventIdOf(known, reports) };
}

/** Of most orders no pixel was mirrored, and what they are called is not read again. */
function eventIdOf({ canonicalId, pixelIds }: KnownOrder, reports: readonly Report[]): string {
  const named = pixelIds.length > 0 ? believed(reports) : [];
  const names = named.flatMap(({ event }) => orderNames(event.properties));
  return eventIdOfOrder(canonicalId, names, pixelIds);
}

/** The reports that tell who bought, first the one that decides. A page's are among them where no other voice reported. */
function describingBuyer(own: ProtectedEvent, reports: readonly Report[]): ProtectedEvent[] {
  const events = believed(reports).map(({ event }) => event);
  const isWeaker = !isTrusted(own.source) && events.some(({ source }) => isTrusted(source));
  return isWeaker ? events : [...new Set([own, ...events])];
}

/**
 * An event of a trusted voice with what is known of the browsers that belong to it, latest first. Consent is not looked
 * at: whoever leases the event applies what is recorded by then.
 */
function enrich(event: ProtectedEvent, evidence: readonly Evidence[]): ProtectedEvent {
  if (evidence.length === 0) return event;
  const anonymousId = evidence.find((one) => one.anonymousId !== undefined)?.anonymousId;
  return {
    ...event,
    identity: { ...event.identity, ...(anonymousId !== undefined && { anonymousId }) },
    context: { ...event.context, ...together(evidence.map(({ context }) => context)) },
  };
}

/** Those of voices that prove who they are; of pages where no other reported the order. */
function believed(reports: readonly Report[]): readonly Report[] {
  const trusted = reports.filter(({ source }) => isTrusted(source));
  return trusted.length > 0 ? trusted : reports;
}

const strongestFirst = (a: Report, b: Report) => byPrecedence(rankOf(a), rankOf(b));
const rankOf = ({ source, event }: Report) => ({ source, receivedAtMs: Date.parse(event.receivedAt) });

/** All fields of all objects; of one field the first object's. */
const together = <Fields extends object>(objects: readonly Fields[]): Fields =>
  Object.assign({}, ...objects.toReversed());

const FORMS = [
  ['emailSha256', 'emailDotlessSha256'],
  ['phoneSha256', 'phoneDigitsSha256'],
] as const;

/** As `together`; a further digest of an email or phone comes from an identity with the same one. */
function identityOf(identities: readonly Identity[]): Identity {
  const identity = { ...together(identities) };
  for (const [digest, form] of FORMS) {
    const same = identities.find((one) => one[form] !== undefined && one[digest] === identity[digest]);
    if (same?.[form] === undefined) delete identity[form];
    else identity[form] = same[form];
  }
  return identity;
}

const earliest = (events: readonly ProtectedEvent[]): string =>
  events
    .map(({ timestamp }) => timestamp)
    .reduce((a, b) => (a !== b && Date.parse(b) < Date.parse(a) ? b : a));

/** The report whose money, items and status count for this stage; with every stage before its first send the newest. */
function contentOf(
  own: ProtectedEvent,
  reports: readonly Report[],
  contents: readonly ProtectedEvent[],
): ProtectedEvent {
  if (own.event === 'Order Cancelled') return own;
  if (own.event === 'Order Refunded') {
    const { part } = readClaim(own) ?? {};
    return reports.find((one) => one.stage === 'refunded' && one.part === part)?.event ?? own;
  }
  return contents.find(({ properties }) => properties.total !== undefined) ?? contents[0] ?? own;
}

/** Where nobody chose, what the shop system states of its customer decides marketing. */
function consentOf(own: ProtectedEvent, events: readonly ProtectedEvent[]): Consent {
  const states = ({ source, assumed }: ProtectedEvent) =>
    source === 'platform' && assumed !== undefined && !assumed.includes('marketing');
  const stated = decides(own, 'marketing') ? undefined : events.find(states);
  return stated ? { ...own.consent, marketing: stated.consent.marketing } : own.consent;
}

const cancelledAt = ({ properties }: ProtectedEvent) => readId(properties.cancelled_at);
const isCancellable = ({ event }: ProtectedEvent) => event === 'Order Completed' || event === 'Order Updated';

/** When the order was cancelled since. */
function cancellation(reports: readonly Report[]): { cancelled_at?: string } {
  const found = believed(reports).find(({ event }) => cancelledAt(event))?.event;
  return found ? { cancelled_at: cancelledAt(found) as string } : {};
}

/** A browser's choice of destinations counts where its word made the order, and nowhere else. */
function integrationsOf(
  own: ProtectedEvent,
  reports: readonly Report[],
): Pick<ProtectedEvent, 'integrations'> {
  const integrations =
    own.integrations ?? reports.find(({ event }) => event.integrations)?.event.integrations;
  return integrations ? { integrations } : {};
}

function contextOf(events: readonly ProtectedEvent[]): ProtectedEvent['context'] {
  const traits = together(events.map(({ context }) => context.traits ?? {}));
  const context = together(events.map((event) => event.context));
  return { ...context, ...(Object.keys(traits).length > 0 && { traits }) };
}

/** The properties of an event with money, items and status of another. */
const withTermsOf = (content: ProtectedEvent, { properties }: ProtectedEvent): JsonObject =>
  Object.fromEntries([
    ...Object.entries(properties).filter((field) => !isTerm(field)),
    ...Object.entries(content.properties).filter(isTerm),
  ]);
const isTerm = ([name]: [string, unknown]): boolean => TERMS.has(name);

function propertiesOf(
  own: ProtectedEvent,
  content: ProtectedEvent,
  others: readonly ProtectedEvent[],
  canonicalId: string,
): JsonObject {
  const weaker = others
    .filter((event) => event !== own)
    .toReversed()
    .flatMap(({ properties }) => Object.entries(properties));
  return {
    ...Object.fromEntries(weaker.filter((field) => !isTerm(field))),
    ...(content === own ? own.properties : withTermsOf(content, own)),
    // A payment stays one, whatever an edit before or after it reports.
    ...(own.event === 'Order Updated' && { financial_status: own.properties.financial_status ?? null }),
    ...(!canonicalId.startsWith('checkout:') && { order_id: canonicalId }),
  };
}
