import type { Purpose } from '../../shared/consent.ts';
import type { Destination } from '../destinations/destination.ts';
import type { Flow, MarketingRule } from './statistics.ts';

export type { Flow, MarketingRule } from './statistics.ts';

/** The settings of one process, complete and frozen. */
export interface Config {
  port: number;
  host: string;
  adminPort: number | undefined;
  /** Where `adminPort` listens. */
  adminHost: string;
  /** Where the store is without `databaseUrl`. */
  dataDir: string;
  /** PostgreSQL in place of `dataDir`. */
  databaseUrl: string | undefined;
  publicUrl: string | undefined;
  /** A hop count, or the networks whose `X-Forwarded-For` is used; undefined: none. */
  trustProxy: number | string[] | undefined;
  adminToken: string | undefined;
  logLevel: string;
  retentionMs: number;
  /** Of the requests that were sent. */
  historyMs: number;
  /** Between a redaction webhook and the erasure. */
  redactDelayMs: number;
  /** Open at one time on one port. */
  maxConnections: number;
  /** Requests to one shop from one address without a server key. */
  rateLimitPerMinute: number;
  /** Requests of one server key. */
  serverRatePerMinute: number;
  /** Megabytes (10⁶ bytes, unpacked) to one shop from one address without a server key. */
  addressMbPerDay: number;
  /** Megabytes to one shop without a server key. */
  browserMbPerDay: number;
  /** Between two reports of statistics to SHOPLINE. */
  statisticsSyncMs: number;
  /** Lower case: where a CDN says which country a visitor is in. */
  countryHeader: string;
  /** A MaxMind country database, for requests without that header. */
  maxmindFile: string | undefined;
  /** The first encrypts, all decrypt. */
  piiKeys: readonly Buffer[];
  /** Where alerts are posted; undefined: nowhere. */
  alertWebhook: AlertWebhook | undefined;
  shops: readonly Shop[];
  /** Every secret among these, to be removed from log lines. */
  secrets: readonly string[];
}

/** `key` signs each message by the Standard Webhooks scheme; absent for Slack, whose addresses are secrets themselves. */
export interface AlertWebhook {
  url: string;
  key?: Uint8Array;
}

export interface Shop {
  id: string;
  writeKey: string;
  /** Secret keys of the shop's backend. */
  serverKeys: readonly string[];
  origins: ReadonlySet<string>;
  /** ISO 3166-1 alpha-2: the country a local phone number belongs to. */
  country: string;
  consentDefault: boolean;
  /** Foreign consent category → purpose. */
  consentCategories: Readonly<Record<string, Purpose>>;
  /** Names of URL parameters that stay in stored addresses, beside those that always do; in lower case. */
  keptParameters?: ReadonlySet<string>;
  /** The same as they are written, for the snippet, which tells upper case from lower case. */
  keptParameterNames?: readonly string[];
  bots: Bots;
  /** ISO 4217: what statistics are counted in. */
  currency: string;
  destinations: readonly Configured[];
  /** Whose word makes an order. */
  ordersFrom: 'platform' | 'server' | 'browser';
  /** How long evidence waits for the report of a voice that makes orders. */
  orderConfirmMs: number;
  /** How long an order waits for evidence after its first report; 0: not at all. */
  orderMergeMs: number;
  /** SHOPLINE's Admin API; undefined without a handle. */
  shopline: ShoplineAdmin | undefined;
  /** Signs Customer.io's reporting webhooks; undefined: they are off. */
  customerioSigningKey: string | undefined;
  statistics: StatisticsSettings;
}

/** Access to the Admin API of the shop's SHOPLINE store. */
export interface ShoplineAdmin {
  handle: string;
  /** Scheme, host and port. */
  endpoint: string;
  apiVersion: string;
  /** Undefined: nothing is reported. */
  accessToken: string | undefined;
  appKey: string | undefined;
  /** Signs order webhooks and token refreshes; undefined: order webhooks are off. */
  appSecret: string | undefined;
  storeId: string | undefined;
  sourceType: string | undefined;
}

/** How orders are attributed. `attributionMs`: how long after a touch. */
export interface StatisticsSettings {
  attributionMs: number;
  rules: readonly MarketingRule[];
  flows: readonly Flow[];
}

/** Robots' events: those of pages not to advertising destinations; marked only; not stored. */
export type Bots = 'skip-ads' | 'flag' | 'drop';

export interface Configured {
  destination: Destination;
  settings: unknown;
}
