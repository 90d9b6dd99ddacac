import type { AnalyticsStore } from '../../../analytics/store.ts';
import type { Shop } from '../../../config/config.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Http, HttpRequest } from '../../../lib/http-client.ts';
import type { Facts } from '../../../store/facts.ts';
import type { Claim, Jobs } from '../../../store/jobs.ts';
import type { TokenExpiry } from '../../platform.ts';
import { decryptToken, encryptToken } from './encrypt.ts';
import { type App, refreshToken } from './refresh.ts';
import { type Renewal, startRenewal } from './renewal.ts';
import { readAppToken, readExpiry, type Token } from './token.ts';

interface Logger {
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
  error(facts: object, text: string): void;
}

export interface TokensParts {
  /** Keeps renewed tokens, encrypted. */
  log: Pick<Facts, 'readFact' | 'writeFact'> & Pick<Jobs, 'claimJob'>;
  shops: readonly Pick<Shop, 'id' | 'shopline'>[];
  /** Sends the renewals. */
  http: Http;
  /** Where earlier versions kept them. */
  settings: Pick<AnalyticsStore, 'readSetting'>;
  clock: Clock;
  logger: Logger;
  /** 0 ≤ random < 1. */
  random: () => number;
}

/** The access tokens of every shop. Those of apps are renewed; all others are used as configured. */
export interface Tokens {
  current(shop: string): string | undefined;
  /**
   * Replaces the configured token by the current one in requests to its shop. When the answer is 401, the token is
   * renewed and the request is sent once more.
   */
  wrap(http: Http): Http;
  expiries(): TokenExpiry[];
  /** Tokens to mask in logs that are not in the configuration: the current ones and their predecessors. */
  secrets(): string[];
  stop(): Promise<void>;
}

interface Managed {
  shop: string;
  endpoint: string;
  configured: string;
  renewal: Renewal;
}

const factName = (shop: string) => `token:${shop}`;
/** Binds a stored token to shop and endpoint; one of another store is not decrypted. */
const bindingOf = (shop: string, { endpoint }: App) => JSON.stringify([shop, endpoint]);
/** A token stays valid for a while after its renewal. */
const MASKED_TOKENS = 3;

/** Resolves when stored tokens have been read, so that no request is sent with an older one. */
export async function createTokens(parts: TokensParts): Promise<Tokens> {
  const { shops, logger } = parts;
  const issued = new Map<string, string[]>();
  const managed: Managed[] = [];
  for (const { id, shopline } of shops) {
    const configured = shopline?.accessToken;
    const first = configured === undefined ? undefined : readAppToken(configured);
    if (!shopline || configured === undefined || !first) continue;
    const { endpoint, appKey, appSecret } = shopline;
    if (appKey === undefined || appSecret === undefined) {
      const expiresAt = new Date(first.expiresAtMs).toISOString();
      logger.warn(
        { shop: id, expiresAt },
        `SHOPLINE_ACCESS_TOKEN expires at ${expiresAt}; set SHOPLINE_APP_KEY and SHOPLINE_APP_SECRET to have it renewed`,
      );
      continue;
    }
    const app = { endpoint, appKey, appSecret };
    const secrets: string[] = [];
    issued.set(id, secrets);
    const newest = await newestToken(parts, id, app, first);
    if (newest !== first) secrets.push(newest.text);
    const renewal = keepFresh(parts, id, app, newest, secrets);
    managed.push({ shop: id, endpoint, configured, renewal });
  }

  return {
    current(shop) {
      const found = managed.find(({ shop: id }) => id === shop);
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
    expiries: () =>
      shops.flatMap(({ id: shop, shopline }) => {
        const renewed = managed.find((one) => one.shop === shop)?.renewal.token();
        const expiresAtMs = renewed?.expiresAtMs ?? readExpiry(shopline?.accessToken ?? '');
        if (expiresAtMs === undefined) return [];
        const found = { shop, destination: 'shopline', variable: 'SHOPLINE_ACCESS_TOKEN', expiresAtMs };
        return [{ ...found, ...(renewed && { lifeMs: expiresAtMs - renewed.issuedAtMs }) }];
      }),
    secrets: () => [...issued.values()].flat(),
    async stop() {
      await Promise.all(managed.map(({ renewal }) => renewal.stop()));
    },
  };
}

/** Another collector renews the token and has not stored it yet. */
class RenewedElsewhere extends Error {}

/** The stored token when it is newer than the configured one, else the configured one. */
async function newestToken(
  { log, settings, logger }: TokensParts,
  shop: string,
  app: App,
  first: Token,
): Promise<Token> {
  try {
    const name = factName(shop);
    const encrypted = (await log.readFact(name)) ?? (await settings.readSetting(name));
    if (encrypted === undefined) return first;
    const found = decryptToken(encrypted, app.appSecret, bindingOf(shop, app));
    if (!found)
      logger.warn(
        { shop },
        'the stored access token was encrypted with another app secret or for another store, or is damaged',
      );
    return found && found.issuedAtMs > first.issuedAtMs ? found : first;
  } catch (error) {
    logger.error(
      { shop, error: String(error) },
      'the stored access token cannot be read; using the configured one',
    );
    return first;
  }
}

function keepFresh(parts: TokensParts, shop: string, app: App, first: Token, secrets: string[]): Renewal {
  const { log, http, clock, logger, random } = parts;
  let current = first;

  /** Returns false when another collector renews it now. */
  async function store(token: Token, claim: Claim): Promise<boolean> {
    try {
      return await log.writeFact(
        factName(shop),
        encryptToken(token, app.appSecret, bindingOf(shop, app)),
        claim,
      );
    } catch (error) {
      // It stays in use; after a restart the configured token is renewed again.
      logger.error({ shop, error: String(error) }, 'the renewed access token could not be stored');
      return true;
    }
  }

  return startRenewal({
    first,
    clock,
    random,
    async fetchNew() {
      const claim = await log.claimJob(`token-renewal:${shop}`);
      const stored = await newestToken(parts, shop, app, current);
      if (stored !== current) return stored;
      if (!claim) throw new RenewedElsewhere();
      const renewed = await refreshToken(app, http, clock.now);
      if (await store(renewed, claim)) return renewed;
      // Meanwhile this collector stood still. What the other one was given counts, whichever was given first.
      const others = await newestToken(parts, shop, app, current);
      if (others === current) throw new RenewedElsewhere();
      return others;
    },
    onRenewed(token) {
      current = token;
      secrets.push(token.text);
      secrets.splice(0, secrets.length - MASKED_TOKENS);
      logger.info({ shop, expiresAt: new Date(token.expiresAtMs).toISOString() }, 'access token renewed');
    },
    onError(error) {
      if (error instanceof RenewedElsewhere) return;
      logger.error({ shop, error: String(error) }, 'the access token was not renewed; trying again later');
    },
  });
}

function carries({ url, headers }: HttpRequest, { endpoint, configured }: Managed): boolean {
  return url.startsWith(`${endpoint}/`) && headers.Authorization === `Bearer ${configured}`;
}

const withToken = (request: HttpRequest, { text }: Token): HttpRequest => ({
  ...request,
  headers: { ...request.headers, Authorization: `Bearer ${text}` },
});
