import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import { isTrusted } from '../../orders/precedence.ts';
import type { AcceptRow } from './accept-row.ts';
import { AUDIENCE } from './audience.ts';
import type { NewRow } from './event-rows.ts';
import type { Order } from './order.ts';
import { readStored, toStored, withFields } from './stored-event.ts';

/** One report as statistics read it, with further fields. */
export const reportRow = (
  [shop, source, , receivedAtMs, , , , [visitor, person]]: AcceptRow,
  body: string,
  order: Order,
  fields: { orderKey?: string } = {},
): NewRow => ({
  shop,
  receivedAtMs,
  holdUntilMs: null,
  messageKey: null,
  orderKey: null,
  isTrusted: isTrusted(source),
  audience: AUDIENCE.statistics,
  isComposed: false,
  orderId: order.id,
  visitor,
  person,
  body: withFields(body, { ...fields, orderId: order.canonicalId }),
  encryptedPii: null,
});

/** A browser's report that joined an order, as statistics read it. */
export const evidenceRow = (row: AcceptRow, body: string, order: Order): NewRow => ({
  ...reportRow(row, withFields(body, { isEvidence: true }), order),
  isTrusted: false,
  visitor: null,
  person: null,
});

/** For statistics: two orders turned out to be one, or an order got an id of its own after its checkout's. */
export function mergeRow(row: AcceptRow, from: string, order: Order): NewRow {
  const [shop, source, messageId, receivedAtMs] = row;
  const at = new Date(receivedAtMs).toISOString();
  const event: ProtectedEvent = {
    ...{ shop, source, messageId: `${messageId}:merged:${from}`, type: 'track', event: 'Order Merged' },
    ...{ timestamp: at, receivedAt: at, identity: {}, context: {}, traits: {} },
    consent: { advertising: false, analytics: false, marketing: false },
    properties: { from, to: order.canonicalId },
  };
  return reportRow(row, toStored(event), order);
}

/** The order that a report of its payment is the first to know of. */
export function asPlaced(body: string): string {
  const event = readStored(body);
  return toStored({
    ...event,
    event: 'Order Completed',
    messageId: `${event.messageId}:placed`,
    piiOf: event.messageId,
  });
}
