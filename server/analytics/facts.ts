import type { Source } from '../../shared/protected-event.ts';
import type { Stage } from '../orders/stages.ts';

/**
 * Facts, each read from one event and identified by an id of its own, so that storing them twice or in another order
 * gives the same totals. Times are epoch ms, money is whole hundredths.
 */
export interface Facts {
  links: Link[];
  touches: Touch[];
  visits: Visit[];
  actions: Action[];
  orderReports: OrderReport[];
  messages: MessageFact[];
}

/**
 * An id of a person, or of something that only one person has, with its kind in front: `a:` anonymousId, `u:` userId,
 * `e:` SHA-256 of the email, `c:` Customer.io's cio_id, `t:` cart token, `k:` checkout token.
 */
export type PersonKey = `${'a' | 'u' | 'e' | 'c' | 't' | 'k'}:${string}`;

/** Two ids that one event carried together. */
export interface Link {
  one: PersonKey;
  other: PersonKey;
  receivedAtMs: number;
}

/** What an order, cart or click may be credited to. A click in a message may belong to a marketing event and a flow. */
export interface Targets {
  marketingEventId?: string;
  flowId?: string;
  nodeId?: string;
}

/** A moment at which marketing reached a person: a landing on a link, or a click in a message. */
export interface Touch extends Targets {
  /** The messageId of its event. */
  id: string;
  kind: 'landing' | 'click';
  people: PersonKey[];
  atMs: number;
  receivedAtMs: number;
}

/** A visitor landed on a link of a marketing event. */
export interface Visit {
  id: string;
  marketingEventId: string;
  visitor: PersonKey;
  /** ISO 3166-1 alpha-2, lower case. */
  country?: string;
  atMs: number;
  receivedAtMs: number;
}

/** A product was added to a cart, or a checkout was started. */
export interface Action {
  /** `message:<messageId>`, or `checkout:<token>` where the checkout is known, so that it counts once. */
  id: string;
  kind: 'cart' | 'checkout';
  people: PersonKey[];
  atMs: number;
  receivedAtMs: number;
}

/** One report about an order, from the page or from the shop's server. */
export interface OrderReport {
  id: string;
  stage: Stage | 'merged';
  source: Source;
  /** The order's canonical id; of a merge both ids. At least one. */
  names: string[];
  people: PersonKey[];
  atMs: number;
  receivedAtMs: number;
  /** Absent without a valid amount in the report. Of a refund: the amount refunded. */
  amountHundredths?: number;
  discountHundredths?: number;
  /** ISO 4217; absent means the shop's currency. */
  currency?: string;
  /** Absent without a payment status in the report, which counts as paid. */
  isUnpaid?: boolean;
  items: { productId: string; units: number }[];
}

/** One thing that happened to one message to one person. */
export interface MessageFact extends Targets {
  deliveryId: string;
  metric: MessageMetric;
  /** The person's run through the campaign. */
  journeyId?: string;
  /** The recipient, stored so that an erasure finds it. */
  person?: PersonKey;
  atMs: number;
  receivedAtMs: number;
}

export const MESSAGE_METRICS = [
  'attempted',
  'sent',
  'delivered',
  'opened',
  'machine-opened',
  'clicked',
  'machine-clicked',
  'bounced',
  'failed',
  'unsubscribed',
  'spammed',
] as const;
export type MessageMetric = (typeof MESSAGE_METRICS)[number];
