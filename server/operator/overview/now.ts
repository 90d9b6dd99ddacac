import { readdir, stat } from 'node:fs/promises';
import type { DestinationNow } from '../../../shared/operator-api/index.ts';
import type { Worker } from '../../delivery/worker.ts';
import { titleOf } from '../../destinations/destination.ts';
import type { Store } from '../../store/store.ts';

/** Every destination of these shops as it is now. */
export async function destinationsNow(
  workers: readonly Worker[],
  log: Pick<Store, 'depth'>,
  shop: string | undefined,
): Promise<(DestinationNow & { consumer: string })[]> {
  const wanted = workers.filter((worker) => shop === undefined || worker.shop === shop);
  return Promise.all(
    wanted.map(async ({ consumer, shop, destination, state }) => ({
      ...{ consumer, shop, destination: destination.name, title: titleOf(destination) },
      breaker: (await state()).breaker,
      ...(await log.depth(consumer)),
    })),
  );
}

/** Of the files in a directory; undefined when it cannot be read. */
export async function bytesIn(directory: string): Promise<number | undefined> {
  try {
    const sizes = (await readdir(directory)).map(async (name) => (await stat(`${directory}/${name}`)).size);
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  } catch {
    return undefined;
  }
}
