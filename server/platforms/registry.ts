import type { Config, Shop } from '../config/config.ts';
import type { ShopOrders } from '../store/store.ts';
import { customerio } from './customerio/index.ts';
import type { Platform } from './platform.ts';
import { shopline } from './shopline/index.ts';

/** Every platform. */
export const PLATFORMS: readonly Platform[] = [shopline, customerio];

/** Shops whose events are counted: those with statistics to report, or with webhooks that complete orders. */
export const countedShops = ({ shops }: Pick<Config, 'shops'>): Shop[] =>
  shops.filter((shop) => PLATFORMS.some((platform) => platform.isUsedBy(shop)));

/** How orders are made at each shop, by its id. */
export const shopOrders = (shops: readonly Shop[]): Record<string, ShopOrders> =>
  Object.fromEntries(
    shops.map((shop) => {
      const hasPlatform = PLATFORMS.some((platform) => platform.reportsOrders(shop));
      const { ordersFrom, orderConfirmMs: confirmMs } = shop;
      const isMerged = hasPlatform || ordersFrom !== 'browser';
      return [shop.id, { ordersFrom, hasPlatform, confirmMs, mergeMs: isMerged ? shop.orderMergeMs : 0 }];
    }),
  );
