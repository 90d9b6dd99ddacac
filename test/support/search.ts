import { onTestFinished } from 'vitest';
import { NO_BACKPRESSURE } from '../../server/lib/yield-to-ingest.ts';
import { type LogOptions, openLog } from '../../server/store/open.ts';
import { withSearch } from '../../server/store/open-stores.ts';
import { openPostgresSearch } from '../../server/store/postgres/search.ts';
import type { EventQuery, FoundEvent, Search } from '../../server/store/search.ts';
import { openSqliteSearch, type SearchEngine } from '../../server/store/sqlite/search/engine.ts';
import type { Consumer, Delivery, Store } from '../../server/store/store.ts';
import type { SkipReason } from '../../shared/reasons.ts';
import { eventually } from './eventually.ts';
import { type IndexUnderTest, indexInFile, indexInPostgres } from './search-index.ts';
import { tempDir } from './temp-dir.ts';

export const DAY_MS = 86_400_000;
export const START_MS = Date.parse('2026-03-01T00:00:00Z');

export const CONSUMERS: Consumer[] = ['tiktok@shop', 'customerio@shop', 'tiktok@other'].map((name) => ({
  name,
  shop: name.split('@')[1] ?? '',
  decryptsPii: false,
  audience: 'destinations',
  saleStages: name.startsWith('tiktok') ? ['paid'] : ['placed'],
}));

export interface SearchSetUp {
  dataDir: string;
  clock: { nowMs: number };
  log: Store;
  search: SearchEngine;
  index: IndexUnderTest;
  /** Why indexes were built, and what failed. */
  reports: string[];
  close(): Promise<void>;
}

/** How a suite opens a store with its search, on the engine that it is run for. */
export type OpenSearch = typeof openSearch;

/** A store with its search, as the collector opens them, on a clock that the test owns. */
export async function openSearch(
  options: Partial<LogOptions> & { searchPages?: number } = {},
  { dataDir, clock }: Pick<SearchSetUp, 'dataDir' | 'clock'> = {
    dataDir: tempDir(),
    clock: { nowMs: START_MS },
  },
): Promise<SearchSetUp> {
  const { searchPages, consumers = CONSUMERS, ...rest } = options;
  const reports: string[] = [];
  const opened = await openLog({
    ...{ dataDir, consumers, retentionMs: 30 * DAY_MS, clock: () => clock.nowMs },
    ...rest,
  });
  const { databaseUrl: url, schema = '' } = options;
  const common = {
    yieldToIngest: NO_BACKPRESSURE,
    watch: {
      rebuilding: (reason: string) => void reports.push(`rebuilding: ${reason}`),
      failed: (error: string) => void reports.push(`failed: ${error}`),
    },
  };
  const search =
    url === undefined
      ? openSqliteSearch({
          ...{ dataDir, consumers, ...common },
          ...(searchPages !== undefined && { maxPages: searchPages }),
        })
      : openPostgresSearch({ url, schema, consumers }, { claimJob: opened.claimJob, ...common });
  opened.onAppended(search.nudge);
  opened.onSettled(search.nudge);
  const close = async () => {
    await search.close();
    await opened.close();
  };
  onTestFinished(close);
  const index = url === undefined ? indexInFile(dataDir) : indexInPostgres(url, schema);
  const log = withSearch(opened, search, () => clock.nowMs);
  return { dataDir, clock, log, search, index, reports, close };
}

/** Resolves when everything stored and settled so far is found. */
export async function caughtUp({ log, search }: Pick<SearchSetUp, 'log' | 'search'>): Promise<void> {
  const [newest] = await log.history({ limit: 1 });
  await eventually(
    () => search.indexedUntil(),
    ({ lag, historyId }) => lag === 0 && historyId >= (newest?.id ?? 0),
  );
}

/** Settles one delivery as requests of the dispatcher do. */
export function settleAs(
  { log, clock }: Pick<SearchSetUp, 'log' | 'clock'>,
  consumer: string,
  delivery: Delivery,
  how: 'delivered' | 'skipped' | 'retry' | 'rejected' | 'dead',
  reason = 'consent',
): void {
  if (how === 'skipped') delivery.skip(reason as SkipReason);
  else if (how === 'dead') delivery.deadLetter('mapping-failed', 'no value at line 7');
  else if (how === 'delivered') delivery.ack();
  else if (how === 'retry') delivery.retry(60_000, 'unreachable');
  else delivery.deadLetter('rejected', 'Invalid parameter: value 12');
  if (how === 'skipped' || how === 'dead') return;
  const request = { atMs: clock.nowMs, ms: 5, outcome: how, attempt: delivery.attempt, seqs: [delivery.seq] };
  log.settle(consumer, { confirmed: [], released: [], requests: [request] });
}

/** All pages of a query. */
export async function findAll(
  search: Search,
  query: Omit<EventQuery, 'limit' | 'cursor'>,
): Promise<FoundEvent[]> {
  const found: FoundEvent[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await search.events({ ...query, limit: 7, ...(cursor !== undefined && { cursor }) });
    found.push(...page.events);
    cursor = page.nextCursor;
    if (cursor === undefined) return found;
  }
}
