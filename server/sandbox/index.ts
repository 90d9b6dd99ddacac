import { type CredentialOptions, completeCredentials } from './credentials.ts';
import { createCustomerIo } from './customerio/api.ts';
import { createFaultScript, type Fault } from './faults.ts';
import { createHandler } from './handler.ts';
import { createListener, type Listener } from './listener.ts';
import { createRequestRecord, type Received } from './record.ts';
import { createShopline } from './shopline/api.ts';
import type { ShoplineOrder } from './shopline/orders.ts';
import { type Reports, reportsOf } from './shopline/reports.ts';
import type { ShoplineScriptTag } from './shopline/script-tags.ts';
import { APIS, type Api, type StandIn } from './stand-in.ts';
import { createTikTok } from './tiktok/api.ts';

export {
  type CredentialOptions,
  type Credentials,
  SANDBOX_CREDENTIALS,
  sandboxVariables,
} from './credentials.ts';
export { Fault, Faults } from './faults.ts';
export type { Received } from './record.ts';
export type { FlowBody } from './shopline/flows-schema.ts';
export type { MarketingRow } from './shopline/marketing-schema.ts';
export type { ShoplineOrder } from './shopline/orders.ts';
export type { Reports } from './shopline/reports.ts';
export type { ShoplineScriptTag } from './shopline/script-tags.ts';
export { shoplineToken } from './shopline/tokens.ts';
export type { Api, Refusal } from './stand-in.ts';
export { type TikTokDuplicate, tiktokDuplicates } from './tiktok/duplicates.ts';

/** Strict stand-ins of the three APIs on loopback, each with its own origin. */
export interface Sandbox {
  /** One origin per API, without a path. The same before and after stop and restart. */
  urls: Record<Api, string>;
  /** The newest requests, oldest first: at most 20,000 and 64 MB of bodies per API. */
  received(api?: Api): Received[];
  /** The events accepted in those requests, in order of arrival. */
  accepted(api: Api): unknown[];
  /** The statistics that SHOPLINE accepted in those requests, as they were sent, in order of arrival. */
  reports(): Reports;
  /** Data of the SHOPLINE shop: orders set by a test, and script tags, which the Admin API changes too. */
  shopline: { orders: readonly ShoplineOrder[]; scriptTags: ShoplineScriptTag[] };
  /**
   * Sets the script for the next requests; it replaces the remaining one. `undefined` clears it.
   *
   * @throws {TypeError} naming each wrong field; the script is unchanged then.
   */
  setFaults(api: Api, faults: readonly Fault[] | Fault | undefined): void;
  /** Takes the API down: open connections are closed, new ones refused. */
  stop(api: Api): Promise<void>;
  /** Up again on the same port. */
  restart(api: Api): Promise<void>;
  /** Calls back for every request, just before its response is sent. Returns a function that unsubscribes. */
  onReceived(listener: (received: Received) => void): () => void;
  /** Clears requests, scripts and rate limits; listeners, orders and tokens stay. */
  clear(): void;
  close(): Promise<void>;
}

export interface SandboxOptions {
  /** 0 or absent: any free port. */
  ports?: Partial<Record<Api, number>>;
  /** Epoch milliseconds, for event times and rate limits: a clock that stands still refills no limit. */
  clock?: () => number;
  credentials?: CredentialOptions;
}

/** @throws when a port is in use; then nothing is left listening. */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { clock = Date.now, ports = {} } = options;
  const credentials = completeCredentials(options.credentials);
  const shopline: Sandbox['shopline'] = { orders: [], scriptTags: [] };
  const onReceived = new Set<(received: Received) => void>();
  const part = (standIn: StandIn) => ({
    standIn,
    record: createRequestRecord(),
    script: createFaultScript(),
  });
  const parts: Record<Api, ReturnType<typeof part>> = {
    tiktok: part(createTikTok(credentials.tiktok, clock)),
    customerio: part(createCustomerIo(credentials.customerio, clock)),
    shopline: part(createShopline(credentials.shopline, clock, shopline)),
  };
  const started: Listener[] = [];
  const stopAll = async () => void (await Promise.all(started.map((listener) => listener.stop())));
  let requests = 0;
  const start = async (api: Api) => {
    const { standIn, record, script } = parts[api];
    const handler = createHandler(standIn, script, (exchange, bytes) => {
      requests += 1;
      const received = { id: requests, api, at: new Date(clock()).toISOString(), ...exchange };
      record.add(received, bytes);
      for (const listener of onReceived) listener(received);
    });
    const listener = await createListener(ports[api] ?? 0, handler);
    started.push(listener);
    return listener;
  };
  const listeners = await startAll(start).catch(async (error: unknown) => {
    await stopAll();
    throw error;
  });

  return {
    urls: {
      tiktok: listeners.tiktok.origin,
      customerio: listeners.customerio.origin,
      shopline: listeners.shopline.origin,
    },
    received: (api) =>
      api
        ? parts[api].record.list()
        : APIS.flatMap((each) => parts[each].record.list()).sort((a, b) => a.id - b.id),
    accepted: (api) => parts[api].record.list().flatMap((received) => received.accepted),
    reports: () => reportsOf(parts.shopline.record.list()),
    shopline,
    setFaults: (api, faults) => parts[api].script.set(faults),
    stop: (api) => listeners[api].stop(),
    restart: (api) => listeners[api].start(),
    onReceived(listener) {
      onReceived.add(listener);
      return () => void onReceived.delete(listener);
    },
    clear() {
      for (const { standIn, record, script } of Object.values(parts)) {
        standIn.reset();
        record.clear();
        script.set(undefined);
      }
    },
    close: stopAll,
  };
}

async function startAll(start: (api: Api) => Promise<Listener>): Promise<Record<Api, Listener>> {
  return {
    tiktok: await start('tiktok'),
    customerio: await start('customerio'),
    shopline: await start('shopline'),
  };
}
