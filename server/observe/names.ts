import {
  DEAD_LETTER_REASONS,
  DROPPED_FIELDS,
  LEFT_OUT_REASONS,
  RETRY_REASONS,
  SKIP_REASONS,
} from '../../shared/reasons.ts';

/** Values that come from the configuration or from our own code, too many to list. */
const OPEN = 'open';
const PLACE = { shop: OPEN, destination: OPEN } as const;

/**
 * Everything that is counted: what it means, and its labels with every value each may take. No label is ever given
 * something a visitor can choose. In a scrape `deliveries` reads `storebeacon_deliveries_total`.
 */
export const COUNTERS = {
  messages_accepted: {
    help: 'Messages stored on disk before they were answered, duplicates included.',
    labels: { shop: OPEN },
  },
  messages_duplicate: {
    help: 'Accepted messages that were stored already, by message id or order.',
    labels: { shop: OPEN },
  },
  messages_rejected: {
    help: 'Messages that were not valid, by the kind of their first mistake.',
    labels: { shop: OPEN, code: OPEN },
  },
  messages_skipped: {
    help: 'Valid messages rightly not stored, by reason.',
    labels: { shop: OPEN, reason: SKIP_REASONS },
  },
  messages_lost_in_browser: {
    help: 'Messages a browser had to drop before they reached us, as it tells: no room left, or a week old.',
    labels: { shop: OPEN },
  },
  fields_dropped: {
    help: 'Personal fields left out because they could not be normalised.',
    labels: { shop: OPEN, field: DROPPED_FIELDS },
  },
  requests_refused: {
    help: 'Requests refused as a whole, by the code in their answer.',
    labels: { code: OPEN },
  },
  appended_bytes: {
    help: 'Bytes of events stored, as they lie on disk.',
    labels: {},
  },
  deliveries: {
    help: 'Events a destination accepted; the outcome warning means it accepted with remarks.',
    labels: { ...PLACE, outcome: ['delivered', 'warning'] },
  },
  deliveries_skipped: {
    help: 'Events rightly not sent to a destination, by reason.',
    labels: { ...PLACE, reason: SKIP_REASONS },
  },
  deliveries_retried: {
    help: 'Times an event was put back to be tried again, by reason.',
    labels: { ...PLACE, reason: RETRY_REASONS },
  },
  dead_letters: {
    help: 'Events set aside until someone decides, by reason.',
    labels: { ...PLACE, reason: DEAD_LETTER_REASONS },
  },
  possible_duplicates: {
    help: 'Events sent again although an earlier try may have arrived, where the destination cannot tell.',
    labels: PLACE,
  },
  destination_alerts: {
    help: 'Times a destination refused our token or permission.',
    labels: PLACE,
  },
  webhooks_received: {
    help: 'Signed webhooks that were answered, by sender and what became of them.',
    labels: { shop: OPEN, sender: OPEN, outcome: ['stored', 'repeated', 'unused'] },
  },
  statistics_left_out: {
    help: 'Events, or amounts of orders, left out of statistics, by reason.',
    labels: { shop: OPEN, reason: LEFT_OUT_REASONS },
  },
  statistics_syncs: {
    help: 'Totals reported to SHOPLINE, one by one, by whether they were accepted.',
    labels: { shop: OPEN, report: ['marketing', 'flow'], outcome: ['accepted', 'refused', 'failed'] },
  },
} as const;

/** Everything that is timed, in seconds. `commit` reads `storebeacon_commit_duration_seconds`. */
export const TIMERS = {
  ingest_request: {
    help: 'From a request’s arrival to its answer, by route and status.',
    labels: { route: OPEN, status: OPEN },
  },
  delivery_request: {
    help: 'One request to a destination, from sending to the whole answer or its absence.',
    labels: { ...PLACE, outcome: ['delivered', 'retry', 'rejected', 'paused'] },
  },
  commit: {
    help: 'One transaction of the event log, fsync included.',
    labels: {},
  },
} as const;

/** Upper bounds in seconds: a commit takes about 1 ms, a destination may take its whole 15 s. */
export const BUCKETS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
] as const;

type Values = typeof OPEN | readonly string[];
export type LabelSpec = Readonly<Record<string, Values>>;
type Labels<Spec> = {
  readonly [Label in keyof Spec]: Spec[Label] extends readonly (infer Value extends string)[]
    ? Value
    : string;
};

export type CounterName = keyof typeof COUNTERS;
export type CounterLabels<Name extends CounterName> = Labels<(typeof COUNTERS)[Name]['labels']>;
export type TimerName = keyof typeof TIMERS;
export type TimerLabels<Name extends TimerName> = Labels<(typeof TIMERS)[Name]['labels']>;
