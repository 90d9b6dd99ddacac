import type { Shop } from '../config.ts';
import type { Methods, ShopRules } from '../state/shop/methods.ts';
import type { ShopState } from '../state/shop-state.ts';
import { startThread } from '../storage/thread.ts';

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
  const worker = new URL('./state-worker.ts', import.meta.url);
  const { call, close } = await startThread<Methods>(worker, { dataDir, shops: shopRules(shops) });
  return {
    apply: (...args) => call('apply', ...args),
    sight: (...args) => call('sight', ...args),
    ordersKnown: (...args) => call('ordersKnown', ...args),
    fixOrder: (...args) => call('fixOrder', ...args),
    visitorsOf: (...args) => call('visitorsOf', ...args),
    changed: (...args) => call('changed', ...args),
    unmarkChanged: (...args) => call('unmarkChanged', ...args),
    marketingTotals: (...args) => call('marketingTotals', ...args),
    flowTotals: (...args) => call('flowTotals', ...args),
    targets: (...args) => call('targets', ...args),
    putCosts: (...args) => call('putCosts', ...args),
    synced: (...args) => call('synced', ...args),
    noteSynced: (...args) => call('noteSynced', ...args),
    readKept: (...args) => call('readKept', ...args),
    writeKept: (...args) => call('writeKept', ...args),
    erase: (...args) => call('erase', ...args),
    purge: (...args) => call('purge', ...args),
    retain: (...args) => call('retain', ...args),
    close,
  };
}
