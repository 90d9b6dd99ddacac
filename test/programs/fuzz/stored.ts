import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { MESSAGE_TYPES } from '../../../shared/names.ts';
import { CLEAR_DOMAIN } from '../../support/fleet-messages.ts';
import { PHONE_DIGITS } from './values.ts';

const Text = z.string();
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const Time = z.iso.datetime();
const Open = z.record(Text, z.unknown());
/** A `ProtectedEvent`, and nothing but that. */
const Stored = z.strictObject({
  shop: z.literal('shop'),
  messageId: Text.min(1),
  orderKey: Text.regex(/^order:/).optional(),
  type: z.enum(MESSAGE_TYPES),
  event: Text.min(1).optional(),
  name: Text.optional(),
  category: Text.optional(),
  timestamp: Time,
  receivedAt: Time,
  identity: z.strictObject({
    ...shape(['anonymousId', 'userId', 'previousId', 'groupId', 'city', 'state', 'country'], Text.min(1)),
    ...shape(['emailSha256', 'phoneSha256', 'firstNameSha256', 'lastNameSha256', 'zipSha256'], Sha256),
  }),
  consent: z.strictObject({ advertising: z.boolean(), analytics: z.boolean(), marketing: z.boolean() }),
  isAssumed: z.literal(true).optional(),
  integrations: z.record(Text, z.boolean()).optional(),
  context: Open,
  properties: Open,
  traits: Open,
});
function shape<T extends z.ZodType>(names: readonly string[], schema: T) {
  return Object.fromEntries(names.map((name) => [name, schema.optional()]));
}
const PROTOTYPE = /(?<!\\)"(__proto__|constructor|prototype)":/;

/** What lies in the log after everything. */
export interface Stored {
  rows: number;
  messageIds: ReadonlySet<string>;
  /** Rows that should not be there, or not like this; at most 20, in words. */
  problems: string[];
}

/** Reads the log of a collector that has ended. */
export function readStored(dataDir: string): Stored {
  const database = new DatabaseSync(join(dataDir, 'store.db'), { readOnly: true });
  const messageIds = new Set<string>();
  const orderKeys = new Set<string>();
  const problems: string[] = [];
  let rows = 0;
  try {
    for (const { body } of database.prepare('SELECT body FROM events').iterate()) {
      rows++;
      const text = typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array);
      const found = problemOf(text, messageIds, orderKeys);
      if (found && problems.length < 20) problems.push(`${found}: ${text.slice(0, 300)}`);
    }
  } finally {
    database.close();
  }
  return { rows, messageIds, problems };
}

function problemOf(text: string, messageIds: Set<string>, orderKeys: Set<string>): string | undefined {
  const value = JSON.parse(text) as { messageId: string; orderKey?: string };
  const { messageId, orderKey } = value;
  if (messageIds.has(messageId)) return 'stored twice';
  messageIds.add(messageId);
  if (orderKey !== undefined && orderKeys.has(orderKey)) return 'an order stored twice';
  if (orderKey !== undefined) orderKeys.add(orderKey);
  const issue = Stored.safeParse(value).error?.issues[0];
  if (issue) return `no ProtectedEvent (${issue.path.join('.')}: ${issue.message})`;
  if (PROTOTYPE.test(text)) return 'a key that reaches for a prototype';
  if (text.includes(CLEAR_DOMAIN)) return 'an email in clear';
  if (PHONE_DIGITS.test(text.normalize('NFKC').replace(/[ ()-]/g, ''))) return 'a phone in clear';
  return undefined;
}
