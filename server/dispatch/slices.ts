/** Called between two slices of work with how long the last one took. Resolves when the next may begin. */
export type GiveWay = (workedMs: number) => Promise<void>;

/** Small enough that a slice takes about a millisecond. */
const SLICE = 50;

/** Maps a long list in slices, between which everything else in the process gets its turn. */
export async function mapInSlices<Item, Result>(
  items: readonly Item[],
  map: (item: Item) => Result,
  giveWay: GiveWay,
): Promise<Result[]> {
  const results: Result[] = [];
  let startedAtMs = performance.now();
  for (const item of items) {
    if (results.length > 0 && results.length % SLICE === 0) {
      await giveWay(performance.now() - startedAtMs);
      startedAtMs = performance.now();
    }
    results.push(map(item));
  }
  return results;
}

/** One turn of the event loop. */
export const nextTurn: GiveWay = () => new Promise((resolve) => setImmediate(resolve));

/** While requests are being answered, one part of the time in so many is delivery's. */
const SHARE = 4;

/**
 * Lets what arrives go first: it has somebody waiting, and what is delivered a little later lies safe in the log.
 * Delivery still gets a quarter of the time, all workers together, however much arrives.
 *
 * @param isBusy whether requests are being answered right now.
 */
export function giveWayTo(isBusy: () => boolean): GiveWay {
  let freeAtMs = 0;
  return async (workedMs) => {
    if (!isBusy()) return nextTurn(workedMs);
    const nowMs = performance.now();
    freeAtMs = Math.max(freeAtMs, nowMs) + workedMs * (SHARE - 1);
    await new Promise((resolve) => setTimeout(resolve, freeAtMs - nowMs));
  };
}
