import { storeRateKey } from '../../destinations/shopline/store.ts';
import type { Http } from '../../lib/http-client.ts';
import { createSecretRedactor } from '../../observe/log.ts';
import type { PlatformParts, RunningPlatform } from '../platform.ts';
import type { AdminApi } from './admin/api.ts';
import { ADMIN_RATE, createAdminApi } from './admin/client.ts';
import { type OrderPolling, startOrderPolling } from './order-polling.ts';
import { startReporting } from './reports/reporting.ts';
import { createTokens } from './tokens/tokens.ts';

const POLL_INTERVAL_MS = 15 * 60_000;

/** Starts token renewal, order polling and reports for every shop with access to the Admin API. */
export async function startShopline(parts: PlatformParts): Promise<RunningPlatform> {
  const { shops, state } = parts;
  const tokens = await createTokens({ ...parts, settings: state });
  const http = tokens.wrap(parts.http);
  const redactSecrets = (text: string) => createSecretRedactor(tokens.secrets())(parts.redactSecrets(text));
  const stopping = new AbortController();
  const apis = createApis(parts, withRedactedAnswers(http, redactSecrets), stopping.signal);
  const pollings = new Map<string, OrderPolling>();
  for (const shop of shops) {
    const api = apis.get(shop.id);
    if (!api || shop.shopline?.appSecret === undefined) continue;
    const polling = startOrderPolling({ ...parts, shop, api, settings: state, intervalMs: POLL_INTERVAL_MS });
    pollings.set(shop.id, polling);
  }
  const reporting = startReporting({
    ...parts,
    apiOf: (shop) => apis.get(shop),
    intervalMs: parts.syncMs,
  });
  return {
    http,
    redactSecrets,
    expiries: tokens.expiries,
    sync: reporting.sync,
    readOrdersSoon: (shop, ...asked) => pollings.get(shop)?.readSoon(...asked),
    readOrders: async (shop, sinceMs, signal) => pollings.get(shop)?.readSince(sinceMs, signal),
    async stop() {
      stopping.abort();
      await Promise.all([reporting.stop(), ...[...pollings.values()].map((polling) => polling.stop())]);
      await tokens.stop();
    },
  };
}

/** The Admin API of each shop that has an access token. */
function createApis(
  { shops, rateLimiterFor }: PlatformParts,
  http: Http,
  signal: AbortSignal,
): Map<string, AdminApi> {
  const withToken = shops.flatMap(({ id, shopline }) =>
    shopline?.accessToken === undefined
      ? []
      : [{ id, shopline: { ...shopline, accessToken: shopline.accessToken } }],
  );
  return new Map(
    withToken.map(({ id, shopline }) => {
      // Shared with the CDP destination: SHOPLINE limits an app's calls to a store, whatever they are for.
      const rateLimiter = rateLimiterFor(storeRateKey(shopline), ADMIN_RATE.perSecond, ADMIN_RATE.burst);
      return [id, createAdminApi({ admin: shopline, http, rateLimiter: () => rateLimiter(signal) })];
    }),
  );
}

/** SHOPLINE's answers are stored and shown, and may quote a token. */
const withRedactedAnswers =
  (http: Http, redactSecrets: (text: string) => string): Http =>
  async (request) => {
    const answer = await http(request);
    return { ...answer, body: redactSecrets(answer.body) };
  };
