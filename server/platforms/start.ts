import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { openAnalyticsStore } from '../analytics/open.ts';
import type { AnalyticsStore } from '../analytics/store.ts';
import type { Config, Shop } from '../config/config.ts';
import { consumerName } from '../delivery/consumers.ts';
import type { Clock } from '../lib/clock.ts';
import type { Http } from '../lib/http-client.ts';
import type { RateLimiterFor } from '../lib/rate-limiter.ts';
import type { Shutdown } from '../lib/shutdown.ts';
import type { YieldToIngest } from '../lib/yield-to-ingest.ts';
import { eraseVisitor, isOfPerson } from '../lifecycle/erase.ts';
import type { Counters } from '../observe/counters.ts';
import { createSecretRedactor, type Logger } from '../observe/log.ts';
import { withOrders } from '../orders/log.ts';
import type { PiiEncryption } from '../privacy/encrypted-pii.ts';
import type { EventLog } from '../store/event-log.ts';
import { countedShops } from './counted-shops.ts';
import { ADMIN_PACE, createAdminApi } from './shopline/admin/client.ts';
import { startOrderPolling } from './shopline/order-polling.ts';
import { createTokens } from './shopline/tokens/tokens.ts';
import { type Statistics, startStatistics } from './statistics.ts';

/** Everything that goes from here to the shop's platform and comes from it, besides what visitors do. */
export interface Platforms {
  state: AnalyticsStore;
  statistics: Statistics;
  /** The log for those who bring events and those who deliver them: an order reported twice is one. */
  log: EventLog;
  /** Sends with the access tokens that are valid now. */
  http: Http;
  /** Strikes out of a text what the configuration calls secret, and the tokens that came after. */
  redactSecrets: (text: string) => string;
}

export interface PlatformsParts {
  config: Config;
  log: EventLog;
  piiEncryption: PiiEncryption;
  http: Http;
  /** Strikes our secrets out of a text. */
  redactSecrets: (text: string) => string;
  rateLimiterFor: RateLimiterFor;
  clock: Clock;
  yieldToIngest: YieldToIngest;
  random: () => number;
  counters: Counters;
  logger: Logger;
}

const BACKSTOP_MS = 15 * 60_000;

/** Opens what counts and reports; undefined where no shop wants it, which then costs nothing. */
export async function startPlatforms(parts: PlatformsParts, close: Shutdown): Promise<Platforms | undefined> {
  const { config, log, piiEncryption, rateLimiterFor, clock, random, yieldToIngest, counters, logger } =
    parts;
  const shops = countedShops(config);
  if (shops.length === 0) return undefined;
  const state = await openAnalyticsStore(config.dataDir, shops);
  close.onShutdown(() => state.close());
  const tokens = await createTokens({ shops, http: parts.http, settings: state, clock, logger, random });
  close.onShutdown(() => tokens.stop());
  const http = tokens.wrap(parts.http);
  const redactSecrets = (text: string) => createSecretRedactor(tokens.secrets())(parts.redactSecrets(text));
  // What SHOPLINE says is kept and shown.
  const masked: Http = async (request) => {
    const answer = await http(request);
    return { ...answer, body: redactSecrets(answer.body) };
  };
  const stopping = new AbortController();
  const apis = new Map(
    shops.flatMap((shop) => {
      const { id, shopline: admin } = shop;
      if (admin?.accessToken === undefined) return [];
      // The CDP destination's own pace: SHOPLINE counts calls by app and store, whatever they are for.
      const rateLimiter = rateLimiterFor(
        consumerName(id, 'shopline'),
        ADMIN_PACE.perSecond,
        ADMIN_PACE.burst,
      );
      const api = createAdminApi({ admin, http: masked, rateLimiter: () => rateLimiter(stopping.signal) });
      return [[id, api] as const];
    }),
  );
  const merged = withOrders(log, { shops: shops.filter(hasOrderWebhooks), state, clock });
  for (const shop of shops) {
    const api = apis.get(shop.id);
    if (!api || !hasOrderWebhooks(shop)) continue;
    const backstop = startOrderPolling({
      shop,
      api,
      log: merged,
      state,
      settings: state,
      piiEncryption,
      counters,
      logger,
      clock,
      everyMs: BACKSTOP_MS,
    });
    close.onShutdown(() => backstop.stop());
  }
  const statistics = startStatistics({
    shops,
    log,
    state,
    apiOf: (shop) => apis.get(shop),
    syncMs: config.statisticsSyncMs,
    redact: (shop, event) => redact(parts, state, shop, event),
    clock,
    yieldToIngest,
    counters,
    logger,
  });
  close.onShutdown(() => statistics.stop());
  close.onShutdown(async () => stopping.abort());
  return { state, statistics, log: merged, http, redactSecrets };
}

/** Carries out what the shop's platform asked to be forgotten. */
async function redact(
  { log, piiEncryption, clock, logger }: PlatformsParts,
  state: AnalyticsStore,
  shop: Shop,
  { event, identity, properties }: ProtectedEvent,
): Promise<void> {
  if (event === 'Shop Redacted') {
    const events = await log.purge(shop.id);
    await state.purge(shop.id);
    logger.warn({ shop: shop.id, events }, 'everything of the shop was forgotten, as its platform asked');
    return;
  }
  const orders = Array.isArray(properties.orders) ? properties.orders.map(String) : [];
  const buyers = (await state.peopleOfOrders(shop.id, orders)).filter(isOfPerson);
  const ids = [identity.userId, identity.emailSha256, ...buyers.map((key) => key.slice(2))].filter(
    (id) => id !== undefined,
  );
  const asked = new Set(ids);
  for (const id of ids) await eraseVisitor({ log, piiEncryption, state }, shop, id, clock.now(), asked);
  logger.info({ shop: shop.id }, 'a customer was forgotten, as the shop’s platform asked');
}

const hasOrderWebhooks = ({ shopline }: Shop) => shopline?.appSecret !== undefined;
