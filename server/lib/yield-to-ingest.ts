/** Ingest has priority over background work: a visitor is waiting for its answer. */
export interface YieldToIngest {
  /** Called between two chunks of work; resolves when the next may begin. */
  rest(workedMs: number): Promise<void>;
  /** How many of at most `maxEvents` events to process in one round. */
  share(maxEvents: number): number;
}

/** Events in one chunk: it takes less than a millisecond, with hostile events up to `MAX_CHUNK_MS` and one event more. */
const CHUNK = 20;
const MAX_CHUNK_MS = 4;

/** Maps a long list in chunks; the event loop runs between two of them. */
export async function mapInChunks<Item, Result>(
  items: readonly Item[],
  map: (item: Item) => Result,
  yieldToIngest: YieldToIngest,
): Promise<Result[]> {
  const results: Result[] = [];
  let startedAtMs = performance.now();
  let chunk = 0;
  for (const item of items) {
    const workedMs = performance.now() - startedAtMs;
    if (chunk === CHUNK || workedMs > MAX_CHUNK_MS) {
      await yieldToIngest.rest(workedMs);
      startedAtMs = performance.now();
      chunk = 0;
    }
    chunk++;
    results.push(map(item));
  }
  return results;
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** One turn of the event loop between two chunks, whatever the load. */
export const NO_BACKPRESSURE: YieldToIngest = { rest: nextTurn, share: (maxEvents) => maxEvents };

/** The longest rest, in multiples of the time worked: background work keeps at least a tenth of the time. */
const MAX_REST_RATIO = 9;
/** Rounds shrink to this fraction under load, because part of what a round costs cannot be cut into chunks… */
const LOAD_DIVISOR = 5;
/** … but not below this: what a round costs beside its events is the same for few of them. */
const LEAST_EVENTS = 128;

/** How soon work that rests goes on once nothing is in progress. */
const LOOK_MS = 20;

/**
 * For each request in progress, background work rests as long as it worked, counted over all workers together; a rest ends as
 * soon as nothing is in progress, so that what a rush left is delivered after it at full speed.
 *
 * @param requests how many requests are in progress.
 */
export function createYieldToIngest(requests: () => number): YieldToIngest {
  let freeAtMs = 0;
  return {
    async rest(workedMs) {
      freeAtMs = Math.max(freeAtMs, performance.now()) + workedMs * Math.min(requests(), MAX_REST_RATIO);
      for (let nowMs = performance.now(); freeAtMs > nowMs; nowMs = performance.now()) {
        if (requests() === 0) freeAtMs = nowMs;
        else await new Promise((resolve) => setTimeout(resolve, Math.min(freeAtMs - nowMs, LOOK_MS)));
      }
      return nextTurn();
    },
    share(maxEvents) {
      const least = Math.min(maxEvents, LEAST_EVENTS);
      return requests() > 0 ? Math.max(Math.ceil(maxEvents / LOAD_DIVISOR), least) : maxEvents;
    },
  };
}
