import { randomUUID } from 'node:crypto';
import type { Message } from '../../shared/message.ts';
import { checkoutNames, isGuessable } from '../../shared/order-ids.ts';
import type { ProtectedEvent, RawPii, Source } from '../../shared/protected-event.ts';
import type { DroppedField } from '../../shared/reasons.ts';
import type { Shop } from '../config/config.ts';
import { needsRawPii } from '../destinations/destination.ts';
import { DESTINATIONS } from '../destinations/registry.ts';
import { withoutClickIds } from '../privacy/click-ids.ts';
import { protect, protectId } from '../privacy/protect.ts';
import type { Enrichment } from './enrich.ts';

/** A message as it goes into the log, and the raw values taken out of it. */
export interface Event {
  event: ProtectedEvent;
  /** Undefined unless one of the shop's destinations needs raw values and its purpose is granted. */
  raw: RawPii | undefined;
  /** One entry for each email or phone that could not be normalised. */
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
  const sent = { ...withDigestsAsIds(message), context };
  const { raw, dropped, ...protectedParts } = protect(
    enrichment.consent.advertising ? sent : withoutClickIds(sent),
    { country: shop.country, keepRaw },
  );
  const event: ProtectedEvent = {
    shop: shop.id,
    source,
    messageId: messageIdOf(message, source),
    type: message.type,
    ...enrichment,
    ...protectedParts,
  };
  const key = checkoutKey(event);
  if (key) event.orderKey = key;
  const integrations = chosenDestinations(message.integrations);
  if (integrations) event.integrations = integrations;
  return { event, raw, dropped };
}

const ORDER_IDS = ['order_id', 'order_number', 'checkout_id', 'checkout_token', 'refund_id'] as const;

/** An id that was built from an email stays an id, as its digest; masked, all of them would be the same. */
function withDigestsAsIds(message: Message): Message {
  if (message.type !== 'track' || !message.properties) return message;
  const properties: Record<string, unknown> = message.properties;
  const digests = ORDER_IDS.flatMap((name) => {
    const id = properties[name];
    const digest = typeof id === 'string' ? protectId(id) : id;
    return digest === id ? [] : [[name, digest]];
  });
  return digests.length === 0
    ? message
    : { ...message, properties: { ...properties, ...Object.fromEntries(digests) } };
}

/** Ids that webhooks, the order poll and an order's stages use, for dedup here and at destinations. */
const RESERVED = /^(?:order|checkout|refund|shopline|customerio|platform):/i;

function messageIdOf({ messageId }: Message, source: Source): string {
  if (!messageId) return randomUUID();
  const id = protectId(messageId);
  return source !== 'platform' && RESERVED.test(id) ? `client:${id}` : id;
}

/** A checkout counts once under its token, whoever reports it. What can be guessed is a key for trusted voices alone. */
function checkoutKey({ type, event, source, properties }: ProtectedEvent): string | undefined {
  if (type !== 'track' || event !== 'Checkout Started') return undefined;
  const name = checkoutNames(properties).at(-1);
  const isProven = source !== 'browser' || !isGuessable(name?.slice('checkout:'.length) ?? '');
  return isProven ? name : undefined;
}

const CHOOSABLE = new Set(['all', ...DESTINATIONS.map(({ integration }) => integration.toLowerCase())]);

/** Segment's `integrations`: only `false` turns a destination off; `true` and settings objects turn it on. */
function chosenDestinations(integrations: Message['integrations']): Record<string, boolean> | undefined {
  const chosen = Object.entries(integrations ?? {})
    .map(([name, value]) => [name.toLowerCase(), value !== false] as const)
    .filter(([name]) => CHOOSABLE.has(name));
  return chosen.length > 0 ? Object.fromEntries(chosen) : undefined;
}
