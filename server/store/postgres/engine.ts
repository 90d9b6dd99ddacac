import { type Engaged, openEngineLog, type SharedMethods } from '../sqlite/engine.ts';
import type { LogClock } from '../sqlite/log-clock.ts';
import type { LogWatch, Store } from '../store.ts';
import type { Thread } from '../thread/start.ts';
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
export const openPostgresLog = (data: PostgresLogData, clock: LogClock, watch: LogWatch): Promise<Store> =>
  openEngineLog(new URL('./worker.ts', import.meta.url), data, clock, watch, (call, onChange) =>
    joinCollectors(call, onChange, data.aliveMs),
  );

/** @param onChange what waits may be due: others have stored something, or this collector took something over. */
async function joinCollectors(
  call: Thread<SharedMethods>['call'],
  onChange: () => void,
  aliveMs: number,
): Promise<Engaged> {
  let lastCount = 0;
  const unlessAway = (work: () => Promise<void>) => () => void work().catch(() => {});
  const claim = unlessAway(async () => {
    if (await call.claim()) onChange();
  });
  const look = unlessAway(async () => {
    const count = await call.foreignWrites();
    if (count !== lastCount) onChange();
    lastCount = count;
  });
  await call.claim();
  const timers = [setInterval(claim, aliveMs / CLAIMS), setInterval(look, WATCH_MS)];
  return {
    claimJob: async (name) => (await call.claimJob(name)) !== undefined,
    stop: () => timers.forEach(clearInterval),
  };
}
