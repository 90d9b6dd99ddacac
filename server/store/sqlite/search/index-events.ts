import type { ProtectedEvent } from '../../../../shared/protected-event.ts';
import { AUDIENCE } from '../audience.ts';
import { createInsertRows } from '../insert-rows.ts';
import { type Connection, prepare, type Value } from '../prepare.ts';
import { tryRead } from '../stored-event.ts';
import { prepareTexts } from '../stored-text.ts';
import { type Figures, MINUTE_MS } from './figures.ts';
import { keysOf, personKeysOf, segmentOf } from './keys.ts';
import type { Names } from './names.ts';
import type { RemoveFromIndex } from './remove.ts';
import { SOURCES } from './schema.ts';

interface StoredRow {
  seq: number;
  shop: string;
  receivedAtMs: number;
  audience: number;
  compose: number;
  isReport: number;
  orderId: number | null;
  body: string;
}

const COLUMNS = `seq, shop, received_at AS receivedAtMs, audience, compose, order_id AS orderId, packed, body,
  audience = ${AUDIENCE.statistics} AND (order_id IS NOT NULL OR length(message_key) = 0) AS isReport`;
/** Composed texts are looked for among this many rows at a time, beside those of which an outcome is known. */
const UNCOMPOSED = 200;

/** Adds events to the index as they are stored, and again when their text was composed. */
export function createIndexEvents(
  connection: Connection,
  names: Names,
  figures: Pick<Figures, 'add'>,
  remove: RemoveFromIndex,
) {
  const next = prepareTexts<StoredRow>(
    connection,
    `SELECT ${COLUMNS} FROM store.events WHERE seq > ? ORDER BY seq LIMIT ?`,
  );
  const one = prepareTexts<StoredRow>(connection, `SELECT ${COLUMNS} FROM store.events WHERE seq = ?`);
  const insert = createInsertRows(connection, 'events (shop, seq, at, source, label, is_sent)');
  const insertKeys = createInsertRows(connection, 'keys (segment, key, seq)', 'ON CONFLICT DO NOTHING');
  const removeKey = prepare(connection, 'DELETE FROM keys WHERE segment = ? AND key = ? AND seq = ?');
  const putMinute = prepare(
    connection,
    `INSERT INTO minutes (minute, first_seq, last_seq) VALUES (?, ?, ?) ON CONFLICT (minute) DO UPDATE
     SET first_seq = min(minutes.first_seq, excluded.first_seq), last_seq = max(minutes.last_seq, excluded.last_seq)`,
  );
  const insertUncomposed = createInsertRows(connection, 'uncomposed (seq, shop)');
  const LISTED = 'WHERE seq IN (SELECT CAST(value AS BIGINT) FROM json_each(?))';
  const several = prepareTexts<StoredRow>(connection, `SELECT ${COLUMNS} FROM store.events ${LISTED}`);
  const removeUncomposed = prepare(connection, `DELETE FROM uncomposed ${LISTED}`);
  const composedSince = prepare<{ seq: number; shop: number; isThere: number; isComposed: number }>(
    connection,
    `SELECT u.seq, u.shop, e.seq IS NOT NULL AS isThere, coalesce(e.compose, 0) <> 1 AS isComposed
     FROM (SELECT seq, shop FROM uncomposed WHERE seq > ? ORDER BY seq LIMIT ?) u
     LEFT JOIN store.events e ON e.seq = u.seq`,
  );
  const uncomposedBetween = prepare<{ seq: number }>(
    connection,
    'SELECT seq FROM uncomposed WHERE seq BETWEEN ? AND ?',
  );
  let composedTo = 0;

  const toKeyRows = (seq: number, keys: readonly number[]) => keys.map((key) => [segmentOf(seq), key, seq]);

  /** What is written of an event. Its figures are counted. */
  function toRow(row: StoredRow, shopId: number, event: ProtectedEvent | undefined): Value[] {
    const { seq, shop, receivedAtMs, audience, isReport } = row;
    const { type = 'track', event: name = '', source = 'browser' } = event ?? {};
    const label = isReport === 0 ? names.label(shop, type, type === 'track' ? name : '') : undefined;
    if (label) figures.add('events', shop, label.counted, receivedAtMs);
    const isSent = Number((audience & AUDIENCE.destinations) !== 0);
    return [shopId, seq, receivedAtMs, SOURCES.indexOf(source), label?.id ?? null, isSent];
  }

  function add(rows: readonly StoredRow[]): void {
    const read = rows.map((row) => ({ row, shopId: names.shop(row.shop), event: tryRead(row.body) }));
    insert(read.map(({ row, shopId, event }) => toRow(row, shopId, event)));
    insertUncomposed(read.filter(({ row }) => row.compose === 1).map(({ row, shopId }) => [row.seq, shopId]));
    insertKeys(read.flatMap(({ row, event }) => toKeyRows(row.seq, keysOf(row, event))));
  }

  /** Composing changes no messageId. */
  function addComposed(seqs: readonly number[]): void {
    if (seqs.length === 0) return;
    const list = JSON.stringify(seqs);
    removeUncomposed.run(list);
    insertKeys(several.all(list).flatMap((row) => toKeyRows(row.seq, personKeysOf(row))));
  }

  return {
    /** Adds at most `max` events after one. Returns the number of the last one, how many there were, and their orders. */
    addAfter(seq: number, max: number): { seq: number; count: number; orderIds: Set<number> } {
      const rows = next.all(seq, max);
      add(rows);
      const minutes = new Map<number, [first: number, last: number]>();
      for (const row of rows) {
        const minute = Math.floor(row.receivedAtMs / MINUTE_MS);
        const known = minutes.get(minute);
        if (known) known[1] = row.seq;
        else minutes.set(minute, [row.seq, row.seq]);
      }
      for (const [minute, [first, last]] of minutes) putMinute.run(minute, first, last);
      const orderIds = new Set(rows.flatMap(({ orderId }) => orderId ?? []));
      return { seq: rows.at(-1)?.seq ?? seq, count: rows.length, orderIds };
    },

    /** Adds what was composed since: looks at some of the events whose text is composed late, the next ones at each call. */
    addSomeComposed(): void {
      const rows = composedSince.all(composedTo, UNCOMPOSED);
      composedTo = rows.length < UNCOMPOSED ? 0 : (rows.at(-1)?.seq ?? 0);
      for (const { seq, shop, isThere } of rows) if (isThere === 0) remove(shop, [seq]);
      addComposed(rows.filter(({ isComposed }) => isComposed === 1).map(({ seq }) => seq));
    },

    /** The same of events that have an outcome. @param seqs ascending. */
    addComposed(seqs: readonly number[]): void {
      const [first = 0, last = 0] = [seqs.at(0), seqs.at(-1)];
      const found = uncomposedBetween.all(first, last);
      const wanted = new Set(found.length > 0 ? seqs : []);
      addComposed(found.map(({ seq }) => seq).filter((seq) => wanted.has(seq)));
    },

    /** Removes a key of an event that has it no more: it was erased from the event. */
    removeLostKey(segment: number, key: number, seq: number): void {
      const row = one.get(seq);
      const hasKey = row && keysOf(row, tryRead(row.body)).includes(key);
      if (!hasKey) removeKey.run(segment, key, seq);
    },
  };
}
export type IndexEvents = ReturnType<typeof createIndexEvents>;
