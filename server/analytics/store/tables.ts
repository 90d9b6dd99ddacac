import type { Kysely } from 'kysely';

/** Every table. Times are epoch ms, money whole hundredths, flags 0 or 1, lists and events JSON. */
export interface Tables {
  /** When a visitor was last seen: until 90 days later their links are kept. */
  visitors: { shop: string; anonymous_id: string; seen_at: number };
  /** Ids that one event carried together. `proven`: a voice reported it whose word links persons. */
  links: { shop: string; one: string; other: string; received_at: number; proven: number };

  /** One row for each id of the person that was reached. `claimed`: a browser only claimed to be this person. */
  touches: {
    shop: string;
    person: string;
    at: number;
    id: string;
    kind: string;
    marketing_event: string | null;
    flow: string | null;
    node: string | null;
    received_at: number;
    claimed: number;
  };
  visits: {
    shop: string;
    id: string;
    marketing_event: string;
    person: string | null;
    country: string | null;
    at: number;
    received_at: number;
  };
  /**
   * Who was counted for a target, as keyed digests: `visitor` or `journey`. The person on a journey is kept only while
   * the log may redeliver its event.
   */
  members: {
    shop: string;
    target: string;
    kind: string;
    member: string;
    person: string | null;
    received_at: number;
  };
  messages: {
    shop: string;
    delivery: string;
    metric: string;
    at: number;
    marketing_event: string | null;
    flow: string | null;
    node: string | null;
    person: string | null;
    received_at: number;
  };

  /** Carts and checkouts. `needs_attribution`: its credit may have changed. `closed`: it is credited for good. */
  actions: {
    shop: string;
    id: string;
    kind: string;
    at: number;
    received_at: number;
    needs_attribution: number;
    closed: number;
    marketing_event: string | null;
  };
  /** Every report of an order, as a fact. */
  order_reports: {
    shop: string;
    id: string;
    canonical_id: string;
    at: number;
    received_at: number;
    body: string;
  };
  /** Every id the store gave an order, every name trusted voices call it by, and the id it is counted under. */
  order_names: { shop: string; name: string; canonical_id: string };
  /** An order computed from its reports, and its credit, which is frozen once the touches it was chosen from are deleted. */
  orders: {
    shop: string;
    canonical_id: string;
    at: number;
    first_id: string;
    counted: number;
    paid: number;
    foreign_currency: number;
    amount: number;
    refunded: number;
    discount: number;
    items: string;
    buyer: string | null;
    needs_attribution: number;
    closed: number;
    credit_frozen: number;
    touch: string | null;
    marketing_event: string | null;
    flow: string | null;
    node: string | null;
  };
  /** The orders and actions of each id of a person. */
  people: { shop: string; person: string; thing: string };

  costs: {
    shop: string;
    marketing_event: string;
    day: string;
    spend: number;
    impressions: number;
    clicks: number;
  };
  /** What was counted from facts that are deleted. */
  baseline: { shop: string; target: string; measure: string; dimension: string; value: number };
  /** Every target with totals; `pending`: they may have changed since they were last reported. */
  targets: { shop: string; target: string; pending: number };
  synced: { shop: string; target: string; body: string };
  settings: { name: string; sealed: string };
}

export type Db = Kysely<Tables>;
