import { readId } from '../../../shared/order-ids.ts';
import type { ProtectedEvent, RawPii } from '../../../shared/protected-event.ts';
import { type Facts, type Skip, skip } from '../destination.ts';
import { compact, messageIdOf, readText, toEpochMs } from '../values.ts';
import { attributesOf, valuesAt } from './attributes.ts';
import type { Identity, Payload } from './payload.ts';
import type { EventCode, Settings } from './settings.ts';

/** The event under the code that the merchant's CDP knows. An event without a configured code is not sent. */
export function map(event: ProtectedEvent, settings: Settings, facts: Facts): Payload[] | Skip {
  const coded = codeOf(event, settings);
  if (!coded) return skip('unmapped');
  const eventDate = toEpochMs(event.timestamp);
  if (eventDate === undefined) return skip('too-old');
  const identities = identitiesOf(event, settings.pii === 'raw' ? facts.raw : undefined);
  if (identities.length === 0) return skip('no-identity');
  return [
    {
      ...compact({ onceKey: onceKey(event, coded.code) }),
      event: {
        event_code: coded.code,
        event_date: eventDate,
        ...compact({ parent_event_id: belongsToOrder(event) ? facts.remoteId : undefined }),
        user_id: identities,
        ...compact({
          user_traits: valuesAt(event, coded.traits),
          attrs: attributesOf(event, coded.attrs),
        }),
      },
    },
  ];
}

function codeOf(event: ProtectedEvent, { eventCodes }: Settings): EventCode | undefined {
  const key = (event.type === 'track' ? event.event : event.type) ?? '';
  return Object.hasOwn(eventCodes, key) ? eventCodes[key] : undefined;
}

function identitiesOf({ identity }: ProtectedEvent, raw: RawPii | undefined): Identity[] {
  const uid = readText(identity.userId);
  const anonymousId = readText(identity.anonymousId);
  const email = raw?.email ?? raw?.userId;
  const phoneDigits = raw?.phone?.replace(/\D/g, '');
  return [
    ...(uid ? [{ type: 'uid' as const, value: uid, channel_type: 'Z_store' as const }] : []),
    ...(anonymousId ? [{ type: 'anonymousId' as const, value: anonymousId }] : []),
    ...(email ? [{ type: 'email' as const, value: email }] : []),
    ...(phoneDigits ? [{ type: 'mobilePhone' as const, value: `00${phoneDigits}` }] : []),
  ];
}

/**
 * The ledger's key. An order is sent once under one code, however often it is reported. Other events of an order (a
 * second refund, another update) are distinguished by their message id.
 */
function onceKey(event: ProtectedEvent, code: string): string | undefined {
  if (event.orderKey) return `${event.orderKey}:${code}`;
  const orderId = readId(event.properties.order_id);
  return orderId && `order:${orderId}:${code}:${messageIdOf(event)}`;
}

const belongsToOrder = (event: ProtectedEvent) =>
  event.type === 'track' && (event.event === 'Order Refunded' || event.event === 'Order Cancelled');

/** A refund or cancellation refers to the CDP's id of its order. */
export function refersTo(event: ProtectedEvent, { eventCodes }: Settings): string | undefined {
  const order = eventCodes['Order Completed'];
  if (!order || !belongsToOrder(event)) return undefined;
  const id = event.orderId ?? readId(event.properties.order_id);
  return id && `order:${id}:${order.code}`;
}
