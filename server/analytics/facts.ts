import type { Source } from '../../shared/protected-event.ts';
import type { Stage } from '../orders/stages.ts';

/**
 * What statistics are made of: facts, each read from one event, each with an id of its own, so that hearing of one twice,
 * or in another order, changes nothing. Times are epoch ms, money is whole hundredths.
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

/** What an order, a cart or a click may be credited to. A click in a message may belong to both. */
export interface Targets {
  marketingEventId?: string;
  flowId?: string;
  nodeId?: string;
}

/** A moment at which marketing reached a person: they landed on a link, or clicked in a message. */
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

/** Something was put into a cart, or a checkout began. */
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
  /** Everything this report calls the order. Orders that share a name are one order. Never empty. */
  names: string[];
  people: PersonKey[];
  atMs: number;
  receivedAtMs: number;
  /** Absent when it said none, or one that is no amount. Of a refund: what was paid back. */
  amountHundredths?: number;
  discountHundredths?: number;
  /** ISO 4217; absent when it said none, which means the shop's. */
  currency?: string;
  /** Told apart from paid; absent when nothing was said, which counts as paid. */
  isUnpaid?: boolean;
  items: { productId: string; units: number }[];
}

/** What became of one message that Customer.io sent to one person. */
export interface MessageFact extends Targets {
  deliveryId: string;
  metric: MessageMetric;
  /** Which run through the campaign it belongs to. */
  journeyId?: string;
  /** Who it was sent to, so that they can be forgotten. */
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
