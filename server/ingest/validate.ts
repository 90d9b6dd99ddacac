import { type Issue, isObject, parseMessage } from '../../shared/message.ts';
import type { MessageType } from '../../shared/names.ts';
import type { Shop } from '../config/config.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import { type PiiEncryption, piiBinding } from '../privacy/encrypted-pii.ts';
import { redactText } from '../privacy/redact.ts';
import type { Append } from '../store/event-log.ts';
import { accept, type Sender } from './accept.ts';
import { toEvent } from './event.ts';
import type { Item } from './split-batch.ts';

export interface JudgeParts {
  piiEncryption: PiiEncryption;
  counters: Counters;
  logger: Logger;
}

export interface Rejected {
  index: number;
  messageId: string | undefined;
  issues: Issue[];
}

/** Validates, settles the facts, hashes. A bad message costs only itself. */
export function judge(
  parts: JudgeParts,
  items: readonly Item[],
  sender: Sender,
  shop: Shop,
  sentAt: string | undefined,
  type: MessageType | undefined,
): { entries: Append[]; rejected: Rejected[] } {
  const { counters, piiEncryption } = parts;
  const entries: Append[] = [];
  const rejected: Rejected[] = [];
  for (const { index, value, issue } of items) {
    const parsed = issue ? { issues: [issue] } : parseMessage(value, type);
    if ('issues' in parsed) {
      rejected.push(reject(parts.logger, shop, index, value, parsed.issues));
      continue;
    }
    const accepted = accept(parsed.message, sender, shop, sentAt);
    if ('skip' in accepted) {
      counters.count('messages_skipped', { shop: shop.id, reason: accepted.skip });
      continue;
    }
    const { event, raw, dropped } = toEvent(parsed.message, accepted, shop);
    for (const field of dropped) counters.count('fields_dropped', { shop: shop.id, field });
    entries.push(raw ? { event, encryptedPii: piiEncryption.encrypt(raw, piiBinding(event)) } : { event });
  }
  return { entries, rejected };
}

/** More would tell a developer nothing, and let a small message become a large answer and a large log line. */
const MAX_ISSUES = 20;

/** Of a rejected message only its name and what was wrong are kept, never a received value. */
function reject(logger: Logger, shop: Shop, index: number, value: unknown, issues: Issue[]): Rejected {
  const about = isObject(value) ? value : {};
  const text = (field: unknown) => (typeof field === 'string' ? redactText(field).slice(0, 255) : undefined);
  const messageId = text(about.messageId);
  const safe = issues
    .slice(0, MAX_ISSUES)
    .map((issue) => ({ ...issue, path: redactText(issue.path).slice(0, 255) }));
  logger.info(
    {
      shop: shop.id,
      type: text(about.type),
      event: text(about.event),
      messageId,
      issues: safe.map(({ path, code }) => ({ path, code })),
    },
    'message rejected',
  );
  return { index, messageId, issues: safe };
}
