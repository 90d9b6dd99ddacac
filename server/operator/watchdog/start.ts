import { randomUUID } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import type { Config } from '../../config/config.ts';
import type { RunningDelivery } from '../../delivery/start.ts';
import type { Clock } from '../../lib/clock.ts';
import { createLogLimiter } from '../../lib/log-limiter.ts';
import { runPeriodically } from '../../lib/periodic.ts';
import type { Shutdown } from '../../lib/shutdown.ts';
import { claimOf } from '../../store/jobs.ts';
import type { Store } from '../../store/store.ts';
import { createOutbox } from './outbox.ts';
import { createAlertHttp, createSender } from './sender.ts';
import { createWatchdog, type Watchdog, type WatchdogParts } from './watchdog.ts';

export interface WatchdogStartParts
  extends Pick<WatchdogParts, 'log' | 'search' | 'clockOffsets' | 'logger' | 'counters'> {
  log: WatchdogParts['log'] & Pick<Store, 'claimJob'>;
  config: Pick<Config, 'shops' | 'dataDir' | 'databaseUrl' | 'alertWebhook'>;
  delivery: Pick<RunningDelivery, 'workers'>;
  clock: Clock;
  /** Of access tokens; absent where no platform has any. */
  expiries?: WatchdogParts['tokens'];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Looks every minute, for the first time a minute after the start: by then destinations have been tried. */
export async function startWatchdog(parts: WatchdogStartParts, shutdown: Shutdown): Promise<Watchdog> {
  const { config, delivery, clock, logger, expiries = () => [] } = parts;
  const { shops, dataDir, databaseUrl, alertWebhook } = config;
  const watchdog = await createWatchdog({
    ...parts,
    shops,
    workers: delivery.workers,
    tokens: expiries,
    readDisk: async () => (databaseUrl === undefined ? readDisk(dataDir) : undefined),
    newId: () => `alert_${randomUUID()}`,
    ...(alertWebhook && {
      startOutbox: (pending, onChange) => {
        const { http, close } = createAlertHttp();
        shutdown.onShutdown(close);
        const send = createSender(alertWebhook, http, clock.now);
        return createOutbox({ pending, send, clock, logger, onChange });
      },
    }),
  });
  shutdown.onShutdown(watchdog.stop);
  const mayLog = createLogLimiter(clock.now, HOUR_MS);
  let hasStarted = false;
  const look = async () => {
    if (hasStarted) await watchdog.check();
    hasStarted = true;
  };
  const onError = (error: unknown) => {
    if (mayLog(''))
      logger.error({ error: String(error) }, 'the watchdog could not look; trying again every minute');
  };
  shutdown.onShutdown(runPeriodically(clock, MINUTE_MS, look, onError, claimOf(parts.log, 'watchdog')));
  return watchdog;
}

async function readDisk(directory: string): Promise<{ freeBytes: number; totalBytes: number } | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(directory);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    return undefined;
  }
}
