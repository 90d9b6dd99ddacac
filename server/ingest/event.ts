import { randomUUID } from 'node:crypto';
import type { Message } from '../../shared/message.ts';
import { checkoutKey } from '../../shared/order-ids.ts';
import { readProducts } from '../../shared/order-value.ts';
import type { JsonObject, ProtectedEvent, RawPii, Source } from '../../shared/protected-event.ts';
import type { DroppedField } from '../../shared/reasons.ts';
import type { Configured, Shop } from '../config/config.ts';
import { baseName, needsRawPii } from '../destinations/destination.ts';
import { DESTINATIONS } from '../destinations/registry.ts';
import { readCurrency, readNumber } from '../destinations/values.ts';
import { withCleanAddresses } from '../privacy/addresses.ts';
import { reduced } from '../privacy/allowed.ts';
import { protect } from '../privacy/protect.ts';
import { protectId, protectOrderId } from '../privacy/protect-id.ts';
import type { Enrichment } from './enrich.ts';

/** A message as it goes into the log, and the raw values taken out of it. */
export interface Event {
  event: ProtectedEvent;
  /** Undefined unless one of the shop's destinations needs raw values and its purpose is granted. */
  raw: RawPii | undefined;
  /** One entry for each value that was left out. */
  dropped: readonly DroppedField[];
}

/** Joins message and enrichment into the event that is stored, with personal data hashed or redacted. */
export function toEvent(
  message: Message,
  { context, ...enrichment }: Enrichment,
  shop: Shop,
  source: Source,
): Event {
  const keepRaw = shop.destinations.some(
    (configured) => needsRawPii(configured) && enrichment.consent[configured.destination.purpose],
  );
  const sent = withAddressesCleaned({ ...withDigestsAsIds(message), context }, shop.keptParameters);
  const { raw, dropped, ...protectedParts } = protect(enrichment.consent.advertising ? sent : reduced(sent), {
    country: shop.country,
    keepRaw,
  });
  const event: ProtectedEvent = {
    shop: shop.id,
    source,
    messageId: messageIdOf(message, source, shop.country),
    type: message.type,
    ...enrichment,
    ...protectedParts,
  };
  if (source !== 'browser') event.properties = inCurrency(event.properties, shop.currency);
  const isCheckout = event.type === 'track' && event.event === 'Checkout Started';
  const key = isCheckout ? checkoutKey(event.properties, source !== 'browser') : undefined;
  if (key) event.orderKey = key;
  const integrations = chosenDestinations(message.integrations, shop.destinations);
  if (integrations) event.integrations = integrations;
  return { event, raw, dropped };
}

/** The ids of a message are no addresses, whatever they look like. */
function withAddressesCleaned(message: Message, further: Shop['keptParameters']): Message {
  const { context, properties, traits, event, name, category } = message as Texts;
  const texts = { context, properties, traits, event, name, category };
  const cleaned = withCleanAddresses(texts, further);
  if (cleaned === texts) return message;
  // An event is not left without a name by a secret that its name consisted of.
  const named = cleaned.event === '' ? { ...cleaned, event: NO_ADDRESS } : cleaned;
  return { ...message, ...named } as Message;
}
const NO_ADDRESS = '[address]';
type Texts = Partial<Record<'context' | 'properties' | 'traits' | 'event' | 'name' | 'category', unknown>>;

const ORDER_IDS = ['order_id', 'order_number', 'checkout_id', 'checkout_token', 'refund_id'] as const;

/** An id that was built from an email stays an id, as its digest; masked, all of them would be the same. */
function withDigestsAsIds(message: Message): Message {
  if (message.type !== 'track' || !message.properties) return message;
  const properties: Record<string, unknown> = message.properties;
  const digests = ORDER_IDS.flatMap((name) => {
    const id = properties[name];
    const digest = typeof id === 'string' ? protectOrderId(id) : id;
    return digest === id ? [] : [[name, digest]];
  });
  return digests.length === 0
    ? message
    : { ...message, properties: { ...properties, ...Object.fromEntries(digests) } };
}

/** Ids that webhooks, the order poll and an order's stages use, for dedup here and at destinations. */
const RESERVED = /^(?:order|checkout|refund|shopline|customerio|platform|server):/i;

function messageIdOf({ messageId }: Message, source: Source, country: string): string {
  if (!messageId) return randomUUID();
  const id = protectId(messageId, country);
  return source !== 'platform' && RESERVED.test(id) ? `client:${id}` : id;
}

const AMOUNTS = ['total', 'value', 'revenue', 'subtotal', 'price'];

/** An amount without a currency is in the store's when its backend or shop system states it; a page's stays unknown. */
function inCurrency(properties: JsonObject, currency: string): JsonObject {
  const hasAmount = [properties, ...readProducts(properties)].some((object) =>
    AMOUNTS.some((name) => readNumber(object[name]) !== undefined),
  );
  return hasAmount && readCurrency(properties) === undefined ? { ...properties, currency } : properties;
}

const ALL = 'all';
/** `Customer.io (Actions)` is written in many ways: only letters and digits count. */
const spelled = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
/** Every name a message may choose a destination by, and the name under which the choice is stored. */
const CHOOSABLE = new Map([
  [ALL, ALL],
  ...DESTINATIONS.flatMap(({ integration, integrationAliases }) =>
    [integration, ...integrationAliases].map((name) => [spelled(name), integration.toLowerCase()] as const),
  ),
]);

/**
 * Segment's `integrations`: only `false` turns a destination off; `true` and settings objects turn it on. Where two names
 * of one destination disagree, it is off. The name of a further instance (`tiktok:eu`) chooses that one alone.
 */
function chosenDestinations(
  integrations: Message['integrations'],
  configured: readonly Configured[],
): Record<string, boolean> | undefined {
  const chosen: Record<string, boolean> = {};
  for (const [written, value] of Object.entries(integrations ?? {})) {
    const name = instanceNamed(written, configured) ?? CHOOSABLE.get(spelled(written));
    if (name !== undefined) chosen[name] = value !== false && chosen[name] !== false;
  }
  return Object.keys(chosen).length > 0 ? chosen : undefined;
}

/** The further instance of this exact name, case and spaces around it aside. */
function instanceNamed(written: string, configured: readonly Configured[]): string | undefined {
  const name = written.trim().toLowerCase();
  return configured.find(({ destination }) => destination.name === name && baseName(destination) !== name)
    ?.destination.name;
}
