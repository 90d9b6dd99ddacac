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
  /** Little by little: what is asked meanwhile, by an order that somebody waits for, goes in between. */
  const settle = async (shop: string) => {
    while (await call('settleSome', shop));
  };
  return {
    apply: (...args) => call('apply', ...args),
    sight: (...args) => call('sight', ...args),
    ordersKnown: (...args) => call('ordersKnown', ...args),
    freezeOrder: (...args) => call('freezeOrder', ...args),
    visitorsOf: (...args) => call('visitorsOf', ...args),
    async changed(shop, ...args) {
      await settle(shop);
      return call('changed', shop, ...args);
    },
    unmarkChanged: (...args) => call('unmarkChanged', ...args),
    async marketingTotals(shop, ...args) {
      await settle(shop);
      return call('marketingTotals', shop, ...args);
    },
    async flowTotals(shop, ...args) {
      await settle(shop);
      return call('flowTotals', shop, ...args);
    },
    async targets(shop, ...args) {
      await settle(shop);
      return call('targets', shop, ...args);
    },
    putCosts: (...args) => call('putCosts', ...args),
    synced: (...args) => call('synced', ...args),
    noteSynced: (...args) => call('noteSynced', ...args),
    readKept: (...args) => call('readKept', ...args),
    writeKept: (...args) => call('writeKept', ...args),
    peopleOfOrders: (...args) => call('peopleOfOrders', ...args),
    erase: (...args) => call('erase', ...args),
    purge: (...args) => call('purge', ...args),
    retain: (...args) => call('retain', ...args),
    close,
  };
}
