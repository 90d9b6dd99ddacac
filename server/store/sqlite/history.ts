import type { HistoryRow, SentRequest } from '../history.ts';
import { CHUNK, eachRow, untilDone } from './chunks.ts';
import { prepare } from './database.ts';
import type { OpenStore } from './open-store.ts';
import { tryRead } from './stored-event.ts';
import { prepareTexts } from './stored-text.ts';

export const HISTORY_SCHEMA = `
  -- One row for each request that was sent. events: ranges of seq. total: bytes of all rows up to this one.
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
    total INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX delivery_history_by_consumer ON delivery_history (consumer, id);
`;

/** How long rows stay, and how many bytes all of them may take. */
export interface HistoryLimits {
  historyMs: number;
  historyBytes: number;
}

interface Row {
  id: number;
  consumer: string;
  atMs: number;
  ms: number;
  outcome: SentRequest['outcome'];
  attempt: number;
  status: number | null;
  code: string | null;
  requestId: string | null;
  words: string | null;
  events: string;
}

const MAX_WORDS = 500;
const MAX_CODE = 200;
/** Of a row besides its texts. */
const ROW_BYTES = 60;
const MAX_MESSAGE_IDS = 1_000;
const NEWEST = Number.MAX_SAFE_INTEGER;

/** The delivery history, newest first. Rows are removed by age and, oldest first, where there are too many bytes. */
export function createHistory({ connection, transaction }: OpenStore, limits: HistoryLimits) {
  const insert = prepare(
    connection,
    `INSERT INTO delivery_history
       (consumer, at, ms, outcome, attempt, status, code, request_id, words, events, total)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,
       ?11 + coalesce((SELECT total FROM delivery_history ORDER BY id DESC LIMIT 1), 0))`,
  );
  const select = `SELECT h.id, c.name AS consumer, h.at AS atMs, h.ms, h.outcome, h.attempt, h.status, h.code,
      h.request_id AS requestId, h.words, h.events
    FROM delivery_history h JOIN consumers c ON c.id = h.consumer`;
  const all = prepare<Row>(connection, `${select} WHERE h.id < ? ORDER BY h.id DESC LIMIT ?`);
  const ofConsumer = prepare<Row>(
    connection,
    `${select} WHERE h.consumer = (SELECT id FROM consumers WHERE name = ?) AND h.id < ? ORDER BY h.id DESC LIMIT ?`,
  );
  const messageIdsBetween = prepareTexts<{ messageId: string | null; body: string }>(
    connection,
    `SELECT iif(packed IS NULL AND json_valid(body), body ->> '$.messageId', NULL) AS messageId, packed,
       iif(packed IS NULL, '', body) AS body FROM events
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
  const removeWords = prepare(connection, 'UPDATE delivery_history SET words = NULL WHERE id = ?');
  const remove = prepare(connection, 'DELETE FROM delivery_history WHERE id = ?');

  const byId = prepare<Row>(connection, `${select} WHERE h.id = ?`);

  function messageIds(events: string): string[] {
    const found: string[] = [];
    for (const [from, to] of rangesOf(events)) {
      const free = MAX_MESSAGE_IDS - found.length;
      if (free <= 0) break;
      const rows = messageIdsBetween.all(from, to, free);
      found.push(...rows.flatMap(({ messageId, body }) => messageId ?? tryRead(body)?.messageId ?? []));
    }
    return found;
  }

  const toHistoryRow = ({ status, code, requestId, words, events, ...row }: Row): HistoryRow => ({
    ...row,
    ...(status !== null && { status }),
    ...(code !== null && { code }),
    ...(requestId !== null && { requestId }),
    ...(words !== null && { words }),
    count: rangesOf(events).reduce((sum, [from, to]) => sum + to - from + 1, 0),
    messageIds: messageIds(events),
  });

  const eachOfShop = (shop: string, apply: (row: { id: number; events: string }) => void) =>
    eachRow({ transaction }, (after) => ofShop.all(shop, after, CHUNK), apply);

  return {
    add(consumerId: number, { atMs, ms, outcome, attempt, status, ...sent }: SentRequest): void {
      const events = toRanges(sent.seqs);
      const code = sent.code?.slice(0, MAX_CODE) ?? null;
      const requestId = sent.requestId?.slice(0, MAX_CODE) ?? null;
      const words = sent.words?.slice(0, MAX_WORDS) ?? null;
      const bytes =
        ROW_BYTES +
        [code, requestId, words, events].reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), 0);
      const answer = [status ?? null, code, requestId, words] as const;
      insert.run(consumerId, atMs, Math.round(ms), outcome, attempt, ...answer, events, bytes);
    },

    list(consumer: string | undefined, limit: number, before: number = NEWEST): HistoryRow[] {
      const rows = consumer === undefined ? all.all(before, limit) : ofConsumer.all(consumer, before, limit);
      return rows.map(toHistoryRow);
    },

    /** The requests that carried any of these events. */
    *of(shop: string, seqs: ReadonlySet<number>): Generator<undefined, HistoryRow[]> {
      const found: number[] = [];
      const isCarrying = carriesAny(seqs);
      yield* eachOfShop(shop, ({ id, events }) => void (isCarrying(events) && found.push(id)));
      return found.flatMap((id) => byId.get(id) ?? []).map(toHistoryRow);
    },

    *retain(nowMs: number): Generator<undefined, void> {
      const beforeMs = nowMs - limits.historyMs;
      yield* untilDone({ transaction }, () => removeOld.run(CHUNK, beforeMs, -limits.historyBytes));
    },

    /** Removes the words of requests that carried any of these events: an API may quote what it was sent. */
    *forget(shop: string, seqs: ReadonlySet<number>): Generator<undefined, void> {
      const isCarrying = carriesAny(seqs);
      yield* eachOfShop(shop, ({ id, events }) => {
        if (isCarrying(events)) removeWords.run(id);
      });
    },

    purge: (shop: string) => eachOfShop(shop, ({ id }) => remove.run(id)),
  };
}
export type History = ReturnType<typeof createHistory>;

/** `3-7,9`: the fewest ranges, since neighbours are usually sent together. */
function toRanges(seqs: readonly number[]): string {
  const ranges: [from: number, to: number][] = [];
  for (const seq of [...new Set(seqs)].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && last[1] === seq - 1) last[1] = seq;
    else ranges.push([seq, seq]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join();
}

function rangesOf(text: string): [from: number, to: number][] {
  if (text === '') return [];
  return text.split(',').map((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return [from, to];
  });
}

/** Whether ranges of events hold any of these. */
function carriesAny(seqs: ReadonlySet<number>): (events: string) => boolean {
  const sorted = [...seqs].sort((a, b) => a - b);
  return (events) => rangesOf(events).some(([from, to]) => (firstFrom(sorted, from) ?? NEWEST) <= to);
}

/** The least of the sorted numbers that is not below `from`. */
function firstFrom(sorted: readonly number[], from: number): number | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return sorted[low];
}
