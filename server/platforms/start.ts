import { startCounting } from '../analytics/counting.ts';
import { openAnalyticsStore } from '../analytics/open.ts';
import type { AnalyticsStore } from '../analytics/store.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Http } from '../lib/http-client.ts';
import type { RateLimiterFor } from '../lib/rate-limiter.ts';
import type { Shutdown } from '../lib/shutdown.ts';
import type { YieldToIngest } from '../lib/yield-to-ingest.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import type { PiiEncryption } from '../privacy/encrypted-pii.ts';
import type { Store } from '../store/store.ts';
import type { PlatformParts, RunningPlatform } from './platform.ts';
import { countedShops, PLATFORMS } from './registry.ts';
import { createStatistics, type Statistics } from './statistics.ts';

/** What counts events, and what exchanges data with the platforms of the shops. */
export interface Platforms {
  state: AnalyticsStore;
  statistics: Statistics;
  /** As of the platform whose shop it is. */
  readOrders: RunningPlatform['readOrders'];
  readOrdersSoon: RunningPlatform['readOrdersSoon'];
  expiries: RunningPlatform['expiries'];
  /** Sends requests with the current access tokens. */
  http: Http;
  /** Masks the secrets of the configuration and access tokens issued since. */
  redactSecrets: (text: string) => string;
}

export interface PlatformsParts {
  config: Config;
  log: Store;
  piiEncryption: PiiEncryption;
  http: Http;
  redactSecrets: (text: string) => string;
  rateLimiterFor: RateLimiterFor;
  clock: Clock;
  yieldToIngest: YieldToIngest;
  random: () => number;
  counters: Counters;
  logger: Logger;
}

/** Starts counting and every platform in use. @returns undefined when no shop uses a platform. */
export async function startPlatforms(
  parts: PlatformsParts,
  shutdown: Shutdown,
): Promise<Platforms | undefined> {
  const { config } = parts;
  const shops = countedShops(config);
  if (shops.length === 0) return undefined;
  const state = await openAnalyticsStore(config, config.shops);
  shutdown.onShutdown(() => state.close());
  const counting = startCounting({ ...parts, shops, state });
  const { caughtUp } = counting;
  const running: RunningPlatform[] = [];
  shutdown.onShutdown(async () => {
    await Promise.all([counting.stop(), ...running.map((platform) => platform.stop())]);
  });
  const syncMs = config.statisticsSyncMs;
  const last = await startEach({ ...parts, shops, state, caughtUp, syncMs }, running);
  const statistics = createStatistics({ shops, state, counting, running });
  const readOrders: RunningPlatform['readOrders'] = async (...asked) => {
    await Promise.all(running.map((platform) => platform.readOrders(...asked)));
  };
  const readOrdersSoon: RunningPlatform['readOrdersSoon'] = (...asked) => {
    for (const platform of running) platform.readOrdersSoon(...asked);
  };
  const expiries = () => running.flatMap((platform) => platform.expiries());
  return { state, statistics, readOrders, readOrdersSoon, expiries, ...last };
}

/**
 * Starts the platforms one after the other; each receives `http` and `redactSecrets` of the one before.
 *
 * @param running receives each platform as soon as it is started, so that all of them are stopped when a later one fails.
 */
async function startEach(
  parts: PlatformParts,
  running: RunningPlatform[],
): Promise<Pick<PlatformParts, 'http' | 'redactSecrets'>> {
  let { http, redactSecrets } = parts;
  for (const { isUsedBy, start } of PLATFORMS) {
    const shops = parts.shops.filter(isUsedBy);
    if (!start || shops.length === 0) continue;
    const platform = await start({ ...parts, shops, http, redactSecrets });
    running.push(platform);
    ({ http, redactSecrets } = platform);
  }
  return { http, redactSecrets };
}
