import { MAX_CLOCK_DIFFERENCE_MS } from '../../lib/following-clock.ts';
import { type Engaged, type Own, openEngineLog, type SharedMethods } from '../sqlite/engine.ts';
import type { LogClock } from '../sqlite/log-clock.ts';
import type { LogWatch, Store } from '../store.ts';
import type { Thread } from '../thread/start.ts';
import { requireUsable } from './examine.ts';
import type { PostgresLogData } from './worker.ts';

/** How often a collector says that it runs, within the time for which that counts. */
const CLAIMS = 4;
/** How soon what another collector has stored is noticed. */
const WATCH_MS = 250;

/**
 * The event log in PostgreSQL, together with the other collectors on it.
 *
 * @throws {DataDirUnusable} when the database cannot be used; the message says what to change.
 */
export async function openPostgresLog(
  data: PostgresLogData,
  clock: LogClock,
  watch: LogWatch,
): Promise<Store> {
  await requireUsable(data.url, data.schema);
  return openEngineLog(new URL('./worker.ts', import.meta.url), data, clock, watch, (call, own) =>
    joinCollectors(call, own, { aliveMs: data.aliveMs, clock, watch }),
  );
}

async function joinCollectors(
  call: Thread<SharedMethods>['call'],
  { states, onChange, onConsentChanges }: Own,
  { aliveMs, clock, watch }: { aliveMs: number; clock: LogClock; watch: LogWatch },
): Promise<Engaged> {
  const freeListeners = new Set<() => void>();
  const unlessAway = (work: () => Promise<void>) => () => void work().catch(() => {});
  async function claim(): Promise<void> {
    const askedMs = clock.steady();
    const { isChanged, nowMs, hasLeft } = await call.claim(
      Object.fromEntries([...states].map(([consumer, read]) => [consumer, read()])),
    );
    const aheadMs = clock.follow?.(nowMs, askedMs) ?? 0;
    if (Math.abs(aheadMs) > MAX_CLOCK_DIFFERENCE_MS) watch.clockDiffers(aheadMs);
    if (isChanged) onChange();
    if (hasLeft) for (const listener of freeListeners) listener();
  }
  const look = unlessAway(async () => {
    const { changedShops, changes } = await call.look();
    onConsentChanges(changes);
    if (changedShops.length > 0) onChange(changedShops);
  });
  await claim();
  const timers = [setInterval(unlessAway(claim), aliveMs / CLAIMS), setInterval(look, WATCH_MS)];
  return {
    stateOf: call.stateOf,
    claimJob: call.claimJob,
    finishJob: (job) => call.finishJob(job, clock.now()),
    onJobsFree(listener) {
      freeListeners.add(listener);
      return () => void freeListeners.delete(listener);
    },
    stop: () => timers.forEach(clearInterval),
  };
}
