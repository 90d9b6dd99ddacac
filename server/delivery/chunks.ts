/** What delivery lets go first. */
export interface YieldToIngest {
  /** Between two slices of work: resolves when the next may begin. */
  rest(workedMs: number): Promise<void>;
  /** How many events to take at once, of so many that may be. */
  share(maxEvents: number): number;
}

/** Small enough that a slice takes less than a millisecond. */
const CHUNK = 20;

/** Maps a long list in slices, between which everything else in the process gets its turn. */
export async function mapInChunks<Item, Result>(
  items: readonly Item[],
  map: (item: Item) => Result,
  yieldToIngest: YieldToIngest,
): Promise<Result[]> {
  const results: Result[] = [];
  let startedAtMs = performance.now();
  for (const item of items) {
    if (results.length > 0 && results.length % CHUNK === 0) {
      await yieldToIngest.rest(performance.now() - startedAtMs);
      startedAtMs = performance.now();
    }
    results.push(map(item));
  }
  return results;
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Nothing else is going on: one turn of the event loop between two slices. */
export const NO_BACKPRESSURE: YieldToIngest = { rest: nextTurn, share: (maxEvents) => maxEvents };

/** Delivery always has a tenth of the time. */
const MOST_WAITS = 9;
/** While something arrives, rounds are smaller: much of what one costs cannot be cut in slices. */
const PARTS = 5;

/**
 * Lets what arrives go first: it has somebody waiting, and what is delivered a little later lies safe in the log. For
 * each request that is being answered delivery rests as long again as it worked, all workers together.
 *
 * @param requests how many are being answered right now.
 */
export function createYieldToIngest(requests: () => number): YieldToIngest {
  let freeAtMs = 0;
  return {
    async rest(workedMs) {
      const nowMs = performance.now();
      freeAtMs = Math.max(freeAtMs, nowMs) + workedMs * Math.min(requests(), MOST_WAITS);
      if (freeAtMs <= nowMs) return nextTurn();
      await new Promise((resolve) => setTimeout(resolve, freeAtMs - nowMs));
    },
    share: (maxEvents) => (requests() > 0 ? Math.ceil(maxEvents / PARTS) : maxEvents),
  };
}
