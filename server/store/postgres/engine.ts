import { openEngineLog } from '../sqlite/engine.ts';
import type { LogClock } from '../sqlite/log-clock.ts';
import type { LogWatch, Store } from '../store.ts';
import type { PostgresLogData } from './worker.ts';

/** The event log in PostgreSQL. */
export const openPostgresLog = (data: PostgresLogData, clock: LogClock, watch: LogWatch): Promise<Store> =>
  openEngineLog(new URL('./worker.ts', import.meta.url), data, clock, watch);
