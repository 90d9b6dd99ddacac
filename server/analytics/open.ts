import type { Shop } from '../config/config.ts';
import { startThread } from '../store/thread/start.ts';
import type { ShopState } from './state.ts';
import type { Methods, ShopRules } from './store/methods.ts';

/** What counting needs to know of each shop. */
export const shopRules = (shops: readonly Shop[]): Record<string, ShopRules> =>
  Object.fromEntries(
    shops.map(({ id, currency, statistics }) => [id, { currency, attributionMs: statistics.attributionMs }]),
  );

/**
 * Visitors, orders, touches and totals on `statistics.db`, in a thread of their own.
 *
 * @throws {DataDirUnusable} with what an operator has to mend.
 */
export async function openState(dataDir: string, shops: readonly Shop[]): Promise<ShopState> {
  const worker = new URL('./worker.ts', import.meta.url);
  const { call, close } = await startThread<Methods>(worker, { dataDir, shops: shopRules(shops) });
  return { ...call, close };
}
