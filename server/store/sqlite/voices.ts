import type { ShopOrders } from '../store.ts';
import type { OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';

/** Whose word makes an order at each shop. */
export interface Voices {
  /** True where a browser's word does: by configuration, or until the shop system has reported its first order. */
  actsAsBrowser(shop: string): boolean;
  /** @returns true when it is the first. */
  recordPlatformOrder(shop: string, atMs: number): boolean;
}

export function createVoices(store: OpenStore, shops: ReadonlyMap<string, ShopOrders>): Voices {
  const all = prepare<{ shop: string }>(store.connection, 'SELECT shop FROM shop_voices');
  const put = prepare(
    store.connection,
    `INSERT INTO shop_voices (shop, first_order_at, last_order_at) VALUES (?1, ?2, ?2)
     ON CONFLICT (shop) DO UPDATE SET last_order_at = max(shop_voices.last_order_at, excluded.last_order_at)`,
  );
  let loaded: Set<string> | undefined;
  const known = () => {
    loaded ??= new Set(all.all().map(({ shop }) => shop));
    return loaded;
  };
  const forget = () => {
    loaded = undefined;
  };
  store.joinTransactions({ begin() {}, rollback: forget, forget });
  return {
    actsAsBrowser(shop) {
      const from = shops.get(shop)?.ordersFrom ?? 'browser';
      return from === 'browser' || (from === 'platform' && !known().has(shop));
    },
    recordPlatformOrder(shop, atMs) {
      const isFirst = !known().has(shop);
      put.run(shop, atMs);
      known().add(shop);
      return isFirst;
    },
  };
}
