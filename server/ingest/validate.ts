import { setImmediate } from 'node:timers/promises';
import { parseMessage } from '../../shared/message.ts';
import type { MessageType } from '../../shared/names.ts';
import { orderTokens } from '../../shared/order-ids.ts';
import type { Shop } from '../config/config.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import { readClaim } from '../orders/claim.ts';
import { type PiiEncryption, piiBinding } from '../privacy/encrypted-pii.ts';
import type { Entry, Store } from '../store/store.ts';
import { enrich } from './enrich.ts';
import { toEvent } from './event.ts';
import { addRejection, describeFirst, type Rejections } from './rejections.ts';
import type { Sender } from './sender.ts';
import type { Item } from './split-batch.ts';

export interface ValidationParts {
  log: Pick<Store, 'witnessOf'>;
  piiEncryption: PiiEncryption;
  counters: Counters;
  logger: Logger;
}

export interface ValidationResult {
  /** Ready for the log, in the order of the items. Skipped messages (robot, no consent) are in neither. */
  entries: Entry[];
  rejections: Rejections;
}

/** How long messages are worked on before other requests have their turn. One message is not interrupted. */
const TURN_MS = 5;

/**
 * Validates each message by itself and turns the valid ones into entries of the log, with personal data hashed. Rejected
 * ones are counted, and logged in one line for the request. Other requests have their turn between messages that take long.
 *
 * @param batchSentAt `sentAt` of the batch, used for messages without one.
 * @param type the type in the request path, for messages without one.
 * @param sinceMs when this turn of the event loop began to work on the request, by `performance.now()`.
 */
export async function validate(
  parts: ValidationParts,
  items: Iterable<Item>,
  sender: Sender,
  shop: Shop,
  batchSentAt: string | undefined,
  type: MessageType | undefined,
  sinceMs: number,
): Promise<ValidationResult> {
  const { counters, piiEncryption } = parts;
  const entries: Entry[] = [];
  const rejections: Rejections = { count: 0, listed: [] };
  let first: unknown;
  let turnEndsAtMs = sinceMs + TURN_MS;
  const isOver = () => performance.now() > turnEndsAtMs;
  const nextTurn = async () => {
    await setImmediate();
    turnEndsAtMs = performance.now() + TURN_MS;
  };
  for (const { index, value, issue } of items) {
    if (isOver()) await nextTurn();
    const parsed = issue ? { issues: [issue] } : parseMessage(value, type);
    if ('issues' in parsed) {
      counters.count('messages_rejected', { shop: shop.id, code: parsed.issues[0]?.code ?? '' });
      if (rejections.count === 0) first = value;
      addRejection(rejections, index, value, parsed.issues);
      continue;
    }
    const enriched = enrich(parsed.message, sender, shop, batchSentAt);
    if ('skip' in enriched) {
      counters.count('messages_skipped', { shop: shop.id, reason: enriched.skip });
      continue;
    }
    const { event, raw, dropped } = toEvent(parsed.message, enriched, shop, sender.source);
    for (const field of dropped) counters.count('fields_dropped', { shop: shop.id, field });
    const claim = readClaim(event);
    const witness = claim && parts.log.witnessOf(sender.peer);
    entries.push({
      event,
      ...(raw && { encryptedPii: piiEncryption.encrypt(raw, piiBinding(event)) }),
      ...(claim && { claim }),
      ...(sender.source === 'browser' && { tokens: orderTokens(event.properties) }),
      ...(witness !== undefined && { witness }),
    });
  }
  if (rejections.count > 0)
    parts.logger.info({ shop: shop.id, ...describeFirst(rejections, first) }, 'message rejected');
  // Storing large entries takes time too.
  if (isOver()) await nextTurn();
  return { entries, rejections };
}
