import { setImmediate } from 'node:timers/promises';
import { deniesAll, type Issue, identityIssues, parseMessage } from '../../shared/message.ts';
import type { MessageType } from '../../shared/names.ts';
import { orderTokens } from '../../shared/order-ids.ts';
import type { Shop } from '../config/config.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import { readClaim } from '../orders/claim.ts';
import { type PiiEncryption, piiBinding } from '../privacy/encrypted-pii.ts';
import type { Denial, Entry, Store } from '../store/store.ts';
import { defaultDiffers, isSilent, type Silent } from './consent-warnings.ts';
import { toStatement } from './denial.ts';
import { enrich } from './enrich.ts';
import { toEvent } from './event.ts';
import { ownTimeMs } from './event-time.ts';
import { readFormerNames } from './former-names.ts';
import { addRejection, describeFirst, type Rejections } from './rejections.ts';
import type { Sender } from './sender.ts';
import type { Messages } from './split-batch.ts';
import { addNotes, type FieldWarnings, listed } from './warnings.ts';
import { withholdSum } from './withhold-sum.ts';

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
  /** Of skipped messages, those in which the visitor chose. */
  denials: Denial[];
  /** Positions of messages whose assumed consent is not the shop's default. */
  differing: number[];
  /** Messages that say nothing of consent where the shop's default denies. */
  silent: Silent[];
  /** Known fields that were not exact. */
  fields: FieldWarnings;
}

/** How long messages are worked on before other requests have their turn. One message is not interrupted. */
const TURN_MS = 5;

/**
 * Reads each message by itself and turns the usable ones into entries of the log, with personal data hashed. Rejected
 * ones are counted, and logged in one line for the request. Other requests have their turn between messages that take long.
 *
 * @param type the type in the request path, for messages without one.
 * @param sinceMs when this turn of the event loop began to work on the request, by `performance.now()`.
 */
export async function validate(
  parts: ValidationParts,
  { items, sentAt: batchSentAt, notes: rootNotes }: Messages,
  sender: Sender,
  shop: Shop,
  type: MessageType | undefined,
  sinceMs: number,
): Promise<ValidationResult> {
  const { counters, piiEncryption } = parts;
  const entries: Entry[] = [];
  const rejections: Rejections = { country: shop.country, count: 0, listed: [] };
  let first: unknown;
  let turnEndsAtMs = sinceMs + TURN_MS;
  const isOver = () => performance.now() > turnEndsAtMs;
  const nextTurn = async () => {
    await setImmediate();
    turnEndsAtMs = performance.now() + TURN_MS;
  };
  const denials: Denial[] = [];
  const differing: number[] = [];
  const silent: Silent[] = [];
  const fields: FieldWarnings = { count: 0, listed: [] };
  const reject = (index: number, value: unknown, issues: Issue[]) => {
    counters.count('messages_rejected', { shop: shop.id, code: issues[0]?.code ?? '' });
    if (rejections.count === 0) first = value;
    addRejection(rejections, index, value, issues);
  };
  addNotes(fields, rootNotes, undefined, shop.id, counters);
  for (const { index, value, issue, notes } of items) {
    if (isOver()) await nextTurn();
    const parsed = issue ? { issues: [issue] } : parseMessage(value, type);
    if ('issues' in parsed) {
      reject(index, value, parsed.issues);
      continue;
    }
    addNotes(fields, notes, index, shop.id, counters);
    addNotes(fields, parsed.notes, index, shop.id, counters);
    readFormerNames(parsed.message);
    withholdSum(parsed.message, parsed.notes);
    const enriched = enrich(parsed.message, sender, shop, batchSentAt);
    if ('skip' in enriched) {
      counters.count('messages_skipped', { shop: shop.id, reason: enriched.skip });
      denials.push(...toStatement(parsed.message, enriched, sender, shop, parts.log.witnessOf));
      continue;
    }
    const issues = deniesAll(parsed.message) ? identityIssues(parsed.message) : [];
    if (issues.length > 0) {
      reject(index, value, issues);
      continue;
    }
    if (defaultDiffers(parsed.message.context ?? {}, shop)) differing.push(index);
    const { event, raw, dropped } = toEvent(parsed.message, enriched, shop, sender.source);
    const inexact = listed([...notes, ...parsed.notes]);
    if (inexact.length > 0) event.warnings = inexact;
    if (isSilent(event) && parsed.message.context?.consent?.assumed !== true) silent.push({ index, event });
    for (const field of dropped) counters.count('fields_dropped', { shop: shop.id, field });
    const claim = readClaim(event);
    const witness = parts.log.witnessOf(sender.peer);
    const ownMs = sender.source === 'browser' ? ownTimeMs(parsed.message) : undefined;
    entries.push({
      event,
      ...(raw && { encryptedPii: piiEncryption.encrypt(raw, piiBinding(event)) }),
      ...(claim && { claim }),
      ...(sender.source === 'browser' && { tokens: orderTokens(event.properties) }),
      ...(witness !== undefined && { witness }),
      ...(ownMs !== undefined && { ownMs }),
    });
  }
  if (rejections.count > 0)
    parts.logger.info({ shop: shop.id, ...describeFirst(rejections, first) }, 'message rejected');
  // Storing large entries takes time too.
  if (isOver()) await nextTurn();
  return { entries, denials, rejections, differing, silent, fields };
}
