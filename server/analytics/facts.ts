import type { Source } from '../../shared/protected-event.ts';
import { isTrusted } from '../orders/precedence.ts';
import type { Stage } from '../orders/stages.ts';

/**
 * What statistics are made of: facts, each read from one event, each with an id of its own, so that applying one twice,
 * or in another order, changes nothing. Times are epoch ms, money is whole hundredths.
 */
export interface Facts {
  links: Link[];
  touches: Touch[];
  visits: Visit[];
  actions: Action[];
  orderReports: OrderReport[];
  merges: Merge[];
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
  /** A voice reported it whose word links persons: the shop's backend, Customer.io, a paid order of a customer. */
  isProven?: true;
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
  /** Those of `people` that a browser only claims to be. */
  claimed: PersonKey[];
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

/** One report of an order. */
export interface OrderReport {
  /** As `reportId` makes it. */
  id: string;
  stage: Stage;
  source: Source;
  /** A browser's report of an order that a trusted voice reports: it shows the visitor and nothing of the order. */
  isEvidence?: true;
  /** The store's id of the order. */
  orderId: string;
  /** What a trusted voice calls it besides, so that the order is found by these names. */
  names: string[];
  /** An earlier version stored the report without the store's id: it belongs to the order of any of its names. */
  isByNames?: true;
  /** The id of a refund; empty for every other stage. */
  part: string;
  people: PersonKey[];
  atMs: number;
  receivedAtMs: number;
  /** Absent when it states none, or one that is no amount. Of an order before refunds; of a refund what was paid back. */
  amountHundredths?: number;
  /** What is left of the order after the refunds that were known when it was reported. */
  netHundredths?: number;
  discountHundredths?: number;
  /** ISO 4217; absent means the shop's currency. */
  currency?: string;
  /** Absent when the report states no status, which counts as paid. */
  isUnpaid?: boolean;
  /** Reports the order as cancelled, whatever its stage. */
  isCancelled?: true;
  items: { productId: string; units: number }[];
}

/** Each voice has message ids of its own. */
export const reportId = (source: Source, messageId: string): string =>
  isTrusted(source) ? `${source}:${messageId}` : messageId;

/** The message that made the report. */
export const messageIdOf = ({ id, source }: OrderReport): string =>
  isTrusted(source) ? id.slice(source.length + 1) : id;

/** What was reported of `from` belongs to `to`: two orders turned out to be one, or one got another id. Ids of the store. */
export interface Merge {
  from: string;
  to: string;
}

/** What became of one message that Customer.io sent to one person. */
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
