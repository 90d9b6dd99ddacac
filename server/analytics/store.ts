import type { Consent } from '../../shared/consent.ts';
import type { Context } from '../../shared/message.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import type { Facts, PersonKey } from './facts.ts';
import type { FlowTotals, MarketingTotals } from './totals.ts';

/** What is known of a visitor from their last events; without anything that consent did not allow. */
export interface Visitor {
  anonymousId: string;
  userId?: string;
  emailSha256?: string;
  /** ISO 8601. */
  seenAt: string;
  consent: Consent;
  /** They said nothing; what they said before goes before it. */
  isAssumed?: true;
  ip?: string;
  userAgent?: string;
  tiktok?: Context['tiktok'];
}

/** The two reports of one order, as far as they have come, and who may have placed it. */
export interface OrderKnown {
  /** What was delivered first, if anything was: every later delivery is the same. */
  frozen?: ProtectedEvent;
  browser?: ProtectedEvent;
  webhook?: ProtectedEvent;
}

/** One day of a marketing event's costs, as the ad platform bills them. */
export interface Cost {
  marketingEventId: string;
  /** `2026-03-01`. */
  day: string;
  spendHundredths: number;
  impressions: number;
  clicks: number;
}

/** What the last report to SHOPLINE that was accepted held, and what came of the last try. */
export interface Synced {
  /** `marketing:<id>` or `flow:<id>`. */
  target: string;
  /** SHA-256 of what was accepted last; absent before the first time. */
  digest?: string;
  /** Node ids that were in it. */
  nodes: string[];
  /** ISO 8601 of the last try. */
  at: string;
  traceId?: string;
  /** Why the last try was not accepted. */
  error?: string;
}

/**
 * Visitors, orders, touches and totals of every shop. Durable when a call resolves; all of a call, or nothing. Every
 * call rejects with `LogUnavailable` while the disk cannot take it.
 */
export interface AnalyticsStore {
  /** Takes note of what a batch of events said. What was noted before changes nothing. */
  apply(shop: string, facts: Facts, visitors: readonly Visitor[]): Promise<void>;

  /**
   * Takes note of one report of an order, before it is stored in the log. The first from each side is kept whole.
   *
   * @returns the first name this order was ever called by. Orders that turn out to be one keep the older's.
   */
  recordOrderReport(
    shop: string,
    source: 'browser' | 'webhook',
    names: readonly string[],
    event: ProtectedEvent,
  ): Promise<string>;
  /** By the first name of each order. */
  ordersKnown(shop: string, names: readonly string[]): Promise<Map<string, OrderKnown>>;
  /** Fixes what is delivered for an order, unless that was done before. Answers what is fixed now. */
  freezeOrder(shop: string, name: string, event: ProtectedEvent): Promise<ProtectedEvent>;
  /** The visitors seen together with any of these ids, latest first. */
  visitorsOf(shop: string, people: readonly PersonKey[]): Promise<Visitor[]>;

  /** Targets (`marketing:<id>`, `flow:<id>`) whose totals may have changed since `unmarkChanged`, in order. */
  dirtyTargets(shop: string): Promise<string[]>;
  clearDirtyTargets(shop: string, targets: readonly string[]): Promise<void>;
  /** Full totals since the beginning; none for what was never heard of. Settles attribution first. */
  marketingTotals(shop: string, ids: readonly string[]): Promise<MarketingTotals[]>;
  flowTotals(shop: string, ids: readonly string[]): Promise<FlowTotals[]>;
  /** Everything known by totals: for a page that shows all, and for a rebuild that compares. */
  targets(shop: string): Promise<string[]>;

  /** One row a day: the last said counts. */
  putCosts(shop: string, costs: readonly Cost[]): Promise<void>;
  synced(shop: string): Promise<Synced[]>;
  recordSynced(shop: string, rows: readonly Synced[]): Promise<void>;

  /** Something small that must survive a restart; sealed by its writer where it is secret. Named `<what>:<shop>`. */
  readSetting(name: string): Promise<string | undefined>;
  writeSetting(name: string, sealed: string): Promise<void>;

  /** Everybody who had a part in an order of one of these names. */
  peopleOfOrders(shop: string, names: readonly string[]): Promise<PersonKey[]>;
  /** Forgets who these ids, and all linked to them, are. What they did stays counted. Answers the ids it found. */
  erase(shop: string, people: readonly PersonKey[]): Promise<PersonKey[]>;
  /** Forgets everything of a shop. */
  purge(shop: string): Promise<void>;
  /**
   * Forgets what is past its time. Call before the log forgets its own: `logKeptMs` is how long that keeps an event.
   */
  retain(nowMs: number, logKeptMs: number): Promise<void>;
  close(): Promise<void>;
}
