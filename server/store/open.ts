import type { Consumer, EventLog, LogWatch } from './event-log.ts';
import { openSqliteLog } from './sqlite/event-log.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface LogOptions {
  /** Made when missing, for its owner alone. */
  dataDir: string;
  /** Every consumer of every shop. One the log has not met before starts at its end. */
  consumers: readonly Consumer[];
  /** How long delivered events stay, and messageIds count as seen. */
  retentionMs: number;
  /** How long an order's key counts as seen; default 400 days. */
  orderKeyMs?: number;
  /** How long a delivery may stay unsettled before it is given out again; default 60 000. */
  leaseMs?: number;
  /** Epoch ms; default the system's. */
  clock?: () => number;
  /** Like `clock`, but never set: for leases and waits. Default: `clock`. */
  steady?: () => number;
  /** Bounds the file, in pages of 4 KiB, so that a test can fill the "disk". */
  maxPages?: number;
  watch?: Partial<LogWatch>;
}

const UNWATCHED: LogWatch = { committed() {}, appended() {}, gapFound() {}, highWaterMarkLost() {} };

/**
 * Opens the event log of this installation.
 *
 * @throws {DataDirUnusable} with what an operator has to mend: held by another process, not writable, damaged.
 */
export function openLog(options: LogOptions): Promise<EventLog> {
  const { clock: now = Date.now, steady = now, watch, ...rest } = options;
  return openSqliteLog(
    { orderKeyMs: 400 * DAY_MS, leaseMs: 60_000, ...rest },
    { now, steady },
    {
      ...UNWATCHED,
      ...watch,
    },
  );
}
