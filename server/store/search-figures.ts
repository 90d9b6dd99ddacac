import type { DeliveryState, EventFilter, OutcomeFilter } from './search-events.ts';

/** Dead letters and skipped events that have their reason and words in common. Times in epoch ms. */
export interface OutcomeGroup {
  shop: string;
  consumer: string;
  state: 'dead' | 'skipped';
  reason: string;
  /** The API's words with `#` for ids and numbers but its error code, so that they make no groups of their own. */
  words?: string;
  count: number;
  oldestAtMs: number;
  newestAtMs: number;
  /** Of the newest events, at most 5. */
  messageIds: string[];
}

export interface GroupQuery extends Pick<OutcomeFilter, 'consumers' | 'settledFromMs' | 'settledToMs'> {
  shop?: string;
  state?: OutcomeGroup['state'];
}

/** Events of one consumer, for a replay or a discard. */
export interface Selection extends Omit<EventFilter, 'messageId'> {
  consumers: readonly string[];
  /** Default: every state but `waiting` and `retry`. */
  states?: readonly DeliveryState[];
  messageIds?: readonly string[];
}

/** One event at one consumer. */
export interface Selected {
  consumer: string;
  seq: number;
  state: DeliveryState;
  reason?: string;
}

export interface SelectedPage {
  selected: Selected[];
  /** The last row of the delivery history that their states are by. */
  historyId: number;
  nextCursor?: string;
}

export interface SeriesQuery {
  shop?: string;
  fromMs: number;
  toMs: number;
  /** Whole minutes: of the last 2 days any, of the last 8 multiples of 5, of the last 35 whole hours. */
  stepMs: number;
}

/** Sums per step; `points[i]` is of the step that begins at `fromMs + i × stepMs`, with `fromMs` rounded down to a step. */
export interface EventSeries {
  kind: 'events';
  shop: string;
  /** The name of a track event, else its type; names beyond 100 of a shop together are `other`. */
  name: string;
  points: number[];
}

export interface DeliverySeries {
  kind: 'deliveries';
  shop: string;
  consumer: string;
  delivered: number[];
  skipped: number[];
  /** Attempts that will be repeated. */
  retried: number[];
  dead: number[];
  requests: number[];
  /** From receipt to delivery, and of one request, in ms; over the whole time. Absent where nothing was delivered. */
  latencyMs?: Quantiles;
  requestMs?: Quantiles;
  /** The 95th percentile of the latency per step; null where nothing was delivered. */
  latencyP95Ms: (number | null)[];
}

/** Within 10 % of the true values. */
export interface Quantiles {
  p50: number;
  p95: number;
}

export interface SearchSeries {
  fromMs: number;
  stepMs: number;
  events: EventSeries[];
  deliveries: DeliverySeries[];
}

export interface MatchQuery {
  shop: string;
  /** Days of UTC, `2026-03-01`, both included; 35 are kept. */
  fromDay: string;
  toDay: string;
}

/** What delivered events of one name carried on one day. */
export interface MatchRow {
  day: string;
  consumer: string;
  name: string;
  /** How many were delivered. */
  count: number;
  /** How many of them carried each identifier, `value`, `currency` and `content_id`. */
  keys: Record<string, number>;
}
