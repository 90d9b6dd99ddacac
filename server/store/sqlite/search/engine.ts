import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { YieldToIngest } from '../../../lib/yield-to-ingest.ts';
import { LogUnavailable, SearchUnavailable } from '../../errors.ts';
import type { IndexedUntil, Search } from '../../search.ts';
import { startThread, type Thread } from '../../thread/start.ts';
import type { SearchData, SearchMethods } from './create-search.ts';
import type { Indexed, Progress } from './indexer.ts';
import { createNudge } from './nudge.ts';
import type { SqliteSearchData } from './worker.ts';

/** Callbacks for what the index does. */
export interface SearchWatch {
  /** It is built anew: why. */
  rebuilding(reason: string): void;
  /** It cannot be opened or written; it is tried again. Once, until it works again. */
  failed(error: string): void;
}

/** What the search of either engine is opened with. */
export interface SearchOptions {
  /** The index rests while requests are in progress. */
  yieldToIngest: YieldToIngest;
  watch: SearchWatch;
}

/** Where the index is. */
export interface IndexPlace<Data extends SearchData> {
  /** The module of its thread, and what that is started with. */
  file: URL;
  data: Omit<Data, 'isRemoved'>;
  /** Its file was removed: what is written to it now is gone at the next start. */
  isGone?(): boolean;
  /** Whether this process adds to it: of several on one index, one does. */
  isFollower(): Promise<boolean>;
}

/** A search, and what keeps it in step with the store. */
export interface SearchEngine extends Search {
  /** Something was stored or settled. */
  nudge(): void;
  /** Resolves when nothing in the index, nor in its file, is of what the store removed of a person. @param ids of the person. */
  forget(shop: string, ids: readonly string[]): Promise<void>;
  /** The same of a shop. */
  purge(shop: string): Promise<void>;
  /** The same of what is past its time. */
  retain(nowMs: number): Promise<void>;
}

/** From a nudge to the pass: by then most events are composed and delivered, and are read once. */
const DELAY_MS = 250;
const RETRY_MS = 5_000;

/** The search on `search.db`. */
export function openSqliteSearch({
  yieldToIngest,
  watch,
  ...data
}: SearchOptions & Omit<SqliteSearchData, 'isRemoved'>): SearchEngine {
  const path = join(data.dataDir, 'search.db');
  return openSearchEngine<SqliteSearchData>(
    {
      file: new URL('./worker.ts', import.meta.url),
      data,
      isGone: () => !existsSync(path),
      isFollower: async () => true,
    },
    { yieldToIngest, watch },
  );
}

/** The search in a thread of its own. Never fails the store: what goes wrong is tried again, or built anew. */
export function openSearchEngine<Data extends SearchData>(
  { file, data, isGone, isFollower }: IndexPlace<Data>,
  { yieldToIngest, watch }: SearchOptions,
): SearchEngine {
  const listeners = new Set<(until: IndexedUntil) => void>();
  const nudge = createNudge();
  const stopping = new AbortController();
  let thread: Thread<SearchMethods> | undefined;
  let opening: Promise<Thread<SearchMethods>> | undefined;
  let isFailing = false;
  /** How far the index was when listeners were called last. */
  let reported: Progress | undefined;
  /** The next thread begins with an empty index. */
  let isRemoved = false;

  function open(): Promise<Thread<SearchMethods>> {
    opening ??= (async () => {
      try {
        thread = await startThread<SearchMethods>(file, { ...data, isRemoved });
        isRemoved = false;
        const { rebuilt } = await thread.call.opened();
        if (rebuilt !== undefined) watch.rebuilding(rebuilt);
        return thread;
      } finally {
        opening = undefined;
      }
    })();
    return opening;
  }

  /** Waits for a thread that is being started. */
  async function running(): Promise<Thread<SearchMethods>> {
    if (stopping.signal.aborted) throw new SearchUnavailable('the search is closed');
    try {
      return thread ?? (await open());
    } catch (error) {
      throw new SearchUnavailable(`the search cannot be opened: ${String(error)}`);
    }
  }

  async function rebuild(): Promise<void> {
    const former = thread;
    thread = undefined;
    isRemoved = true;
    await former?.close();
    nudge.now();
  }

  async function pass(): Promise<void> {
    const startedAtMs = performance.now();
    const current = await running();
    if (isGone?.()) return rebuild();
    const isOurs = await isFollower();
    const found = await (isOurs ? current.call.index() : current.call.look());
    isFailing = false;
    await report(current, found);
    if (!found.hasMore) return nudge.wait(DELAY_MS, stopping.signal);
    if (isOurs) await yieldToIngest.rest(performance.now() - startedAtMs);
    else await nudge.sleep(DELAY_MS, stopping.signal);
  }

  async function report({ call }: Thread<SearchMethods>, found: Indexed): Promise<void> {
    const { seq, historyId, hasMore } = found;
    const isChanged = seq !== reported?.seq || historyId !== reported.historyId;
    reported = found;
    if (!isChanged || listeners.size === 0) return;
    const until = hasMore ? await call.indexedUntil() : { seq, historyId, lag: 0 };
    for (const listener of listeners) listener(until);
  }

  async function onFailure(error: unknown): Promise<void> {
    if (stopping.signal.aborted) return;
    const isDamaged = await thread?.call.isDamaged().catch(() => false);
    if (isDamaged) return rebuild();
    if (!isFailing) watch.failed(error instanceof Error ? error.message : String(error));
    isFailing = true;
    await nudge.sleep(RETRY_MS, stopping.signal);
  }

  async function follow(): Promise<void> {
    while (!stopping.signal.aborted)
      try {
        await pass();
      } catch (error) {
        await onFailure(error);
      }
  }
  const following = follow();

  /** What cannot be removed from the index goes with all of it. */
  async function remove(work: (running: Thread<SearchMethods>) => Promise<void>): Promise<void> {
    try {
      await work(await running());
    } catch (error) {
      if (stopping.signal.aborted) throw error;
      await rebuild();
      await running();
    }
  }

  const call =
    <Name extends keyof SearchMethods>(name: Name) =>
    async (...args: Parameters<SearchMethods[Name]>) => {
      const { call } = await running();
      try {
        return await call[name](...args);
      } catch (error) {
        throw error instanceof LogUnavailable ? new SearchUnavailable(error.message) : error;
      }
    };

  return {
    events: call('events'),
    event: call('event'),
    orders: call('orders'),
    order: call('order'),
    orderDay: call('orderDay'),
    joinedOrders: call('joinedOrders'),
    person: call('person'),
    groups: call('groups'),
    select: call('select'),
    series: call('series'),
    matchQuality: call('matchQuality'),
    indexedUntil: call('indexedUntil'),
    onIndexed(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    nudge: nudge.now,
    forget: (shop, ids) => remove(({ call }) => call.forget(shop, ids)),
    purge: (shop) => remove(({ call }) => call.purge(shop)),
    async retain(nowMs) {
      await (await running()).call.retain(nowMs);
    },
    async close() {
      stopping.abort();
      nudge.now();
      thread?.send.stop();
      await following;
      await opening?.catch(() => {});
      thread?.send.stop();
      await thread?.close();
    },
  };
}
