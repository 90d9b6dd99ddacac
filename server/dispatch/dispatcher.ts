import type { Shop } from '../config.ts';
import { needsRawPii } from '../destinations/destination.ts';
import type { Consumer } from '../log/event-log.ts';
import { createHttp, type Http } from './http.ts';
import type { WorkerParts } from './parts.ts';
import { startWorker, type Worker } from './worker.ts';

/** What every worker shares, and the shops whose destinations get one each. */
export interface DispatcherParts
  extends Omit<WorkerParts, 'consumer' | 'shop' | 'destination' | 'settings' | 'http'> {
  shops: readonly Shop[];
  /** How requests leave; handed in by tests. */
  http?: Http;
}

export interface Dispatcher {
  workers: readonly Worker[];
  stop(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 15_000;
/** One request at a time per worker; a second connection covers one that is being closed. */
const CONNECTIONS_PER_ORIGIN = 2;

/** One consumer for each destination of each shop, so that none can slow another. */
export function consumersOf(shops: readonly Shop[]): Consumer[] {
  return shops.flatMap((shop) =>
    shop.destinations.map((configured) => ({
      name: consumerName(shop.id, configured.destination.name),
      shop: shop.id,
      opensSeals: needsRawPii(configured),
    })),
  );
}

const consumerName = (shop: string, destination: string) => `${destination}@${shop}`;

/** Starts a worker for every destination of every shop. */
export function startDispatcher({ shops, http, ...parts }: DispatcherParts): Dispatcher {
  const own = http
    ? undefined
    : createHttp({ timeoutMs: REQUEST_TIMEOUT_MS, connections: CONNECTIONS_PER_ORIGIN });
  const send = (http ?? own?.http) as Http;
  const workers = shops.flatMap((shop) =>
    shop.destinations.map(({ destination, settings }) =>
      startWorker({
        ...parts,
        http: send,
        consumer: consumerName(shop.id, destination.name),
        shop: shop.id,
        destination,
        settings,
      }),
    ),
  );
  return {
    workers,
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await own?.close();
    },
  };
}
