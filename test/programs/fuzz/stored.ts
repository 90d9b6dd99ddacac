import { z } from 'zod';
import { readStored } from '../../../server/store/sqlite/stored-event.ts';
import { PURPOSES } from '../../../shared/consent.ts';
import { MESSAGE_TYPES } from '../../../shared/names.ts';
import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import { CLEAR_DOMAIN } from '../../support/fleet-messages.ts';
import { type Place, reportsOfPages, type StoredRow, storedRows } from '../../support/stored-rows.ts';
import { PHONE_DIGITS } from './values.ts';

const Text = z.string();
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const Time = z.iso.datetime();
/** Each contact in the forms that destinations match by. */
const DIGESTS = ['emailSha256', 'phoneSha256', 'emailDotlessSha256', 'phoneDigitsSha256'];
const Open = z.record(Text, z.unknown());
/** A `ProtectedEvent`, and nothing but that. */
const Stored = z.strictObject({
  shop: z.literal('shop'),
  messageId: Text.min(1),
  source: z.enum(['browser', 'server', 'platform']),
  orderId: Text.min(1).optional(),
  eventId: Text.min(1).optional(),
  /** Of a stage that the store adds. */
  piiOf: Text.min(1).optional(),
  isEvidence: z.literal(true).optional(),
  isContested: z.literal(true).optional(),
  isIdTaken: z.literal(true).optional(),
  orderKey: Text.regex(/^(order|refund|checkout|checkout-id):/).optional(),
  type: z.enum(MESSAGE_TYPES),
  event: Text.min(1).optional(),
  name: Text.optional(),
  category: Text.optional(),
  timestamp: Time,
  receivedAt: Time,
  identity: z.strictObject({
    ...shape(['anonymousId', 'userId', 'previousId', 'groupId', 'city', 'state', 'country'], Text.min(1)),
    ...shape(DIGESTS, Sha256),
    ...shape(['firstNameSha256', 'lastNameSha256', 'zipSha256'], Sha256),
  }),
  account: z.strictObject(shape(DIGESTS, Sha256)).optional(),
  consent: z.strictObject({ advertising: z.boolean(), analytics: z.boolean(), marketing: z.boolean() }),
  assumed: z.array(z.enum(PURPOSES)).optional(),
  joined: z.array(z.tuple([z.string().max(22), z.string().regex(/^(?:[gd-]{3})?$/)])).optional(),
  warnings: z
    .array(z.strictObject({ path: Text, code: Text }))
    .max(20)
    .optional(),
  integrations: z.record(Text, z.boolean()).optional(),
  context: Open,
  properties: Open,
  traits: Open,
});
function shape<T extends z.ZodType>(names: readonly string[], schema: T) {
  return Object.fromEntries(names.map((name) => [name, schema.optional()]));
}
const PROTOTYPE = /(?<!\\)"(__proto__|constructor|prototype)":/;

/** What lies in the store after everything. */
export interface Stored {
  /** Messages of pages and of the backend: as events, as reports of an order, or as evidence. */
  messages: number;
  messageIds: ReadonlySet<string>;
  /** Rows that should not be there, or not like this; at most 20, in words. */
  problems: string[];
}

/**
 * Reads the store of a collector that has ended.
 *
 * @param look called with every event.
 */
export function readStore(place: Place, look: (event: Looked) => void): Stored {
  const seen = createSeen();
  const problems: string[] = [];
  for (const row of storedRows(place)) {
    const { body: text } = row;
    const event = readStored(text);
    look(event);
    const found = seen.problemOf(event, row) ?? problemOf(event, text);
    if (found && problems.length < 20) problems.push(`${found}: ${text.slice(0, 300)}`);
  }
  // The shop system reported an order before any page did: no page makes one.
  const made = reportsOfPages(place);
  if (made > 0) problems.push(`forged: ${made} reports of pages count as reports of an order`);
  return { messages: seen.messages.size, messageIds: seen.messageIds, problems };
}

/** What is looked at elsewhere. */
export type Looked = Pick<ProtectedEvent, 'properties' | 'timestamp' | 'receivedAt'>;

interface Row {
  messageId: string;
  source: string;
  orderKey?: string;
}

/** Each voice has messageIds of its own. */
function createSeen() {
  const messages = new Set<string>();
  const messageIds = new Set<string>();
  const once = new Set<string>();
  const isSecond = (key: string) => once.size === once.add(key).size;
  return {
    messages,
    messageIds,
    problemOf(
      { messageId, source, orderKey }: Row,
      { isCopy, isForStatistics, orderId }: StoredRow,
    ): string | undefined {
      messageIds.add(messageId);
      // What the store adds to a report has an id of its own.
      if (source !== 'platform' && !/:(placed|merged:.*)$/.test(messageId))
        messages.add(JSON.stringify([source, messageId]));
      if (isCopy === 1) return undefined;
      if (isSecond(JSON.stringify([source, messageId]))) return 'stored twice';
      // Every report of a checkout is counted, and the first one delivered.
      return orderKey !== undefined && isForStatistics === 0 && isSecond(`${orderKey} of ${orderId}`)
        ? `${orderKey} is delivered twice`
        : undefined;
    },
  };
}

function problemOf(event: ProtectedEvent, text: string): string | undefined {
  const issue = Stored.safeParse(event).error?.issues[0];
  if (issue) return `no ProtectedEvent (${issue.path.join('.')}: ${issue.message})`;
  if (PROTOTYPE.test(text)) return 'a key that reaches for a prototype';
  if (text.includes(CLEAR_DOMAIN)) return 'an email in clear';
  if (PHONE_DIGITS.test(text.normalize('NFKC').replace(/[ ()-]/g, ''))) return 'a phone in clear';
  return undefined;
}
