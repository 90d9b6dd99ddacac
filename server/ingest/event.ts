import { randomUUID } from 'node:crypto';
import type { Message } from '../../shared/message.ts';
import { orderKey } from '../../shared/names.ts';
import type { ProtectedEvent, RawPii } from '../../shared/protected-event.ts';
import type { DroppedField } from '../../shared/reasons.ts';
import type { Shop } from '../config/config.ts';
import { needsRawPii } from '../destinations/destination.ts';
import { DESTINATIONS } from '../destinations/registry.ts';
import { protect, protectId } from '../privacy/protect.ts';
import type { Acceptance } from './accept.ts';
import { withoutClickIds } from './click-ids.ts';

/** An accepted message as it goes into the log, and the raw values that were taken out of it. */
export interface Event {
  event: ProtectedEvent;
  raw: RawPii | undefined;
  dropped: readonly DroppedField[];
}

/** Joins what was sent with what the door knows, without anything personal left in clear. */
export function toEvent(message: Message, { context, ...acceptance }: Acceptance, shop: Shop): Event {
  const keepRaw = shop.destinations.some(
    (configured) => needsRawPii(configured) && acceptance.consent[configured.destination.purpose],
  );
  const sent = { ...message, context };
  const { raw, dropped, ...protectedParts } = protect(
    acceptance.consent.advertising ? sent : withoutClickIds(sent),
    { country: shop.country, keepRaw },
  );
  const event: ProtectedEvent = {
    shop: shop.id,
    messageId: message.messageId ? protectId(message.messageId) : randomUUID(),
    type: message.type,
    ...acceptance,
    ...protectedParts,
  };
  const key = protectedOrderKey(message);
  if (key) event.orderKey = key;
  const integrations = chosenDestinations(message.integrations);
  if (integrations) event.integrations = integrations;
  return { event, raw, dropped };
}

/** Read before `[email]` could make two orders look like one. */
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

/** Segment's `integrations`: a name is off only when it says false; true and settings objects mean on. */
function chosenDestinations(integrations: Message['integrations']): Record<string, boolean> | undefined {
  const chosen = Object.entries(integrations ?? {})
    .map(([name, value]) => [name.toLowerCase(), value !== false] as const)
    .filter(([name]) => CHOOSABLE.has(name));
  return chosen.length > 0 ? Object.fromEntries(chosen) : undefined;
}
