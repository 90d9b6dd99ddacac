import { type Engaged, openEngineLog, type SharedMethods } from '../sqlite/engine.ts';
import type { LogClock } from '../sqlite/log-clock.ts';
import type { LogWatch, Store } from '../store.ts';
import type { Thread } from '../thread/start.ts';
import type { PostgresLogData } from './worker.ts';

/** How often a collector says that it runs, within the time for which that counts. */
const CLAIMS = 4;
/** Less is no fault of a machine's clock. */
const CLOCK_DIFFERS_MS = 5_000;
/** How soon what another collector has stored is noticed. */
const WATCH_MS = 250;

/**
 * The event log in PostgreSQL, together with the other collectors on it.
 *
 * @throws {DataDirUnusable} when the database cannot be used; the message says what to change.
 */
export const openPostgresLog = (data: PostgresLogData, clock: LogClock, watch: LogWatch): Promise<Store> =>
  openEngineLog(new URL('./worker.ts', import.meta.url), data, clock, watch, (call, onChange) =>
    joinCollectors(call, onChange, { aliveMs: data.aliveMs, clock, watch }),
  );

/** @param onChange what waits may be due: others have stored something, or this collector took something over. */
async function joinCollectors(
  call: Thread<SharedMethods>['call'],
  onChange: () => void,
  { aliveMs, clock, watch }: { aliveMs: number; clock: LogClock; watch: LogWatch },
): Promise<Engaged> {
  const freeListeners = new Set<() => void>();
  let lastCount = 0;
  const unlessAway = (work: () => Promise<void>) => () => void work().catch(() => {});
  async function claim(): Promise<void> {
    const askedMs = clock.steady();
    const { isChanged, nowMs, hasLeft } = await call.claim();
    const aheadMs = clock.follow?.(nowMs, askedMs) ?? 0;
    if (Math.abs(aheadMs) > CLOCK_DIFFERS_MS) watch.clockDiffers(aheadMs);
    if (isChanged) onChange();
    if (hasLeft) for (const listener of freeListeners) listener();
  }
  const look = unlessAway(async () => {
    const count = await call.foreignWrites();
    if (count !== lastCount) onChange();
    lastCount = count;
  });
  await claim();
  const timers = [setInterval(unlessAway(claim), aliveMs / CLAIMS), setInterval(look, WATCH_MS)];
  return {
    claimJob: call.claimJob,
    finishJob: (job) => call.finishJob(job, clock.now()),
    onJobsFree(listener) {
      freeListeners.add(listener);
      return () => void freeListeners.delete(listener);
    },
    stop: () => timers.forEach(clearInterval),
  };
}
