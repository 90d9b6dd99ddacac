import type { HistoryRow, SentOutcome, SentRequest } from '../history.ts';
import { CHUNK, eachRow, untilDone } from './chunks.ts';
import { HISTORY_COLUMNS, type StoredHistoryRow, shownOf } from './history-row.ts';
import { createHistoryWriter, forgotten } from './history-writer.ts';
import type { OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';
import { countOf, END, heldOf, placesOf, rangesOf, resultsOf, toRanges } from './ranges.ts';
import { tryRead } from './stored-event.ts';
import { prepareTexts } from './stored-text.ts';

export const HISTORY_SCHEMA = `
  -- One row for each request that was sent, and for what was settled without one (outcome skipped or dead, code: why).
  -- events: ranges of seq. total: bytes of all rows up to this one.
  CREATE TABLE delivery_history (
    id INTEGER PRIMARY KEY,
    consumer INTEGER NOT NULL,
    at INTEGER NOT NULL,
    ms INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    status INTEGER,
    code TEXT,
    request_id TEXT,
    words TEXT,
    events TEXT NOT NULL,
    total INTEGER NOT NULL,
    -- 8 bytes for each event, by seq: a digest of its payloads as they were sent; zeros once the event was erased.
    digests BLOB,
    -- Where not every event had the outcome of the row: delivered:3-7 rejected:8, divided by spaces. With =: what an event with
    -- payloads in several rows came to, in the last of them, and =open in the others.
    results TEXT,
    -- JSON of MatchCounts.
    match TEXT
  ) STRICT;
  CREATE INDEX delivery_history_by_consumer ON delivery_history (consumer, id);
`;
/** The columns that versions 3 to 5 had not. */
export const UPGRADE_HISTORY = `
  ALTER TABLE delivery_history ADD COLUMN digests BLOB;
  ALTER TABLE delivery_history ADD COLUMN results TEXT;
  ALTER TABLE delivery_history ADD COLUMN match TEXT;
`;

/** How long rows stay, and how many bytes all of them may take. */
export interface HistoryLimits {
  historyMs: number;
  historyBytes: number;
}

type Row = StoredHistoryRow & { match: string | null };
/** A row on its way in. Of what was settled without a request `ms` is 0. */
export type NewRow = Omit<SentRequest, 'outcome'> & Pick<HistoryRow, 'outcome'>;

const MAX_WORDS = 500;
const MAX_CODE = 200;
const MAX_MESSAGE_IDS = 1_000;
const NEWEST = Number.MAX_SAFE_INTEGER;

/** The delivery history, newest first. Rows are removed by age and, oldest first, where there are too many bytes. */
export function createHistory(store: OpenStore, limits: HistoryLimits) {
  const { connection, transaction } = store;
  const writer = createHistoryWriter(store);
  const select = `SELECT ${HISTORY_COLUMNS}, h.match FROM delivery_history h JOIN consumers c ON c.id = h.consumer`;
  const all = prepare<Row>(connection, `${select} WHERE h.id < ? ORDER BY h.id DESC LIMIT ?`);
  const ofConsumer = prepare<Row>(
    connection,
    `${select} WHERE h.consumer = (SELECT id FROM consumers WHERE name = ?) AND h.id < ? ORDER BY h.id DESC LIMIT ?`,
  );
  const messageIdsBetween = prepareTexts<{ body: string }>(
    connection,
    `SELECT packed, body FROM events
     WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT ?`,
  );
  const removeOld = prepare(
    connection,
    `DELETE FROM delivery_history WHERE id IN (SELECT id FROM delivery_history ORDER BY id LIMIT ?1)
       AND (at < ?2 OR total <= ?3 + (SELECT total FROM delivery_history ORDER BY id DESC LIMIT 1))`,
  );
  const ofShop = prepare<{ id: number; events: string }>(
    connection,
    `SELECT id, events FROM delivery_history WHERE consumer IN (SELECT id FROM consumers WHERE shop = ?)
       AND id > ? ORDER BY id LIMIT ?`,
  );
  const eventsSince = prepare<{ events: string }>(
    connection,
    'SELECT events FROM delivery_history WHERE consumer = ? AND id > ?',
  );
  const digestsOf = prepare<{ digests: Uint8Array | null }>(
    connection,
    'SELECT digests FROM delivery_history WHERE id = ?',
  );
  const forgetOne = prepare(
    connection,
    'UPDATE delivery_history SET words = NULL, digests = ?2 WHERE id = ?1',
  );
  const remove = prepare(connection, 'DELETE FROM delivery_history WHERE id = ?');

  const byId = prepare<Row>(connection, `${select} WHERE h.id = ?`);

  function messageIds(events: string): string[] {
    const found: string[] = [];
    for (const [from, to] of rangesOf(events)) {
      const free = MAX_MESSAGE_IDS - found.length;
      if (free <= 0) break;
      const rows = messageIdsBetween.all(from, to, free);
      found.push(...rows.flatMap(({ body }) => tryRead(body)?.messageId ?? []));
    }
    return found;
  }

  const toHistoryRow = (row: Row): HistoryRow => ({
    ...shownOf(row),
    ...(resultsOf(row.results).length > 0 && { results: readResults(row.results) }),
    ...(row.match !== null && { match: JSON.parse(row.match) }),
    messageIds: messageIds(row.events),
  });

  const eachOfShop = (shop: string, apply: (row: { id: number; events: string }) => void) =>
    eachRow({ transaction }, (after) => ofShop.all(shop, after, CHUNK), apply);

  return {
    add(consumerId: number, { atMs, ms, outcome, attempt, status, digests, ...sent }: NewRow): void {
      writer.add({
        ...{ consumerId, atMs, ms: Math.round(ms), outcome, attempt, status: status ?? null },
        code: sent.code?.slice(0, MAX_CODE) ?? null,
        requestId: sent.requestId?.slice(0, MAX_CODE) ?? null,
        words: sent.words?.slice(0, MAX_WORDS) ?? null,
        events: toRanges(sent.seqs),
        results: toResults(sent),
        match: sent.match ? JSON.stringify(sent.match) : null,
        digests: digests ?? null,
      });
    },

    list(consumer: string | undefined, limit: number, before: number = NEWEST): HistoryRow[] {
      const rows = consumer === undefined ? all.all(before, limit) : ofConsumer.all(consumer, before, limit);
      return rows.map(toHistoryRow);
    },

    /** Of these events those that a consumer's rows after one carry. What waits to be written comes after every row. */
    since(id: number, consumerId: number, seqs: ReadonlySet<number>): Set<number> {
      const heldIn = heldOf(seqs);
      const rows = [...eventsSince.all(consumerId, id), ...writer.waitingOf(consumerId)];
      return new Set(rows.flatMap(({ events }) => heldIn(events)));
    },

    /** The rows of any of these events. What is said of other events is left out. */
    *of(shop: string, seqs: ReadonlySet<number>): Generator<undefined, HistoryRow[]> {
      const found = new Map<number, string>();
      const heldIn = heldOf(seqs);
      yield* eachOfShop(shop, ({ id, events }) => {
        const own = heldIn(events);
        if (own.length > 0) found.set(id, toRanges(own));
      });
      return [...found].flatMap(([id, events]) => {
        const row = byId.get(id);
        return row ? toHistoryRow({ ...row, events, results: null, match: null }) : [];
      });
    },

    *retain(nowMs: number): Generator<undefined, void> {
      const beforeMs = nowMs - limits.historyMs;
      yield* untilDone({ transaction }, () => removeOld.changed(CHUNK, beforeMs, -limits.historyBytes));
    },

    /**
     * Removes the words of rows that carried any of these events, because an API may quote what it was sent, and the
     * digests of what was sent of them.
     */
    *forget(shop: string, seqs: ReadonlySet<number>): Generator<undefined, void> {
      writer.forget(seqs);
      const placesIn = placesOf(seqs);
      yield* eachOfShop(shop, ({ id, events }) => {
        const places = placesIn(events);
        if (places.length === 0) return;
        forgetOne.run(id, forgotten(digestsOf.get(id)?.digests ?? null, places));
      });
    },

    *purge(shop: string): Generator<undefined, void> {
      writer.purge(shop);
      yield* eachOfShop(shop, ({ id }) => remove.run(id));
    },
  };
}
export type History = ReturnType<typeof createHistory>;

function toResults({ results = {}, ended = {} }: Pick<SentRequest, 'results' | 'ended'>): string | null {
  const parts = [
    ...Object.entries(results).map(([outcome, seqs]) => `${outcome}:${toRanges(seqs)}`),
    ...Object.entries(ended).map(([outcome, seqs]) => `${END}${outcome}:${toRanges(seqs)}`),
  ];
  return parts.length > 0 ? parts.join(' ') : null;
}

function readResults(text: string | null): Partial<Record<SentOutcome, number>> {
  return Object.fromEntries(resultsOf(text).map(([outcome, events]) => [outcome, countOf(events)]));
}
