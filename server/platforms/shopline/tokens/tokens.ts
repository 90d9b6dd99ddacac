import type { AnalyticsStore } from '../../../analytics/store.ts';
import type { Shop } from '../../../config/config.ts';

import type { Clock } from '../../../lib/clock.ts';
import type { Http, HttpRequest } from '../../../lib/http-client.ts';
import { decryptToken, encryptToken } from './encrypt.ts';
import { type App, refreshToken } from './refresh.ts';
import { type Renewal, startRenewal } from './renewal.ts';
import { readAppToken, type Token } from './token.ts';

/** Where a token's news are told: without the token. */
interface Logger {
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
  error(facts: object, text: string): void;
}

export interface TokensParts {
  shops: readonly Pick<Shop, 'id' | 'shopline'>[];
  /** Sends the renewal itself; not wrapped. */
  http: Http;
  settings: Pick<AnalyticsStore, 'readSetting' | 'writeSetting'>;
  clock: Clock;
  logger: Logger;
  /** 0 ≤ random < 1. */
  random: () => number;
}

/** The access tokens of every shop: those of apps are kept fresh, all others stay as they were configured. */
export interface Tokens {
  current(shop: string): string | undefined;
  /**
   * Sends what carries a configured token to its own shop with the current one. When that is refused (401) it is
   * renewed and the request sent once more.
   */
  wrap(http: Http): Http;
  /** Tokens that are in no configuration, for the log to strike out: the current ones and those just before. */
  secrets(): string[];
  stop(): Promise<void>;
}

interface Managed {
  shop: string;
  endpoint: string;
  configured: string;
  renewal: Renewal;
}

const settingName = (shop: string) => `token:${shop}`;
/** Another store's token opens nothing here. */
const bindingOf = (shop: string, { endpoint }: App) => JSON.stringify([shop, endpoint]);
/** A token lives on for a while when the next is there. */
const STRUCK_OUT = 3;

/** Resolves when what was kept has been read, so that no request leaves with an older token. */
export async function createTokens(parts: TokensParts): Promise<Tokens> {
  const { shops, logger } = parts;
  const given = new Map<string, string[]>();
  const managed: Managed[] = [];
  for (const { id, shopline } of shops) {
    const configured = shopline?.accessToken;
    const first = configured === undefined ? undefined : readAppToken(configured);
    if (!shopline || configured === undefined || !first) continue;
    const { endpoint, appKey, appSecret } = shopline;
    if (appKey === undefined || appSecret === undefined) {
      logger.warn(
        { shop: id, expiresAt: new Date(first.expiresAtMs).toISOString() },
        'SHOPLINE_ACCESS_TOKEN will end; set SHOPLINE_APP_KEY and SHOPLINE_APP_SECRET to have it renewed',
      );
      continue;
    }
    const app = { endpoint, appKey, appSecret };
    const secrets: string[] = [];
    given.set(id, secrets);
    const newest = await newer(parts, id, app, first);
    if (newest !== first) secrets.push(newest.text);
    const renewal = keepFresh(parts, id, app, newest, secrets);
    managed.push({ shop: id, endpoint, configured, renewal });
  }

  return {
    current(shop) {
      const found = managed.find((one) => one.shop === shop);
      return found?.renewal.token().text ?? shops.find(({ id }) => id === shop)?.shopline?.accessToken;
    },
    wrap(http) {
      return async (request) => {
        const found = managed.find((one) => carries(request, one));
        if (!found) return http(request);
        const { renewal } = found;
        const used = renewal.token();
        const answer = await http(withToken(request, used));
        if (answer.status !== 401) return answer;
        const isRenewed = renewal.token() !== used || (await renewal.renew());
        return isRenewed ? http(withToken(request, renewal.token())) : answer;
      };
    },
    secrets: () => [...given.values()].flat(),
    async stop() {
      await Promise.all(managed.map(({ renewal }) => renewal.stop()));
    },
  };
}

/** The token that was kept, when it is newer than the one configured. */
async function newer(
  { settings, logger }: TokensParts,
  shop: string,
  app: App,
  first: Token,
): Promise<Token> {
  try {
    const sealed = await settings.readSetting(settingName(shop));
    if (sealed === undefined) return first;
    const found = decryptToken(sealed, app.appSecret, bindingOf(shop, app));
    if (!found)
      logger.warn(
        { shop },
        'the kept access token was sealed with another app secret or for another store, or is damaged',
      );
    return found && found.issuedAtMs > first.issuedAtMs ? found : first;
  } catch (error) {
    logger.error(
      { shop, error: String(error) },
      'the kept access token cannot be read; using the one configured',
    );
    return first;
  }
}

function keepFresh(parts: TokensParts, shop: string, app: App, first: Token, secrets: string[]): Renewal {
  const { http, settings, clock, logger, random } = parts;
  return startRenewal({
    first,
    clock,
    random,
    fetchNew: () => refreshToken(app, http, clock.now),
    async renewed(token) {
      secrets.push(token.text);
      secrets.splice(0, secrets.length - STRUCK_OUT);
      logger.info({ shop, expiresAt: new Date(token.expiresAtMs).toISOString() }, 'access token renewed');
      try {
        await settings.writeSetting(
          settingName(shop),
          encryptToken(token, app.appSecret, bindingOf(shop, app)),
        );
      } catch (error) {
        // It works all the same. After a restart the one configured is renewed again.
        logger.error({ shop, error: String(error) }, 'the renewed access token could not be kept');
      }
    },
    failed: (error) =>
      logger.error({ shop, error: String(error) }, 'the access token was not renewed; trying again'),
  });
}

function carries({ url, headers }: HttpRequest, { endpoint, configured }: Managed): boolean {
  return url.startsWith(`${endpoint}/`) && headers.Authorization === `Bearer ${configured}`;
}

const withToken = (request: HttpRequest, { text }: Token): HttpRequest => ({
  ...request,
  headers: { ...request.headers, Authorization: `Bearer ${text}` },
});
