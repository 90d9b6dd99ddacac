import type { Facts, PersonKey } from './facts.ts';
import type { FlowTotals, MarketingTotals } from './totals.ts';

/** A visitor's latest event: their links are kept as long as they are seen. */
export interface Visitor {
  anonymousId: string;
  seenAtMs: number;
}

/** One day of a marketing event's costs. */
export interface Cost {
  marketingEventId: string;
  /** `2026-03-01`. */
  day: string;
  spendHundredths: number;
  impressions: number;
  clicks: number;
}

/** The last accepted report of a target, and the outcome of the last attempt. */
export interface Synced {
  /** `marketing:<id>` or `flow:<id>`. */
  target: string;
  /** SHA-256 of the last accepted report; absent without one. */
  digest?: string;
  /** The ids of its nodes. */
  nodes: string[];
  /** Epoch ms of the newest event of each accepted report so far: by node id, and '' for the target itself. */
  newestAtMs?: Record<string, number>;
  /** ISO 8601 of the last attempt. */
  at: string;
  traceId?: string;
  /** Why the last attempt was not accepted. */
  error?: string;
}

/** What an erasure removed from the event store. */
export interface ErasedFacts {
  /** Every id of the person, with its kind; browsers that are theirs alone among them. */
  people: readonly PersonKey[];
  /** The store's canonical ids of their orders. */
  orders: readonly string[];
  /** Of their events. */
  messageIds: readonly string[];
}

/** What statistics hold of a person, by table; times in epoch ms. */
export type ExportedFacts = Record<
  'visitors' | 'links' | 'touches' | 'visits' | 'messages' | 'things',
  Record<string, unknown>[]
>;

/**
 * Visitors, orders, touches and totals of every shop. A call is one transaction and durable when it resolves; every call
 * rejects with `LogUnavailable` when the disk fails.
 */
export interface AnalyticsStore {
  /**
   * Records the facts of a batch of events. A fact that was recorded before changes nothing. Answers how many landings,
   * carts and checkouts are too many of one id.
   */
  apply(shop: string, facts: Facts, visitors: readonly Visitor[]): Promise<number>;

  /** Targets (`marketing:<id>`, `flow:<id>`) whose totals may have changed since `unmarkChanged`, in order. */
  dirtyTargets(shop: string): Promise<string[]>;
  clearDirtyTargets(shop: string, targets: readonly string[]): Promise<void>;
  /** Totals since the beginning; none for a target without facts. Updates attribution first. */
  marketingTotals(shop: string, ids: readonly string[]): Promise<MarketingTotals[]>;
  flowTotals(shop: string, ids: readonly string[]): Promise<FlowTotals[]>;
  /** Every target with totals, in order. */
  targets(shop: string): Promise<string[]>;

  /** One row for each marketing event and day; a later one replaces it. */
  putCosts(shop: string, costs: readonly Cost[]): Promise<void>;
  synced(shop: string): Promise<Synced[]>;
  recordSynced(shop: string, rows: readonly Synced[]): Promise<void>;

  /** A small value that survives a restart, encrypted by its writer if secret. Named `<what>:<shop>`. */
  readSetting(name: string): Promise<string | undefined>;
  writeSetting(name: string, sealed: string): Promise<void>;

  /**
   * Browsers (`a:`) and Customer.io's ids (`c:`) that events carried together with these people: theirs alone, or also
   * others'.
   */
  near(shop: string, people: readonly PersonKey[]): Promise<{ own: PersonKey[]; shared: PersonKey[] }>;
  /** Removes a person; what they did stays counted. */
  erase(shop: string, erased: ErasedFacts): Promise<void>;
  /** Every row that `erase` would take the person out of. */
  exportPerson(shop: string, people: readonly PersonKey[]): Promise<ExportedFacts>;
  /** Deletes everything of a shop. */
  purge(shop: string): Promise<void>;
  /** Deletes what is past its retention. Call before the log deletes events, which it keeps for `logKeptMs`. */
  retain(nowMs: number, logRetentionMs: number): Promise<void>;
  close(): Promise<void>;
}
