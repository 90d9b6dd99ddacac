import { Router } from 'express';
import { statisticsConsumers } from '../analytics/counting.ts';
import type { Config } from '../config/config.ts';
import type { RunningDelivery } from '../delivery/start.ts';
import type { Counters } from '../observe/counters.ts';
import { countedShops } from '../platforms/registry.ts';
import { type Durability, LogUnavailable, type Store } from '../store/store.ts';

interface StatusParts {
  config: Config;
  log: Pick<Store, 'depth' | 'check'>;
  delivery: RunningDelivery;
  counters: Counters;
}

/** Queues, breakers and counters, as numbers. */
export function statusRoutes({ config, log, delivery, counters }: StatusParts): Router {
  const admin = Router();
  admin.get('/status', async (_request, response) => {
    const destinations = await Promise.all(
      delivery.workers.map(async ({ consumer, shop, destination, state }) => ({
        consumer,
        shop,
        destination: destination.name,
        breaker: (await state()).breaker,
        ...(await log.depth(consumer)),
      })),
    );
    const statistics = await Promise.all(
      statisticsConsumers(countedShops(config)).map(async ({ name, shop }) => ({
        consumer: name,
        shop,
        ...(await log.depth(name)),
      })),
    );
    response.json({
      log: await durabilityOf(log),
      destinations,
      statistics,
      counters: counters.snapshot(),
    });
  });
  return admin;
}

/**
 * A log that cannot store is part of the status, not an error of the request. `missing` repeats `gaps` for clients of
 * earlier versions.
 */
async function durabilityOf(
  log: Pick<Store, 'check'>,
): Promise<(Durability & { missing: Durability['gaps'] }) | { unavailable: string }> {
  try {
    const durability = await log.check();
    return { ...durability, missing: durability.gaps };
  } catch (error) {
    if (error instanceof LogUnavailable) return { unavailable: error.message };
    throw error;
  }
}
