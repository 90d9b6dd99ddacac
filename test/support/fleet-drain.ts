import type { Status } from './fleet-process.ts';
import type { Reconciliation } from './fleet-tally.ts';

const LOOK_MS = 100;
/** However steadily it moves, a queue is given up after this. */
const LONGEST_MS = 15 * 60_000;

export interface DrainOptions {
  status: () => Promise<Status | undefined>;
  reconcile: () => Reconciliation;
  /** How long a queue may stand still. */
  stallMs: number;
  /** More is on its way: it is over when everything arrived, though something may wait. */
  isUnderLoad?: boolean;
  longestMs?: number;
  nowMs?: () => number;
  sleep?: (ms: number) => Promise<void>;
}

/**
 * Waits until nothing waits any more, or the queue has stood still for `stallMs`. What a queue holds
 * is waiting, not lost; a queue that stands still is named.
 */
export async function drain(options: DrainOptions): Promise<Reconciliation> {
  const { status, reconcile, stallMs, longestMs = LONGEST_MS, nowMs = () => performance.now() } = options;
  const { sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)) } = options;
  const startedMs = nowMs();
  let movedMs = startedMs;
  let seen = '';
  for (;;) {
    const found = reconcile();
    if (found.lost === 0 && options.isUnderLoad) return found;
    const queues = (await status().catch(() => undefined))?.destinations;
    if (queues?.every(({ waiting }) => waiting === 0)) return reconcile();
    const state = JSON.stringify([queues?.map(({ waiting }) => waiting), reconcile().received]);
    if (state !== seen) movedMs = nowMs();
    seen = state;
    if (nowMs() - movedMs >= stallMs || nowMs() - startedMs >= longestMs) return stalled(reconcile(), queues);
    await sleep(LOOK_MS);
  }
}

/** What is missing where something still waits is not lost. */
function stalled(found: Reconciliation, queues: Status['destinations'] | undefined): Reconciliation {
  if (!queues) return { ...found, waiting: ['the collector does not say what waits'] };
  const held = queues.filter(({ waiting }) => waiting > 0);
  const isHeld = (api: string) => held.some(({ consumer }) => consumer.startsWith(`${api}@`));
  const lost = Object.entries(found.by).flatMap(([api, one]) => (isHeld(api) ? [] : one.lost));
  return { ...found, lost: lost.length, waiting: held.map(describeQueue) };
}

const describeQueue = ({ consumer, waiting, oldestAgeMs = 0 }: Status['destinations'][number]) =>
  `${consumer}: ${waiting} waiting, the oldest for ${Math.round(oldestAgeMs / 1000)} s`;

/** For a list of problems; undefined where nothing stands still. */
export const waitingProblem = ({ waiting }: Pick<Reconciliation, 'waiting'>): string | undefined =>
  waiting.length > 0 ? `not delivered, and the queue stands still: ${waiting.join('; ')}` : undefined;
