import { CHUNK, inChunks, pages } from '../chunks.ts';
import { createInsertRows } from '../insert-rows.ts';
import { type Connection, prepare } from '../prepare.ts';
import { prepareTexts } from '../stored-text.ts';
import { keyOf, personKeysOf, segmentOf } from './keys.ts';
import { TEXTS } from './schema.ts';
import type { IndexTables } from './tables.ts';

export type TextKind = (typeof TEXTS)[number];

interface TextRow {
  id: number;
  atMs: number;
  shop: string;
  /** Of the order, which may have it from a report that was replaced. */
  userId: string | null;
  body: string;
}

const ROWS: Readonly<Record<TextKind, string>> = {
  reports: `SELECT r.id, r.received_at AS atMs, o.shop, o.user_id AS userId, r.packed, r.body
    FROM store.order_reports r CROSS JOIN store.orders o ON o.id = r.order_id WHERE r.id`,
  evidence: `SELECT r.id, r.received_at AS atMs, r.shop, NULL AS userId, r.packed, r.body FROM store.evidence r WHERE r.id`,
};
const IS_READ = (kind: TextKind) =>
  `EXISTS (SELECT 1 FROM texts WHERE kind = ${TEXTS.indexOf(kind)} AND id = r.id AND at = r.received_at)`;
/** By indexes that have all of it. A report past its retention keeps its time, and says less than before. */
const UNREAD: Readonly<Record<TextKind, string>> = {
  reports: `SELECT r.id FROM store.order_reports r INDEXED BY order_reports_by_age
    WHERE r.is_reduced = 0 AND NOT ${IS_READ('reports')}
    UNION SELECT id FROM store.order_reports WHERE id > ?`,
  evidence: `SELECT r.id FROM store.evidence r INDEXED BY evidence_by_status WHERE NOT ${IS_READ('evidence')}
    UNION SELECT id FROM store.evidence WHERE id > ?`,
};
const STORED: Readonly<Record<TextKind, string>> = {
  reports: `EXISTS (SELECT 1 FROM store.order_reports INDEXED BY order_reports_by_age
      WHERE received_at = texts.at AND is_reduced = 0 AND id = texts.id)
    OR EXISTS (SELECT 1 FROM store.order_reports WHERE id = texts.id AND received_at = texts.at)`,
  evidence: 'EXISTS (SELECT 1 FROM store.evidence WHERE id = texts.id AND received_at = texts.at)',
};

/**
 * Adds the reports of orders, and those of browsers where their word makes no order, by the ids of persons in them. Their
 * numbers are used again once the newest are removed, and a report replaces an earlier one under its number: what was
 * read is told by number and time.
 */
export function createIndexTexts(connection: Connection) {
  const of = (kind: TextKind) => ({
    number: TEXTS.indexOf(kind),
    next: prepareTexts<TextRow>(connection, `${ROWS[kind]} > ? ORDER BY r.id LIMIT ?`),
    one: prepareTexts<TextRow>(connection, `${ROWS[kind]} = ?`),
    unread: prepare<{ id: number }>(connection, UNREAD[kind]),
    lost: prepare<{ id: number }>(
      connection,
      `SELECT id FROM texts WHERE kind = ${TEXTS.indexOf(kind)} AND id > ? AND NOT (${STORED[kind]}) ORDER BY id LIMIT ?`,
    ),
  });
  const kinds = { reports: of('reports'), evidence: of('evidence') };
  const last = prepare<{ id: number | null }>(connection, 'SELECT max(id) AS id FROM texts WHERE kind = ?');
  const put = createInsertRows(
    connection,
    'texts (kind, id, at)',
    'ON CONFLICT (kind, id) DO UPDATE SET at = excluded.at',
  );
  const putKeys = createInsertRows(
    connection,
    'text_keys (kind, segment, key, id)',
    'ON CONFLICT DO NOTHING',
  );
  const keyed = prepare<{ id: number }>(
    connection,
    'SELECT id FROM text_keys WHERE kind = ? AND segment = ? AND key = ?',
  );
  const removeKey = prepare(
    connection,
    'DELETE FROM text_keys WHERE kind = ? AND segment = ? AND key = ? AND id = ?',
  );
  const removeTexts = prepare(
    connection,
    'DELETE FROM texts WHERE kind = ? AND id IN (SELECT CAST(value AS BIGINT) FROM json_each(?))',
  );
  const removeKeys = prepare(
    connection,
    'DELETE FROM text_keys WHERE kind = ? AND segment = ? AND id IN (SELECT CAST(value AS BIGINT) FROM json_each(?))',
  );

  const keysOf = ({ shop, userId, body }: TextRow): number[] => [
    ...personKeysOf({ shop, body }),
    ...(userId === null ? [] : [keyOf('u', shop, userId)]),
  ];
  function add(kind: TextKind, rows: readonly TextRow[]): void {
    const { number } = kinds[kind];
    put(rows.map(({ id, atMs }) => [number, id, atMs]));
    putKeys(rows.flatMap((row) => keysOf(row).map((key) => [number, segmentOf(row.id), key, row.id])));
  }
  const lastId = (kind: TextKind) => last.get(kinds[kind].number)?.id ?? 0;

  function find(kind: TextKind, keys: readonly number[]): number[] {
    const { number } = kinds[kind];
    const end = segmentOf(lastId(kind));
    const found = new Set<number>();
    for (let segment = 0; segment <= end; segment++)
      for (const key of keys) for (const { id } of keyed.all(number, segment, key)) found.add(id);
    return [...found];
  }

  /** Those that the index lacks. */
  const unread = (kind: TextKind): number[] => kinds[kind].unread.all(lastId(kind)).map(({ id }) => id);

  function remove(kind: TextKind, ids: readonly number[]): void {
    const { number } = kinds[kind];
    const list = JSON.stringify(ids);
    removeTexts.run(number, list);
    for (const segment of new Set(ids.map(segmentOf))) removeKeys.run(number, segment, list);
  }

  return {
    find,
    unread,
    /** Adds the next ones. Returns whether there may be more. */
    addNext(max: number): boolean {
      let hasMore = false;
      for (const kind of TEXTS) {
        const rows = kinds[kind].next.all(lastId(kind), max);
        add(kind, rows);
        hasMore ||= rows.length === max;
      }
      return hasMore;
    },
    /** Removes what left the store or was replaced, and adds what the index lacks. */
    *sweep({ transaction }: Pick<IndexTables, 'transaction'>): Generator<undefined, void> {
      for (const kind of TEXTS) {
        const { lost, one } = kinds[kind];
        for (const rows of pages((after) => lost.all(after, CHUNK))) {
          const ids = rows.map(({ id }) => id);
          transaction(() => remove(kind, ids));
          yield;
        }
        yield* inChunks({ transaction }, unread(kind), (id) => {
          const row = one.get(id);
          if (row) add(kind, [row]);
        });
      }
    },
    /** Removes keys of others' texts that have them no more. */
    removeMentions(keys: readonly number[]): void {
      for (const kind of TEXTS)
        for (const key of keys)
          for (const id of find(kind, [key])) {
            const row = kinds[kind].one.get(id);
            if (!row || !keysOf(row).includes(key)) removeKey.run(kinds[kind].number, segmentOf(id), key, id);
          }
    },
  };
}
export type IndexTexts = ReturnType<typeof createIndexTexts>;
