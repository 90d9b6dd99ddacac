import type { Config, Shop } from '../config/config.ts';
import { createLogLimiter } from '../lib/log-limiter.ts';
import { networkOf } from '../lib/network.ts';
import { createWindowLimit, type WindowLimit } from '../lib/window-limit.ts';
import type { Logger } from '../observe/log.ts';
import { HttpError } from './errors.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MB = 1_000_000;

/** A sender whose limit lasts for hours asks again within the hour: limits may be raised, and addresses change. */
const MAX_RETRY_AFTER_MS = HOUR_MS;

/** Limits of what senders may send; those of browsers never refuse the backend or the shop system. */
export interface Limits {
  /** One request with a server key. @throws {HttpError} 429 */
  serverRequest(key: string): void;
  /** One request under a shop's write key; `shop` is undefined when no shop has the key. @throws {HttpError} 429 */
  browserRequest(shop: Shop | undefined, address: string | undefined): void;
  /** The unpacked body of a browser, as above. @throws {HttpError} 429, and then it is not counted for the shop. */
  browserBytes(shop: Shop | undefined, address: string | undefined, bytes: number): void;
}

type LimitSettings = Pick<
  Config,
  'rateLimitPerMinute' | 'serverRatePerMinute' | 'addressMbPerDay' | 'browserMbPerDay'
>;

export function createLimits(settings: LimitSettings, nowMs: () => number, logger: Logger): Limits {
  const { rateLimitPerMinute, serverRatePerMinute, addressMbPerDay, browserMbPerDay } = settings;
  const serverRequests = createWindowLimit(serverRatePerMinute, MINUTE_MS, nowMs);
  const browserRequests = createWindowLimit(rateLimitPerMinute, MINUTE_MS, nowMs);
  const addressBytes = createWindowLimit(addressMbPerDay * MB, DAY_MS, nowMs);
  const shopBytes = createWindowLimit(browserMbPerDay * MB, DAY_MS, nowMs);
  const mayLog = createLogLimiter(nowMs, HOUR_MS);
  return {
    serverRequest: (key) =>
      add(
        serverRequests,
        key,
        1,
        `More than ${serverRatePerMinute} requests per minute with one server key.`,
      ),
    browserRequest: (shop, address) =>
      add(
        browserRequests,
        senderOf(shop, address),
        1,
        `More than ${rateLimitPerMinute} requests per minute from one address.`,
      ),
    browserBytes(shop, address, bytes) {
      const text = `More than ${addressMbPerDay} MB in a day from one address.`;
      add(addressBytes, senderOf(shop, address), bytes, text);
      if (!shop) return;
      const isUsedUp = () => {
        if (mayLog(shop.id))
          logger.error(
            { shop: shop.id, variable: 'BROWSER_MB_PER_DAY', megabytes: browserMbPerDay },
            'browsers have sent as much as BROWSER_MB_PER_DAY allows; their messages are refused until the day is over',
          );
      };
      add(shopBytes, shop.id, bytes, `More than ${browserMbPerDay} MB in a day from browsers.`, isUsedUp);
    },
  };
}

const MAX_ADDRESS_LENGTH = 64;

/** Of IPv6 the /64 network. A text that is no address, as some proxies send it, stands for itself. */
const senderOf = (shop: Shop | undefined, address = '') =>
  `${networkOf(address) ?? address.slice(0, MAX_ADDRESS_LENGTH)} ${shop?.id ?? ''}`;

function add(limit: WindowLimit, key: string, amount: number, text: string, onRefused = () => {}): void {
  const waitMs = limit(key, amount);
  if (waitMs === 0) return;
  onRefused();
  throw new HttpError(429, 'too-many-requests', text, {
    retryAfterSeconds: Math.ceil(Math.min(waitMs, MAX_RETRY_AFTER_MS) / 1_000),
  });
}
