import { orderNames } from '../../../../shared/order-ids.ts';
import { type Connection, prepare } from '../prepare.ts';
import { tryRead } from '../stored-event.ts';
import { prepareTexts } from '../stored-text.ts';
import { createFollow } from './follow.ts';
import { keyOf, keysOf } from './keys.ts';
import type { Names } from './names.ts';

interface EvidenceRow {
  id: number;
  body: string;
}

/** `isThere` 0: it left the store. */
interface IndexedRow {
  id: number;
  isThere: number;
}

/** Of one step. */
const STEP = 200;

/** Adds what browsers reported where their word makes no order, so that it is found by its ids. */
export function createIndexEvidence(connection: Connection, names: Pick<Names, 'shop'>) {
  const next = prepareTexts<EvidenceRow>(
    connection,
    'SELECT id, packed, body FROM store.evidence WHERE id > ? ORDER BY id LIMIT ?',
  );
  const one = prepareTexts<EvidenceRow>(
    connection,
    'SELECT id, packed, body FROM store.evidence WHERE id = ?',
  );
  const markOf = prepare<{ mark: string }>(
    connection,
    'SELECT hex(key) AS mark FROM store.evidence WHERE id = ?',
  );
  const insert = prepare(connection, 'INSERT INTO evidence (id, name) VALUES (?, ?)');
  const insertKey = prepare(connection, 'INSERT INTO evidence_keys (key, evidence_id) VALUES (?, ?)');
  const indexed = prepare<IndexedRow>(
    connection,
    `SELECT id, id IN (SELECT id FROM store.evidence) AS isThere FROM evidence WHERE id > ? ORDER BY id LIMIT ?`,
  );
  const keyed = prepare<{ id: number }>(
    connection,
    'SELECT evidence_id AS id FROM evidence_keys WHERE key = ?',
  );
  const removals = ['evidence WHERE id', 'evidence_keys WHERE evidence_id'].map((rows) =>
    prepare(connection, `DELETE FROM ${rows} = ?`),
  );
  const follow = createFollow(connection, 'evidence', {
    next: (id, max) => next.all(id, max),
    markOf: (id) => markOf.get(id)?.mark ?? null,
  });

  const remove = (id: number) => {
    for (const removal of removals) removal.run(id);
  };
  /** The number may have been that of another report. What was denied keeps no name, and is not shown. */
  function put({ id, body }: EvidenceRow): void {
    remove(id);
    const event = tryRead(body);
    const [name] = event ? orderNames(event.properties) : [];
    if (!event || name === undefined) return;
    // Lists go through the shops that there are.
    names.shop(event.shop);
    insert.run(id, keyOf('o', event.shop, name));
    for (const key of keysOf({ shop: event.shop, body }, event)) insertKey.run(key, id);
  }

  return {
    /** Adds what was reported since the last call. Returns whether there may be more. */
    addSome(): boolean {
      const rows = follow.some(STEP);
      for (const row of rows) put(row);
      return rows.length === STEP;
    },
    /** Reports after a number. */
    indexed: (after: number, max: number) => indexed.all(after, max),
    removeLost({ id, isThere }: IndexedRow): void {
      if (isThere === 0) remove(id);
    },
    /** Removes a key from reports that have it no more: it was erased from them. */
    removeLostKey(key: number): void {
      for (const { id } of keyed.all(key)) {
        const row = one.get(id);
        if (row) put(row);
        else remove(id);
      }
    },
  };
}
export type IndexEvidence = ReturnType<typeof createIndexEvidence>;
