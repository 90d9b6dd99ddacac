import { randomUUID } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import type { Config } from '../../config/config.ts';
import type { RunningDelivery } from '../../delivery/start.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Http } from '../../lib/http-client.ts';
import { createLogLimiter } from '../../lib/log-limiter.ts';
import type { Shutdown } from '../../lib/shutdown.ts';
import type { Counters } from '../../observe/counters.ts';
import type { HourlyCounts } from '../../store/hourly-counts.ts';
import { type Claim, EVERY_JOB, type Jobs, runJob } from '../../store/jobs.ts';
import { createCountKeeper } from './counted-hours.ts';
import { createOutbox } from './outbox.ts';
import { createAlertHttp, createSender } from './sender.ts';
import { createWatchdog, type Watchdog, type WatchdogParts } from './watchdog.ts';

export interface WatchdogStartParts
  extends Pick<WatchdogParts, 'log' | 'search' | 'clockOffsets' | 'logger'> {
  log: WatchdogParts['log'] & Jobs & HourlyCounts;
  counters: Pick<Counters, 'snapshot' | 'count'>;
  config: Pick<Config, 'shops' | 'dataDir' | 'databaseUrl' | 'alertWebhook'>;
  delivery: Pick<RunningDelivery, 'workers'>;
  clock: Clock;
  /** Of access tokens; absent where no platform has any. */
  expiries?: WatchdogParts['tokens'];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Looks every minute, for the first time a minute after the start: by then destinations have been tried. */
export function startWatchdog(parts: WatchdogStartParts, shutdown: Shutdown): Watchdog {
  const { config, delivery, clock, logger, expiries = () => [] } = parts;
  const { shops, dataDir, databaseUrl, alertWebhook } = config;
  const send = alertWebhook && createSender(alertWebhook, openAlertHttp(shutdown), clock.now);
  const watchdog = createWatchdog({
    ...parts,
    shops,
    workers: delivery.workers,
    tokens: expiries,
    readDisk: async () => (databaseUrl === undefined ? readDisk(dataDir) : undefined),
    newId: () => `alert_${randomUUID()}`,
    ...(send && {
      startOutbox: (pending, onChange) => createOutbox({ pending, send, clock, logger, onChange }),
    }),
  });
  shutdown.onShutdown(watchdog.stop);
  const mayLog = createLogLimiter(clock.now, HOUR_MS);
  let hasStarted = false;
  const look = async (_signal: AbortSignal, claim: Claim) => {
    await watchdog.claimed(claim);
    if (hasStarted) await watchdog.check();
    hasStarted = true;
  };
  const onError = (error: unknown) => {
    if (mayLog(''))
      logger.error({ error: String(error) }, 'the watchdog could not look; trying again every minute');
  };
  shutdown.onShutdown(runJob(parts, 'watchdog', MINUTE_MS, look, onError));
  const keepCounts = createCountKeeper(parts.log, parts.counters);
  const keep = () => keepCounts(clock.now());
  shutdown.onShutdown(() => keep().catch(onError));
  // Each process keeps its own.
  shutdown.onShutdown(runJob({ log: EVERY_JOB, clock }, 'hourly-counts', MINUTE_MS, keep, onError));
  return watchdog;
}

function openAlertHttp(shutdown: Shutdown): Http {
  const { http, close } = createAlertHttp();
  shutdown.onShutdown(close);
  return http;
}

async function readDisk(directory: string): Promise<{ freeBytes: number; totalBytes: number } | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(directory);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    return undefined;
  }
}
