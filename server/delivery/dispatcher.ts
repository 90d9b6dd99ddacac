import type { Shop } from '../config/config.ts';
import { needsRawPii } from '../destinations/destination.ts';
import { createHttp, type Http } from '../lib/http-client.ts';
import type { Consumer } from '../store/event-log.ts';
import type { WorkerParts } from './parts.ts';
import { startWorker, type Worker } from './worker.ts';

/** What every worker shares, and the shops whose destinations get one each. */
export interface DispatcherParts
  extends Omit<WorkerParts, 'consumer' | 'shop' | 'destination' | 'settings' | 'http'> {
  shops: readonly Shop[];
  /** Strikes our secrets out of a text. */
  strike: (text: string) => string;
  http: Http;
}

export interface Dispatcher {
  workers: readonly Worker[];
  stop(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 15_000;

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

/** How the log calls a destination's progress through a shop's events. */
export const consumerName = (shop: string, destination: string) => `${destination}@${shop}`;

/** Shops may share an origin: a connection for each request they may have in the air, and one that is being closed. */
const mostRequests = (shops: readonly Shop[]) =>
  shops
    .flatMap(({ destinations }) => destinations)
    .reduce((sum, { destination }) => sum + destination.limits.requestsInFlight, 1);

/** How requests leave for every destination of these shops, and for what little else is sent to the same places. */
export const createDeliveryHttp = (shops: readonly Shop[]) =>
  createHttp({ timeoutMs: REQUEST_TIMEOUT_MS, connections: mostRequests(shops) + 1 });

/** Starts a worker for every destination of every shop. */
export function startDispatcher({ shops, http, strike, ...parts }: DispatcherParts): Dispatcher {
  // An API may quote the credentials it refuses. Its words are kept and shown; our secrets go no further than here.
  const send: Http = async (request) => {
    const answer = await http(request);
    return { ...answer, body: strike(answer.body) };
  };
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
    },
  };
}
