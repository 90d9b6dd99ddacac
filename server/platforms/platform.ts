import type { Request } from 'express';
import type { AnalyticsStore } from '../analytics/store.ts';
import type { Config, Shop } from '../config/config.ts';
import type { Budget } from '../http/budget.ts';
import type { Clock } from '../lib/clock.ts';
import type { Http } from '../lib/http-client.ts';
import type { RateLimiterFor } from '../lib/rate-limiter.ts';
import type { Counters } from '../observe/counters.ts';
import type { Logger } from '../observe/log.ts';
import type { PiiEncryption } from '../privacy/encrypted-pii.ts';
import type { Facts } from '../store/facts.ts';
import type { Jobs } from '../store/jobs.ts';
import type { Accepted, Store } from '../store/store.ts';
import type { SyncReport } from './sync-report.ts';

/**
 * A system that reports on a shop through webhooks: the shop system itself, or one that sends its messages.
 * Adding one: a folder here, a line in `registry.ts`.
 */
export interface Platform {
  /** Lower case: names the route `/v1/webhooks/<name>`, message IDs and the metric label `sender`. */
  name: string;
  /** True for a shop configured for this platform. */
  isUsedBy(shop: Shop): boolean;
  /** True when the platform's webhooks report the orders of this shop. */
  reportsOrders(shop: Shop): boolean;
  /** When the configured access token ends, epoch ms; undefined where none is known to end, or it is renewed. */
  tokenExpiresAtMs?(shop: Shop): number | undefined;
  webhook: Webhook;
  /** Starts what runs without a request: token renewal, order polling, reports. Absent: the platform only sends webhooks. */
  start?(parts: PlatformParts): Promise<RunningPlatform>;
}

export interface Webhook {
  /** For `/openapi.json`. */
  summary: string;
  headers: readonly { name: string; description: string; isOptional?: boolean }[];
  /** Verifies, maps and stores one request. @throws {HttpError} when no shop expects it, or it is not signed or not JSON. */
  receive(parts: WebhookParts, request: Request, body: WebhookBody): Promise<Received>;
}

/** The body of a webhook. */
export interface WebhookBody {
  /** Unpacked. */
  bytes: Buffer;
  /** What the signature may be of: the bytes as they were sent, and those that were packed after they had been signed. */
  signed: readonly Buffer[];
}

export interface WebhookParts {
  config: Pick<Config, 'shops' | 'redactDelayMs'>;
  log: Pick<Store, 'accept' | 'witnessOf'>;
  piiEncryption: PiiEncryption;
  counters: Counters;
  logger: Logger;
  clock: Clock;
  /** Of the bytes held by all requests in flight. */
  budget: Budget;
  /** Carries out the redactions that were stored. */
  redactions?: { requested(): void };
  /** Reads orders whose webhooks lack a total. */
  readOrdersSoon?: RunningPlatform['readOrdersSoon'];
}

/** The result of one webhook. */
export interface Received {
  /** ID of the shop. */
  shop: string;
  stored: number;
  duplicates: number;
}

/** A signed payload that is not used. It is answered 200, because any other status would bring it back. */
export const unused = (shop: string): Received => ({ shop, stored: 0, duplicates: 0 });

export interface PlatformParts
  extends Omit<WebhookParts, 'config' | 'budget' | 'redactions' | 'readOrdersSoon'> {
  log: WebhookParts['log'] & Jobs & Facts;
  /** Those that use the platform. */
  shops: readonly Shop[];
  state: AnalyticsStore;
  http: Http;
  redactSecrets: (text: string) => string;
  rateLimiterFor: RateLimiterFor;
  random: () => number;
  /** Resolves when every event of the shop stored so far is counted. */
  caughtUp: (shop: string) => Promise<void>;
  /** Between two reports of statistics. */
  syncMs: number;
}

/** An access token that expires. */
export interface TokenExpiry {
  shop: string;
  /** The destination that uses it. */
  destination: string;
  variable: string;
  expiresAtMs: number;
  /** How long it lives in all; present where the platform renews it in time. */
  lifeMs?: number;
}

export interface RunningPlatform {
  /** Of the current access tokens, those whose expiry is known. */
  expiries(): TokenExpiry[];
  /** Sends requests with the platform's current access tokens. */
  http: Http;
  /** Also masks access tokens that were issued after the start. */
  redactSecrets: (text: string) => string;
  /** Reports changed statistics to the platform. `shop` undefined: every shop. */
  sync(shop?: string): Promise<SyncReport[]>;
  /**
   * Reads the shop's orders that changed since this time, epoch ms, from the platform and stores what is new of them.
   * Resolves when all were read, and at once for a shop whose orders cannot be read. @throws when they could not be.
   */
  readOrders(shop: string, sinceMs: number, signal: AbortSignal): Promise<void>;
  /**
   * The same without waiting, of orders that changed about this time, epoch ms, or later.
   *
   * @param onRead called when the platform has answered, also when it refuses to; never while it cannot be reached.
   */
  readOrdersSoon(shop: string, aboutMs: number, onRead: () => Promise<unknown>): void;
  stop(): Promise<void>;
}

/** How many entries were stored, and how many were duplicates. */
export const countStored = (accepted: readonly Accepted[]): Pick<Received, 'stored' | 'duplicates'> => {
  const stored = accepted.filter(({ isStored }) => isStored).length;
  return { stored, duplicates: accepted.length - stored };
};
