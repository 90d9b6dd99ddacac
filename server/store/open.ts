import { randomUUID } from 'node:crypto';
import type { FollowingClock } from '../lib/following-clock.ts';
import { openPostgresLog } from './postgres/engine.ts';
import { openSqliteLog } from './sqlite/engine.ts';
import type { Consumer, LogWatch, ShopOrders, Store } from './store.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface LogOptions {
  /** Created when absent, readable by its owner alone. */
  dataDir: string;
  /** Every consumer of every shop. One that is new to the log starts at its end. */
  consumers: readonly Consumer[];
  /** How orders are made at each shop, by its id; default: browsers' word makes them. */
  shops?: Readonly<Record<string, ShopOrders>>;
  /** How long delivered events stay, and messageIds count as seen. */
  retentionMs: number;
  /** How long an order's key counts as seen; default 400 days. */
  orderKeyMs?: number;
  /** How long the delivery history stays; default 14 days. */
  historyMs?: number;
  /** How many bytes it may take; default 512 MiB. */
  historyBytes?: number;
  /** How long a delivery may stay unsettled before it is leased again; default 60 000. */
  leaseMs?: number;
  /** Epoch ms; default the system's. */
  clock?: () => number;
  /** Epoch ms of a clock that is never adjusted, for leases and delays; default `clock`. */
  steady?: () => number;
  /** Sets these clocks by that of PostgreSQL; default: they stay as they are. */
  follow?: FollowingClock['follow'];
  /** Limits the file, in pages of 4 KiB: a full disk for tests. */
  maxPages?: number;
  /** PostgreSQL in place of `dataDir`. */
  databaseUrl?: string;
  /** Its schema; default `storebeacon`. */
  schema?: string;
  /** How long a collector on PostgreSQL counts as running after it said so; then others take over. Default 7 s. */
  aliveMs?: number;
  watch?: Partial<LogWatch>;
}

/** On PostgreSQL, unless another is named. */
export const LOG_SCHEMA = 'storebeacon';
/** With a quarter of it between two claims, others have taken over within some ten seconds. */
const ALIVE_MS = 7_000;
/** How long an order's key counts as seen, unless another time is given. */
export const ORDER_KEY_MS = 400 * DAY_MS;
const DEFAULTS = {
  orderKeyMs: ORDER_KEY_MS,
  historyMs: 14 * DAY_MS,
  historyBytes: 512 * 1024 * 1024,
  leaseMs: 60_000,
};
const UNWATCHED: LogWatch = {
  committed() {},
  appended() {},
  consentsRefused() {},
  gapFound() {},
  highWaterMarkLost() {},
  clockDiffers() {},
  upgrading() {},
};

/**
 * Opens the event log of this installation.
 *
 * @throws {DataDirUnusable} in use by another process, not writable, or damaged; the message states how to repair it.
 */
export function openLog(options: LogOptions): Promise<Store> {
  const {
    clock: now = Date.now,
    steady = now,
    follow,
    watch,
    databaseUrl,
    schema = LOG_SCHEMA,
    aliveMs = ALIVE_MS,
    ...rest
  } = options;
  const data = { ...DEFAULTS, shops: {}, nowMs: now(), ...rest };
  const clocks = { now, steady, follow };
  const watches = { ...UNWATCHED, ...watch };
  if (databaseUrl === undefined) return openSqliteLog(data, clocks, watches);
  const place = { url: databaseUrl, schema, aliveMs, collectorId: randomUUID() };
  return openPostgresLog({ ...data, ...place }, clocks, watches);
}
