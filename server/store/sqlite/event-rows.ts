import { AUDIENCE, type Audience } from './audience.ts';
import { type Dedup, fromBlob, type Windows } from './dedup-keys.ts';
import type { OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';
import type { Remove } from './remove.ts';
import { ONE_BYTE, withSpare } from './spare.ts';
import { prepareTexts, toStoredText } from './stored-text.ts';

export interface NewRow {
  shop: string;
  receivedAtMs: number;
  /** By the steady clock; null: due at once. */
  holdUntilMs: number | null;
  /** Null for a row that is not the first of its message. */
  messageKey: Uint8Array | null;
  orderKey: Uint8Array | null;
  /** Events of trusted voices are leased before those of browsers. */
  isTrusted: boolean;
  audience: Audience;
  /** The body is composed from everything known when it is leased first. */
  isComposed: boolean;
  orderId: number | null;
  /** Subjects of the consent record. Visitor null: they are read from the body when it is leased; '': there is none. */
  visitor: string | null;
  /** Null where there is none. */
  person: string | null;
  body: string;
  encryptedPii: string | null;
}

/** A stored row, as it is inserted again. */
interface Copied extends Omit<NewRow, 'shop' | 'isTrusted' | 'isComposed'> {
  voice: number;
}

export interface EventRows {
  /** Returns the event's number; 0 when nobody is interested in it. */
  insert(row: NewRow): number;
  /** False where nobody is interested in what is for statistics. */
  isCounted(shop: string): boolean;
  /** Removes a stage that was not sent yet; one that was leased stays. */
  dropUnsent(shop: string, seq: number): void;
  /** Puts a stage that was not sent yet behind everything stored so far. Returns its new number; one that was leased keeps its own. */
  moveBehind(shop: string, seq: number, hold?: Pick<NewRow, 'holdUntilMs'>): number;
  /** Until when a stage is held, by the steady clock; 0 for one that is not held, or was leased. */
  heldUntil(seq: number): number;
  /** Bytes inserted since the last call. */
  bytes(): number;
}

/** Inserts the rows of one message. */
export type InsertRow = EventRows['insert'];

const NO_KEY = new Uint8Array();

export function createEventRows(
  { connection, consumers, nextSeq }: OpenStore,
  remove: Remove,
  dedup: Pick<Dedup, 'put'>,
  { retentionMs }: Pick<Windows, 'retentionMs'>,
): EventRows {
  const insert = prepare(
    connection,
    `INSERT INTO events (seq, shop, received_at, hold_until, message_key, order_key, voice, audience, compose, order_id, visitor,
       person, packed, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertPii = prepare(connection, 'INSERT INTO seals (seq, sealed) VALUES (?, ?)');
  const unsent = prepareTexts<Copied>(
    connection,
    `SELECT received_at AS receivedAtMs, hold_until AS holdUntilMs, message_key AS messageKey, order_key AS orderKey,
       voice, audience, order_id AS orderId, visitor, person, packed, body, sealed AS encryptedPii
     FROM events e LEFT JOIN seals s ON s.seq = e.seq WHERE e.seq = ? AND compose = 1`,
  );
  const held = prepare<Pick<NewRow, 'holdUntilMs'>>(
    connection,
    'SELECT hold_until AS holdUntilMs FROM events WHERE seq = ? AND compose = 1',
  );
  const byShop = Map.groupBy(consumers, ({ shop }) => shop);
  const interestedIn = (shop: string, audience: Audience) =>
    (byShop.get(shop) ?? []).filter((consumer) => consumer.audience & audience);
  let bytes = 0;

  const rows: EventRows = {
    isCounted: (shop) => interestedIn(shop, AUDIENCE.statistics).length > 0,
    insert({ shop, audience, encryptedPii, body, ...row }) {
      const interested = interestedIn(shop, audience);
      // Statistics are optional: without them a report is kept with its order alone.
      if (interested.length === 0 && audience === AUDIENCE.statistics) return 0;
      const { receivedAtMs, holdUntilMs, messageKey, orderKey, isTrusted, isComposed, orderId } = row;
      const flags = [Number(isTrusted), audience, Number(isComposed), orderId] as const;
      const { visitor, person, text } = isComposed
        ? { visitor: ONE_BYTE, person: null, text: withSpare(body) }
        : { ...row, text: body };
      const [packed, rest] = toStoredText(text);
      const seq = nextSeq();
      insert.run(
        seq,
        shop,
        receivedAtMs,
        holdUntilMs,
        messageKey ?? NO_KEY,
        orderKey,
        ...flags,
        visitor,
        person,
        packed,
        rest,
      );
      if (encryptedPii !== null && interested.some(({ decryptsPii }) => decryptsPii))
        insertPii.run(seq, encryptedPii);
      for (const consumer of interested) consumer.waiting++;
      bytes += (packed?.length ?? 0) + Buffer.byteLength(rest);
      return seq;
    },
    dropUnsent(shop, seq) {
      const row = unsent.get(seq);
      if (!row) return;
      remove(shop, [seq]);
      if (row.messageKey && row.messageKey.length > 0)
        dedup.put(shop, fromBlob(row.messageKey), row.receivedAtMs + retentionMs);
    },
    moveBehind(shop, seq, hold) {
      const row = unsent.get(seq);
      if (!row) return seq;
      remove(shop, [seq]);
      return rows.insert({ ...row, ...hold, shop, isTrusted: row.voice === 1, isComposed: true });
    },
    heldUntil: (seq) => held.get(seq)?.holdUntilMs ?? 0,
    bytes() {
      const since = bytes;
      bytes = 0;
      return since;
    },
  };
  return rows;
}
