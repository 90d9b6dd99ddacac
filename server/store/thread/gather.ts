/**
 * While several callers are at work, a message is posted this long after the one before it, so that what they ask shares a
 * transaction: its fsync, its pages and two wake-ups cost as much as ten events. At 1,000 orders/s that is a fifth of the CPU.
 */
const SHARED_MS = 10;
/** As many are posted at once: the more that wait, the less another one saves. */
const MOST_SHARED = 32;

/**
 * Gathers what is asked of a thread into messages. What comes in one turn of the event loop shares one, and under load what comes
 * within `SHARED_MS`; a caller that is alone never waits.
 *
 * @param post sends a message.
 * @param isShared whether somebody waits for an earlier message.
 * @returns takes what is sent next, in order.
 */
export function gatherInto<Item>(
  post: (items: Item[]) => void,
  isShared: () => boolean,
): (item: Item) => void {
  let gathered: Item[] = [];
  let postedAtMs = Number.NEGATIVE_INFINITY;
  /** Several were in the last message: others will come for the next. */
  let isBusy = false;
  let timer: NodeJS.Timeout | undefined;

  function postAll(): void {
    timer = undefined;
    postedAtMs = performance.now();
    isBusy = gathered.length > 1;
    const items = gathered;
    gathered = [];
    post(items);
  }

  return (item) => {
    const count = gathered.push(item);
    if (count === 1) {
      const waitMs = isBusy || isShared() ? postedAtMs + SHARED_MS - performance.now() : 0;
      if (waitMs > 0) timer = setTimeout(postAll, waitMs);
      else setImmediate(postAll);
    } else if (count === MOST_SHARED && timer) {
      clearTimeout(timer);
      timer = undefined;
      setImmediate(postAll);
    }
  };
}
