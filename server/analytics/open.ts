import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, Shop } from '../config/config.ts';
import type { Shutdown } from '../lib/shutdown.ts';
import { startThread } from '../store/thread/start.ts';
import type { Methods, ShopSettings } from './store/methods.ts';
import type { AnalyticsStore } from './store.ts';

/** By the shop's id. */
export const shopSettings = (shops: readonly Shop[]): Record<string, ShopSettings> =>
  Object.fromEntries(
    shops.map(({ id, currency, statistics }) => [id, { currency, attributionMs: statistics.attributionMs }]),
  );

/** Where the statistics are. */
export type StatisticsPlace = Pick<Config, 'dataDir' | 'databaseUrl'>;

/**
 * Visitors, orders, touches and totals, in a thread of their own.
 *
 * @param shops every configured shop: of one that is not counted any more there may be rows, which an erasure attributes.
 * @throws {DataDirUnusable} with a message for the operator.
 */
export async function openAnalyticsStore(
  { dataDir, databaseUrl }: StatisticsPlace,
  shops: readonly Shop[],
): Promise<AnalyticsStore> {
  const worker = new URL('./worker.ts', import.meta.url);
  const { call, close } = await startThread<Methods>(worker, {
    dataDir,
    databaseUrl,
    shops: shopSettings(shops),
  });
  return { ...call, close };
}

/**
 * Where no shop is counted any more: what was counted before, so that retention, erasure and export reach it. Shutdown
 * closes it.
 *
 * @returns undefined when nothing was ever counted in the data directory.
 */
export async function openFormerAnalytics(
  place: StatisticsPlace,
  shops: readonly Shop[],
  shutdown: Shutdown,
): Promise<AnalyticsStore | undefined> {
  if (place.databaseUrl === undefined && !existsSync(join(place.dataDir, 'analytics.db'))) return undefined;
  const state = await openAnalyticsStore(place, shops);
  shutdown.onShutdown(() => state.close());
  return state;
}
