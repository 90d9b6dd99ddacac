import { randomUUID } from 'node:crypto';
import type { Message } from '../../shared/message.ts';
import { orderKey } from '../../shared/names.ts';
import type { ProtectedEvent, RawPii } from '../../shared/protected-event.ts';
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
export function toEvent(message: Message, { context, ...enrichment }: Enrichment, shop: Shop): Event {
  const keepRaw = shop.destinations.some(
    (configured) => needsRawPii(configured) && enrichment.consent[configured.destination.purpose],
  );
  const sent = { ...message, context };
  const { raw, dropped, ...protectedParts } = protect(
    enrichment.consent.advertising ? sent : withoutClickIds(sent),
    { country: shop.country, keepRaw },
  );
  const event: ProtectedEvent = {
    shop: shop.id,
    messageId: message.messageId ? protectId(message.messageId) : randomUUID(),
    type: message.type,
    ...enrichment,
    ...protectedParts,
  };
  const key = protectedOrderKey(message);
  if (key) event.orderKey = key;
  const integrations = chosenDestinations(message.integrations);
  if (integrations) event.integrations = integrations;
  return { event, raw, dropped };
}

/** Computed from the id as sent: redacting it first could make two order ids equal. */
function protectedOrderKey(message: Message): string | undefined {
  if (message.type !== 'track') return undefined;
  const { properties = {} } = message;
  const id = properties.order_id;
  return orderKey(
    message.event,
    typeof id === 'string' ? { ...properties, order_id: protectId(id) } : properties,
  );
}

const CHOOSABLE = new Set(['all', ...DESTINATIONS.map(({ integration }) => integration.toLowerCase())]);

/** Segment's `integrations`: only `false` turns a destination off; `true` and settings objects turn it on. */
function chosenDestinations(integrations: Message['integrations']): Record<string, boolean> | undefined {
  const chosen = Object.entries(integrations ?? {})
    .map(([name, value]) => [name.toLowerCase(), value !== false] as const)
    .filter(([name]) => CHOOSABLE.has(name));
  return chosen.length > 0 ? Object.fromEntries(chosen) : undefined;
}
