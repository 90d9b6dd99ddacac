import type { Shop } from '../config/config.ts';
import { createHttp, type Http } from '../lib/http-client.ts';
import { consumerName } from './consumers.ts';
import type { WorkerParts } from './parts.ts';
import { startWorker, type Worker } from './worker.ts';

/** What every worker shares, and the shops whose destinations get one each. */
export interface DeliveryParts
  extends Omit<WorkerParts, 'consumer' | 'shop' | 'destination' | 'settings' | 'bots' | 'http'> {
  shops: readonly Shop[];
  redactSecrets: (text: string) => string;
  http: Http;
}

export interface RunningDelivery {
  workers: readonly Worker[];
  stop(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 15_000;

/** Shops may share an origin, so the pool has a connection for every request in flight, and one that is being closed. */
const maxRequestsInFlight = (shops: readonly Shop[]) =>
  shops
    .flatMap(({ destinations }) => destinations)
    .reduce((sum, { destination }) => sum + destination.limits.requestsInFlight, 1);

/** The HTTP client of all destinations of these shops and of the other requests to the same APIs. */
export const createDeliveryHttp = (shops: readonly Shop[]) =>
  createHttp({ timeoutMs: REQUEST_TIMEOUT_MS, connections: maxRequestsInFlight(shops) + 1 });

/** Starts one worker for each destination of each shop. */
export function startDelivery({ shops, http, redactSecrets, ...parts }: DeliveryParts): RunningDelivery {
  // An API may quote the credentials it refuses, and its answers are stored and shown.
  const send: Http = async (request) => {
    const response = await http(request);
    return { ...response, body: redactSecrets(response.body) };
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
        bots: shop.bots,
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
