import { type Issue, isObject, parseMessage } from '../../shared/message.ts';
import type { MessageType } from '../../shared/names.ts';
import { orderTokens } from '../../shared/order-ids.ts';
import type { Shop } from '../config/config.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import { readClaim } from '../orders/claim.ts';
import { type PiiEncryption, piiBinding } from '../privacy/encrypted-pii.ts';
import { redactText } from '../privacy/redact.ts';
import type { Entry, Store } from '../store/store.ts';
import { enrich } from './enrich.ts';
import { toEvent } from './event.ts';
import type { Sender } from './sender.ts';
import type { Item } from './split-batch.ts';

export interface ValidationParts {
  log: Pick<Store, 'witnessOf'>;
  piiEncryption: PiiEncryption;
  counters: Counters;
  logger: Logger;
}

export interface ValidationResult {
  /** Ready for the log, in the order of the items. Skipped messages (robot, no consent) are in neither list. */
  entries: Entry[];
  rejected: Rejected[];
}

export interface Rejected {
  index: number;
  messageId: string | undefined;
  /** At most 20. */
  issues: Issue[];
}

/**
 * Validates each message by itself and turns the valid ones into entries of the log, with personal data hashed.
 *
 * @param batchSentAt `sentAt` of the batch, used for messages without one.
 * @param type the type in the request path, for messages without one.
 */
export function validate(
  parts: ValidationParts,
  items: readonly Item[],
  sender: Sender,
  shop: Shop,
  batchSentAt: string | undefined,
  type: MessageType | undefined,
): ValidationResult {
  const { counters, piiEncryption } = parts;
  const entries: Entry[] = [];
  const rejected: Rejected[] = [];
  for (const { index, value, issue } of items) {
    const parsed = issue ? { issues: [issue] } : parseMessage(value, type);
    if ('issues' in parsed) {
      rejected.push(reject(parts.logger, shop, index, value, parsed.issues));
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
  return { entries, rejected };
}

/** Bounds the response and the log line that one small message can cause. */
const MAX_ISSUES = 20;
const MAX_TEXT_LENGTH = 255;

/** Logs the type, name and issues of a rejected message; received values are neither logged nor returned. */
function reject(logger: Logger, shop: Shop, index: number, value: unknown, issues: Issue[]): Rejected {
  const fields = isObject(value) ? value : {};
  const text = (field: unknown) => (typeof field === 'string' ? safeText(field) : undefined);
  const messageId = text(fields.messageId);
  const safe = issues.slice(0, MAX_ISSUES).map((issue) => ({ ...issue, path: safeText(issue.path) }));
  logger.info(
    {
      shop: shop.id,
      type: text(fields.type),
      event: text(fields.event),
      messageId,
      issues: safe.map(({ path, code }) => ({ path, code })),
    },
    'message rejected',
  );
  return { index, messageId, issues: safe };
}

const safeText = (text: string) => redactText(text).slice(0, MAX_TEXT_LENGTH);
