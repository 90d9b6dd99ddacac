import type { HistoryRow, MatchCounts } from '../../history.ts';
import { type Connection, prepare } from '../prepare.ts';
import { endsOf, rangesOf, resultsOf } from '../ranges.ts';
import { DAY_MS, type Figures, floorTo } from './figures.ts';
import { bucketOf } from './histogram.ts';
import type { IndexEvents } from './index-events.ts';
import type { Names } from './names.ts';
import { FINAL, type FinalState } from './schema.ts';
import { hourOf, type Tallies, type Tally } from './tallies.ts';

interface Row {
  id: number;
  total: number;
  consumer: number;
  shop: string;
  atMs: number;
  ms: number;
  outcome: HistoryRow['outcome'];
  attempt: number;
  code: string | null;
  events: string;
  results: string | null;
  match: string | null;
}

/** What a row of history ends a delivery with; undefined: it is tried again. */
const ENDS: Readonly<Record<HistoryRow['outcome'], FinalState | undefined>> = {
  delivered: 'delivered',
  skipped: 'skipped',
  dead: 'dead',
  rejected: 'dead',
  retry: undefined,
  paused: undefined,
};

/** Adds rows of the delivery history to the index: what became of each event, and figures over time. */
export function createIndexHistory(
  connection: Connection,
  {
    names,
    figures,
    tallies,
    events,
  }: { names: Names; figures: Figures; tallies: Tallies; events: Pick<IndexEvents, 'addComposed'> },
) {
  const next = prepare<Row>(
    connection,
    `SELECT h.id, h.total, h.consumer, c.shop, h.at AS atMs, h.ms, h.outcome, h.attempt, h.code, h.events, h.results, h.match
     FROM store.delivery_history h JOIN store.consumers c ON c.id = h.consumer WHERE h.id > ? ORDER BY h.id LIMIT ?`,
  );
  const FORMER =
    'seq IN (SELECT CAST(value AS BIGINT) FROM json_each(?1)) AND consumer = ?2 AND request <> ?3';
  const replaced = prepare<Tally & { count: number }>(
    connection,
    `SELECT consumer, state, reason, at / 3600000 * 3600000 AS hour, count(*) AS count FROM outcomes WHERE ${FORMER}
     GROUP BY 1, 2, 3, 4`,
  );
  const keepEarlier = prepare(
    connection,
    `INSERT INTO earlier (seq, consumer, request) SELECT seq, consumer, request FROM outcomes WHERE ${FORMER} ON CONFLICT DO NOTHING`,
  );
  const addEarlier = prepare(
    connection,
    `INSERT INTO earlier (seq, consumer, request)
     SELECT seq, ?2, ?3 FROM events WHERE shop = ?4 AND seq IN (SELECT CAST(value AS BIGINT) FROM json_each(?1))
     ON CONFLICT DO NOTHING`,
  );
  const received = prepare<{ at: number }>(
    connection,
    'SELECT at FROM events WHERE shop = ?2 AND seq IN (SELECT CAST(value AS BIGINT) FROM json_each(?1))',
  );
  const insert = (onConflict: string) =>
    prepare(
      connection,
      `INSERT INTO outcomes (seq, consumer, state, reason, at, attempt, request)
       SELECT seq, ?3, ?4, ?5, ?6, ?7, ?8 FROM events WHERE shop = ?2 AND seq IN (SELECT CAST(value AS BIGINT) FROM json_each(?1))
       ON CONFLICT ${onConflict}`,
    );
  const putNew = insert('DO NOTHING');
  const putAgain = insert(
    `(seq, consumer) DO UPDATE SET state = excluded.state, reason = excluded.reason, at = excluded.at,
       attempt = excluded.attempt, request = excluded.request`,
  );
  const putRequest = prepare(
    connection,
    `INSERT INTO requests (id, at, total) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET at = excluded.at, total = excluded.total`,
  );
  const lastRead = prepare<{ id: number }>(
    connection,
    `SELECT r.id FROM requests r JOIN store.delivery_history h ON h.id = r.id AND h.at = r.at AND h.total = r.total
     WHERE r.id <= ? ORDER BY r.id DESC LIMIT 1`,
  );

  /** Events that ended in the same way by one row. Nearly always none of them had ended before. */
  function end(row: Row, shop: number, state: FinalState, seqs: readonly number[]): void {
    const { consumer, outcome, attempt, id } = row;
    const list = JSON.stringify(seqs);
    const number = FINAL.indexOf(state);
    const reason = names.reason(
      state === 'delivered' ? '' : outcome === 'rejected' ? outcome : (row.code ?? ''),
    );
    const atMs = row.atMs + row.ms;
    const values = [consumer, number, reason, atMs, attempt, id] as const;
    let count = putNew.changed(list, shop, ...values);
    const hadEnded = count < seqs.length && keepFormer(list, row);
    if (hadEnded) count = putAgain.changed(list, shop, ...values);
    tallies.add({ consumer, state: number, reason, hour: hourOf(atMs) }, count);
    figures.add(state, `${consumer}`, '', atMs, count);
    // What an operator sends again took as long as the operator.
    if (state !== 'delivered' || hadEnded) return;
    for (const { at } of received.all(list, shop))
      figures.add('latency', `${consumer}`, `${bucketOf(atMs - at)}`, atMs);
  }

  /** Returns false where these events have no outcome by an earlier row. */
  function keepFormer(list: string, { consumer, id }: Row): boolean {
    const former = replaced.all(list, consumer, id);
    for (const { count, ...tally } of former) tallies.add(tally, -count);
    if (former.length > 0) keepEarlier.run(list, consumer, id);
    return former.length > 0;
  }

  function add(row: Row, all: readonly number[]): void {
    const shop = names.shop(row.shop);
    events.addComposed(all);
    const owner = `${row.consumer}`;
    for (const { outcome, seqs } of outcomesOf(row, all)) {
      const state = outcome === 'open' ? undefined : ENDS[outcome];
      if (outcome !== 'open' && state) end({ ...row, outcome }, shop, state, seqs);
      else {
        addEarlier.run(JSON.stringify(seqs), row.consumer, row.id, shop);
        if (outcome !== 'open') figures.add('retried', owner, '', row.atMs, seqs.length);
      }
    }
    if (row.outcome === 'skipped' || row.outcome === 'dead') return;
    figures.add('requests', owner, '', row.atMs);
    figures.add('request-ms', owner, `${bucketOf(row.ms)}`, row.atMs);
    for (const [name, [count, keys]] of Object.entries(JSON.parse(row.match ?? '{}') as MatchCounts)) {
      const day = floorTo(DAY_MS, row.atMs);
      figures.match(day, row.consumer, name, '', count);
      for (const [key, carried] of Object.entries(keys)) figures.match(day, row.consumer, name, key, carried);
    }
  }

  return {
    /**
     * Adds at most `max` rows after one, or after the last that is still there, as far as their events are in the index.
     * Returns the number of the last one, and whether there may be more.
     */
    addAfter(id: number, max: number, indexedSeq: number): { id: number; hasMore: boolean } {
      let last = lastRead.get(id)?.id ?? 0;
      const rows = next.all(last, max);
      for (const row of rows) {
        const ranges = rangesOf(row.events);
        if ((ranges.at(-1)?.[1] ?? 0) > indexedSeq) return { id: last, hasMore: false };
        add(row, seqsOf(ranges));
        putRequest.run(row.id, row.atMs, row.total);
        last = row.id;
      }
      return { id: last, hasMore: rows.length === max };
    },
  };
}

export type IndexHistory = ReturnType<typeof createIndexHistory>;

const seqsOf = (ranges: readonly [from: number, to: number][]): number[] =>
  ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));

/** The events of a row by what became of them, or all of them alike. `open`: a later row has it. */
function outcomesOf(
  { outcome, results }: Pick<Row, 'outcome' | 'results'>,
  all: readonly number[],
): { outcome: HistoryRow['outcome'] | 'open'; seqs: readonly number[] }[] {
  const own = resultsOf(results).map(toOutcome);
  const ends = endsOf(results).map(toOutcome);
  const inRow = own.length > 0 ? own : [{ outcome, seqs: all }];
  if (ends.length === 0) return inRow;
  const elsewhere = new Set(ends.flatMap(({ seqs }) => seqs));
  return [
    ...inRow.map(({ outcome, seqs }) => ({ outcome, seqs: seqs.filter((seq) => !elsewhere.has(seq)) })),
    ...ends,
  ].filter(({ seqs }) => seqs.length > 0);
}

const toOutcome = ([outcome, events]: [outcome: string, ranges: string]) => ({
  outcome: outcome as HistoryRow['outcome'] | 'open',
  seqs: seqsOf(rangesOf(events)),
});
