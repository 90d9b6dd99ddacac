import type { Shop } from '../config/config.ts';
import { needsRawPii, saleStagesOf } from '../destinations/destination.ts';
import type { Consumer } from '../store/store.ts';

/** One consumer for each destination of each shop, so that none can slow another. */
export function consumersOf(shops: readonly Shop[]): Consumer[] {
  return shops.flatMap((shop) =>
    shop.destinations.map((configured) => ({
      name: consumerName(shop.id, configured.destination.name),
      shop: shop.id,
      decryptsPii: needsRawPii(configured),
      saleStages: saleStagesOf(configured),
      audience: 'destinations' as const,
    })),
  );
}

/** The store's name for one destination's progress through one shop's events. */
export const consumerName = (shop: string, destination: string) => `${destination}@${shop}`;
