import { isDeepStrictEqual } from 'node:util';
import { onTestFinished } from 'vitest';
import type { Shop } from '../../server/config/config.ts';
import { readConfig } from '../../server/config/read.ts';
import { consumersOf } from '../../server/delivery/consumers.ts';
import { startDelivery } from '../../server/delivery/start.ts';
import type { Worker } from '../../server/delivery/worker.ts';
import type { WorkerState } from '../../server/delivery/worker-state.ts';
import type { Clock } from '../../server/lib/clock.ts';
import { type Http, type HttpResponse, NoAnswer } from '../../server/lib/http-client.ts';
import { NO_BACKPRESSURE } from '../../server/lib/yield-to-ingest.ts';
import { createCounters } from '../../server/observe/counters.ts';
import { createSecretRedactor } from '../../server/observe/log.ts';
import { sha256 } from '../../server/privacy/hash.ts';
import { completeCredentials, SANDBOX_CREDENTIALS } from '../../server/sandbox/credentials.ts';
import { createCustomerIo } from '../../server/sandbox/customerio/api.ts';
import { createShopline } from '../../server/sandbox/shopline/api.ts';
import { APIS, type Api, isObject, type StandIn } from '../../server/sandbox/stand-in.ts';
import { createTikTok } from '../../server/sandbox/tiktok/api.ts';
import { openLog } from '../../server/store/open.ts';
import type { Store } from '../../server/store/store.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import type { DeadLetterReason } from '../../shared/reasons.ts';
import { createFakeClock, type FakeClock } from './clock.ts';
import { event } from './event.ts';
import { createCallWatch } from './idle.ts';
import { SHOP_POLICY } from './shop.ts';

export { APIS, type Api } from '../../server/sandbox/stand-in.ts';

/** How one request is answered. `validate` calls the strict stand-in, which accepts valid events and responds. */
export type Wire = (exchange: {
  validate: () => HttpResponse;
  ids: readonly string[];
  clock: Clock;
}) => HttpResponse | Promise<HttpResponse>;

/** Delivery's request timeout; test/lib/http-client.test.ts shows on real sockets that these faults end in it. */
const TIMEOUT_MS = 15_000;
const outOfTime = async (clock: Clock): Promise<never> => {
  await clock.sleep(TIMEOUT_MS);
  throw new NoAnswer('TimeoutError: aborted due to timeout', true);
};

export const honest: Wire = ({ validate }) => validate();
/** Accepts the events and responds after the timeout. */
export const slow: Wire = ({ validate, clock }) => {
  validate();
  return outOfTime(clock);
};
/** Accepts nothing and never responds. */
export const silent: Wire = ({ clock }) => outOfTime(clock);
/** Accepts the events; the response breaks off. */
export const reset: Wire = ({ validate }) => {
  validate();
  throw new NoAnswer('ECONNRESET: aborted', true);
};
/** No connection is established. */
export const noConnection =
  (code: string): Wire =>
  () => {
    throw new NoAnswer(code, false);
  };
/** Accepts nothing and sends this response. */
export const answers =
  (status: number, body: unknown = '', headers: Record<string, string> = {}): Wire =>
  () => ({ status, headers, body: textOf(body) });
/** Accepts the events; the JSON of the response is changed on its way. */
export const mangled =
  (change: (answer: string) => string): Wire =>
  ({ validate }) => {
    const answer = validate();
    return { ...answer, body: change(answer.body) };
  };

/** Accepts nothing and fails whenever a request contains this event. */
export const failsOn =
  (id: string): Wire =>
  ({ validate, ids }) =>
    ids.includes(id) ? { status: 500, headers: {}, body: 'internal error' } : validate();

const textOf = (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body));

/** An event that every destination accepts. Its anonymousId is its `messageId`, for APIs that have no event id. */
export const plainEvent = (id: string, parts: Partial<ProtectedEvent> = {}): ProtectedEvent =>
  event({ messageId: id, identity: { anonymousId: id }, ...parts });

export const orderEvent = (id: string): ProtectedEvent =>
  plainEvent(id, {
    event: 'Order Completed',
    orderKey: `order:${id}`,
    properties: { order_id: id, value: 90, currency: 'TWD' },
  });

/** An event that passes our own checks and that this API alone rejects. */
export const POISON: Record<Api, (id: string) => ProtectedEvent> = {
  tiktok: (id) => plainEvent(id, { identity: { anonymousId: id, emailSha256: sha256('') } }),
  customerio: (id) => plainEvent(id, { event: 'Device Deleted' }),
  shopline: (id) => plainEvent(id, { event: 'Product Added to Wishlist' }),
};

const VARIABLES = {
  WRITE_KEY: 'matrix-write-key',
  ...SHOP_POLICY,
  ALLOWED_ORIGINS: 'https://shop.example',
  TIKTOK_PIXEL_CODE: SANDBOX_CREDENTIALS.tiktok.pixelCode,
  TIKTOK_ACCESS_TOKEN: SANDBOX_CREDENTIALS.tiktok.accessToken,
  TIKTOK_EVENTS: JSON.stringify({ 'Device Deleted': 'Contact' }),
  CUSTOMERIO_API_KEY: SANDBOX_CREDENTIALS.customerio.apiKey,
  SHOPLINE_HANDLE: SANDBOX_CREDENTIALS.shopline.handle,
  SHOPLINE_ACCESS_TOKEN: SANDBOX_CREDENTIALS.shopline.accessToken,
  SHOPLINE_CDP_CHANNEL_ID: SANDBOX_CREDENTIALS.shopline.channelId,
  SHOPLINE_EVENT_CODES: JSON.stringify({
    'Product Viewed': 'Z_view_product',
    'Order Completed': 'Z_sale_order',
    'Device Deleted': 'Z_add_cart',
    'Product Added to Wishlist': 'Z_not_in_this_cdp',
  }),
};

/** Each API's list of events, and the `messageId` of an event in it. */
const IDENTITY: Record<Api, { list: string; idOf: (item: Record<string, unknown>) => string }> = {
  tiktok: { list: 'data', idOf: ({ event_id }) => String(event_id).replace(/^order:/, '') },
  customerio: { list: 'batch', idOf: ({ messageId }) => String(messageId) },
  shopline: { list: 'events', idOf: ({ user_id }) => (user_id as [{ value: string }])[0].value },
};

export interface Request {
  atMs: number;
  /** The breaker's state when it left. */
  breaker: WorkerState['breaker'];
  ids: string[];
}

type Counted =
  | 'deliveries'
  | 'deliveries_retried'
  | 'deliveries_skipped'
  | 'destination_alerts'
  | 'possible_duplicates';

export interface Matrix {
  clock: FakeClock;
  /** How a destination's requests are answered from now on. */
  setWire(api: Api, wire: Wire): void;
  append(events: readonly ProtectedEvent[]): Promise<void>;
  /** Every request to this API so far. */
  requests(api: Api): Request[];
  /** The events that this API accepted, without repeats, oldest first. */
  accepted(api: Api): string[];
  /** How many payloads it accepted again, and whether each was equal to its first copy. */
  repeats(api: Api): { times: number; areIdentical: boolean };
  breaker(api: Api): Promise<WorkerState['breaker']>;
  waiting(api: Api): Promise<number>;
  /** Dead letters by reason. */
  dead(api: Api): Promise<{ [Reason in DeadLetterReason]?: number }>;
  /** The newest of them, with the API's own words. */
  newestDead(api: Api): Promise<{ id: string; words: string | undefined } | undefined>;
  /** The values of this counter for this destination, by its reason or outcome, or in total. */
  counted(name: Counted, api: Api): { [label: string]: number };
  /** Messages logged at level error. */
  errors: readonly string[];
}

/** More than there are tests: each has its own shop in one store. */
const MAX_SHOPS = 200;

export interface MatrixShops {
  /** Starts delivery for one shop, by default to all three destinations, until the test ends. */
  startShop(apis?: readonly Api[]): Promise<Matrix>;
  close(): Promise<void>;
}

/** Opens a real store, once for all tests of a file: their threads take longer to start than a test runs. */
export async function openMatrixShops(dataDir: string): Promise<MatrixShops> {
  const config = readConfig(VARIABLES, () => '{}');
  const shops = Array.from({ length: MAX_SHOPS }, (_, index) =>
    config.shops.map((shop) => ({ ...shop, id: `shop-${index}` })),
  ).flat();
  const calls = createCallWatch();
  let clock: FakeClock | undefined;
  const now = () => clock?.now() ?? 0;
  const { retentionMs, secrets } = config;
  const log = await openLog({ dataDir, consumers: consumersOf(shops), retentionMs, clock: now });
  const parts = {
    log: calls.watch(log),
    redactSecrets: createSecretRedactor(secrets),
  };
  return {
    startShop(apis = APIS) {
      clock = createFakeClock(undefined, calls.idle);
      const shop = shops.shift();
      if (!shop) throw new RangeError(`more than ${MAX_SHOPS} shops`);
      const destinations = shop.destinations.filter(({ destination }) =>
        apis.some((api) => api === destination.name),
      );
      return startMatrix({ ...parts, clock, shop: { ...shop, destinations } });
    },
    async close() {
      await log.close();
    },
  };
}

interface MatrixParts {
  log: Store;
  redactSecrets: (text: string) => string;
  clock: FakeClock;
  shop: Shop;
}

/** Delivery with a fake clock and fake transport. */
async function startMatrix({ shop, log, clock, ...parts }: MatrixParts): Promise<Matrix> {
  const wires: Record<Api, Wire> = { tiktok: honest, customerio: honest, shopline: honest };
  const credentials = completeCredentials();
  const standIns: Record<Api, StandIn> = {
    tiktok: createTikTok(credentials.tiktok, clock.now),
    customerio: createCustomerIo(credentials.customerio, clock.now),
    shopline: createShopline(credentials.shopline, clock.now),
  };
  const requests: Record<Api, Request[]> = { tiktok: [], customerio: [], shopline: [] };
  const taken: Record<Api, Record<string, unknown>[]> = { tiktok: [], customerio: [], shopline: [] };

  const http: Http = async ({ url, method, headers, body = '' }) => {
    const api = apiOf(url);
    const parsed: Record<string, unknown> = JSON.parse(body);
    const items = parsed[IDENTITY[api].list] as Record<string, unknown>[];
    const ids = items.map(IDENTITY[api].idOf);
    const atMs = clock.now();
    requests[api].push({ atMs, breaker: (await workerOf(api).state()).breaker, ids });
    const validate = () => {
      const result = standIns[api].validate({
        method,
        path: new URL(url).pathname,
        headers: lowerCase(headers),
        body: parsed,
        isJson: true,
        bytes: Buffer.byteLength(body),
      });
      taken[api].push(...result.accepted.filter(isObject));
      return {
        status: result.status,
        headers: lowerCase(result.headers ?? {}),
        body: textOf(result.answer),
      };
    };
    return wires[api]({ validate, ids, clock });
  };

  const counters = createCounters();
  const errors: string[] = [];
  const { workers, stop } = startDelivery({
    yieldToIngest: NO_BACKPRESSURE,
    ...parts,
    shops: [shop],
    log,
    http,
    clock,
    counters,
    decrypt: () => ({}),
    random: () => 0.5,
    logger: { info: () => {}, warn: () => {}, error: (_about, message) => void errors.push(message) },
    report: () => {},
  });
  onTestFinished(async () => {
    for (const api of APIS) wires[api] = noConnection('the test is over');
    const stopped = stop();
    await clock.advance(TIMEOUT_MS);
    await stopped;
  });
  await clock.advance(0);
  const workerOf = (api: Api) => workers.find(({ destination }) => destination.name === api) as Worker;
  const deadLetters = (api: Api) => log.deadLetters({ consumer: workerOf(api).consumer, limit: 2_000 });

  return {
    clock,
    setWire(api, wire) {
      wires[api] = wire;
    },
    append: async (events) =>
      void (await log.accept(events.map((one) => ({ event: { ...one, shop: shop.id } })))),
    requests: (api) => requests[api],
    accepted: (api) => [...new Set(taken[api].map(IDENTITY[api].idOf))],
    repeats: (api) => repeatsAmong(taken[api], (item) => `${item.event} ${IDENTITY[api].idOf(item)}`),
    breaker: async (api) => (await workerOf(api).state()).breaker,
    waiting: async (api) => (await log.depth(workerOf(api).consumer)).waiting,
    dead: async (api) => tally(await deadLetters(api), ({ reason }) => [reason, 1]),
    newestDead: async (api) => {
      const [newest] = await deadLetters(api);
      return newest && { id: newest.event.messageId, words: newest.answer };
    },
    counted: (name, api) =>
      tally(
        counters.snapshot().filter((row) => row.name === name && row.labels.destination === api),
        ({ labels, value }) => [labels.reason ?? labels.outcome ?? 'times', value],
      ),
    errors,
  };
}

function apiOf(url: string): Api {
  const { hostname } = new URL(url);
  const api = APIS.find((each) =>
    hostname.includes({ tiktok: 'tiktok.com', customerio: 'customer.io', shopline: 'myshopline.com' }[each]),
  );
  if (!api) throw new Error(`a request to ${hostname}, which is no destination`);
  return api;
}

const lowerCase = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

function tally<T>(rows: readonly T[], read: (row: T) => [string, number]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [label, value] of rows.map(read)) sums[label] = (sums[label] ?? 0) + value;
  return sums;
}

function repeatsAmong(
  items: readonly Record<string, unknown>[],
  keyOf: (item: Record<string, unknown>) => string,
) {
  const first = new Map<string, unknown>();
  let times = 0;
  let areIdentical = true;
  for (const item of items) {
    const key = keyOf(item);
    if (first.has(key)) {
      times++;
      areIdentical &&= isDeepStrictEqual(first.get(key), item);
    } else first.set(key, item);
  }
  return { times, areIdentical };
}
