import { prepare } from '../prepare.ts';
import { MINUTE_MS } from './figures.ts';
import type { Indexer } from './indexer.ts';
import type { MatchEvents, Wanted } from './match-events.ts';
import type { Names } from './names.ts';
import { type IndexedEvent, merged, type Stream } from './streams.ts';
import type { IndexTables } from './tables.ts';
import { unlessFull } from './unless-full.ts';

/** How many events the first step looks at, and one of the later ones. Between two steps other calls are served. */
const FIRST_STEP = 64;
const STEP = 512;
/** After this a page ends, however short it is: what is looked for is rare, and the next page goes on. */
const MAX_PAGE_MS = 40;
/** Steps by which the index catches up before it is read, where it is nearly up to date. */
const CATCH_UP = 3;

/** Found events, newest first. `before`: where the next page begins; absent at the end. */
export interface Scanned {
  found: IndexedEvent[];
  before?: number;
}

interface Parts {
  names: Names;
  indexer: Indexer;
  matchEvents: MatchEvents;
}

/** Reads the index page by page. */
export function createScan(tables: IndexTables, { names, indexer, matchEvents }: Parts) {
  const { connection } = tables;
  const newestRow = prepare<{ id: number | null }>(
    connection,
    'SELECT max(id) AS id FROM store.delivery_history',
  );
  const range = prepare<{ first: number | null; last: number | null }>(
    connection,
    'SELECT min(first_seq) AS first, max(last_seq) AS last FROM minutes WHERE minute BETWEEN ? AND ?',
  );

  /** Rows of the history that are not in the index: it is built while ingest is served first. */
  const isLate = (): boolean => (newestRow.get()?.id ?? 0) > indexer.progress().historyId;

  function catchUp(): void {
    unlessFull(() => {
      for (let step = 0; step < CATCH_UP && indexer.step().hasMore; ) step++;
    });
  }

  /** Between which numbers events received in a time are. */
  function boundsOf({ fromMs, toMs }: Pick<Wanted, 'fromMs' | 'toMs'>): { first: number; last: number } {
    const all = { first: 0, last: Number.MAX_SAFE_INTEGER };
    if (fromMs === undefined && toMs === undefined) return all;
    const minuteOf = (ms: number) => Math.floor(ms / MINUTE_MS);
    const [from, to] = [minuteOf(fromMs ?? 0), minuteOf((toMs ?? Number.MAX_SAFE_INTEGER) - 1)];
    const { first, last } = range.get(from, to) ?? { first: null, last: null };
    return { first: first ?? 0, last: last ?? -1 };
  }

  function matchingOf(shop: string | undefined, wanted: Wanted, late: boolean) {
    const shops = shop === undefined ? names.shops().map(({ name }) => name) : [shop];
    const found = shops.flatMap((one) => {
      const matching = matchEvents(one, wanted, late);
      return matching ? [[names.knownShop(one), matching] as const] : [];
    });
    const tests = new Map(found.map(([id, { matches }]) => [id, matches]));
    const streams: Stream[] = found.flatMap(([, matching]) => matching.streams);
    return { streams, matches: (event: IndexedEvent) => tests.get(event.shop)?.(event) ?? false };
  }

  /** Reads in one snapshot of the index and the store: what one has settled, the other has an outcome of, or is late. */
  const snapshot = <T>(read: (isLate: boolean) => T): T => tables.snapshot(() => read(isLate()));

  return {
    catchUp,
    isLate,
    snapshot,
    /** @param before `before` of the page before. */
    *page(wanted: Wanted, limit: number, before: number | undefined): Generator<undefined, Scanned> {
      const startedAtMs = performance.now();
      catchUp();
      const { first, last } = boundsOf(wanted);
      let below = Math.min(before ?? Number.MAX_SAFE_INTEGER, last + 1, indexer.progress().seq + 1);
      let max = FIRST_STEP;
      const found: IndexedEvent[] = [];
      const step = (isLate: boolean): boolean => {
        const { streams, matches } = matchingOf(wanted.shop, wanted, isLate);
        const { events, readTo } = merged(streams, below, first, max);
        max = Math.min(2 * max, STEP);
        below = streams.length > 0 ? readTo : first;
        for (const event of events) {
          if (!matches(event)) continue;
          found.push(event);
          if (found.length < limit) continue;
          below = event.seq;
          break;
        }
        return found.length < limit && below > first;
      };
      while (below > first && snapshot(step)) {
        if (performance.now() - startedAtMs > MAX_PAGE_MS) break;
        yield;
      }
      if (below > first) return { found, before: below };
      return { found };
    },
  };
}
export type Scan = ReturnType<typeof createScan>;
