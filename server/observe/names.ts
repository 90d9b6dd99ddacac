import { ALERT_RULES } from '../../shared/alert-rules.ts';
import { MATCH_KEYS } from '../../shared/match-keys.ts';
import { DEAD_LETTER_REASONS, LEFT_OUT_REASONS, RETRY_REASONS, SKIP_REASONS } from '../../shared/reasons.ts';

/** Values from the configuration or from our own code that are not listed here. */
const OPEN = 'open';
const PLACE = { shop: OPEN, destination: OPEN } as const;

/**
 * Every counter, with its labels and their possible values. No label holds a value that a visitor can choose. In a
 * scrape `deliveries` is `storebeacon_deliveries_total`.
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
  server_key_exposed: {
    help: 'Requests that sent a server key from a page or in a URL; refused.',
    labels: { shop: OPEN },
  },
  messages_rejected: {
    help: 'Messages that were not valid, by the kind of their first error.',
    labels: { shop: OPEN, code: OPEN },
  },
  messages_skipped: {
    help: 'Valid messages that were not stored, by reason; pixel-unmatched: orders kept from the mirrored pixel.',
    labels: { shop: OPEN, reason: SKIP_REASONS },
  },
  messages_lost_in_browser: {
    help: 'Messages that browsers dropped before sending, as the snippet reports: storage full, or a week old.',
    labels: { shop: OPEN },
  },
  fields_coerced: {
    help: 'Known fields that were not exact and whose meaning was plain, by field.',
    labels: { shop: OPEN, field: OPEN },
  },
  fields_dropped: {
    help: 'Values left out of messages: of the wrong kind by field, not normalisable, or over a limit of one message.',
    labels: { shop: OPEN, field: OPEN },
  },
  content_id_fallback: {
    help: 'Product lines sent under another id than TIKTOK_CONTENT_ID names, because they do not have that one.',
    labels: { shop: OPEN },
  },
  requests_refused: {
    help: 'Requests refused as a whole, by the code in the response.',
    labels: { code: OPEN },
  },
  appended_bytes: {
    help: 'Bytes of stored events, as written to disk.',
    labels: {},
  },
  consent_records_refused: {
    help: 'Grants that were not recorded: browsers behind that address had added 5,000 consent records that day.',
    labels: {},
  },
  deliveries: {
    help: 'Events a destination accepted; the outcome warning means that it added a remark.',
    labels: { ...PLACE, outcome: ['delivered', 'warning'] },
  },
  deliveries_matchable: {
    help: 'Events a destination accepted, by each key it can match a person by; against deliveries it is match quality.',
    labels: { ...PLACE, key: MATCH_KEYS },
  },
  deliveries_skipped: {
    help: 'Events not sent to a destination, as configured or by consent, by reason.',
    labels: { ...PLACE, reason: SKIP_REASONS },
  },
  deliveries_retried: {
    help: 'Delivery attempts that will be repeated, by reason.',
    labels: { ...PLACE, reason: RETRY_REASONS },
  },
  dead_letters: {
    help: 'Events moved to dead letters, by reason.',
    labels: { ...PLACE, reason: DEAD_LETTER_REASONS },
  },
  possible_duplicates: {
    help: 'Events sent again after an unknown outcome, where the destination does not recognise repeats.',
    labels: PLACE,
  },
  destination_alerts: {
    help: 'Times a destination rejected the access token or a permission.',
    labels: PLACE,
  },
  webhooks_received: {
    help: 'Signed webhooks that were answered, by sender and outcome.',
    labels: { shop: OPEN, sender: OPEN, outcome: ['stored', 'repeated', 'unused'] },
  },
  order_totals_missing: {
    help: 'Order webhooks without a total. With SHOPLINE_ACCESS_TOKEN the order is read before it is sent.',
    labels: { shop: OPEN },
  },
  redactions: {
    help: 'Erasures that shop systems asked for, by what became of them; unclear ones wait for a confirmation.',
    labels: {
      shop: OPEN,
      outcome: ['scheduled', 'unclear', 'refused', 'done', 'not-found', 'cancelled'],
    },
  },
  orders_provisional: {
    help: 'Orders of pages that were sent because the shop system has never reported one, though ORDERS_FROM is platform.',
    labels: { shop: OPEN },
  },
  alerts_opened: {
    help: 'Alerts of the watchdog, by rule.',
    labels: { rule: ALERT_RULES },
  },
  evidence_closed: {
    help: 'Orders that only a page reported and that joined none in ORDER_CONFIRM_HOURS: known, or not.',
    labels: { shop: OPEN, outcome: ['not-joined', 'unconfirmed-order'] },
  },
  statistics_left_out: {
    help: 'Events or order amounts left out of statistics, by reason.',
    labels: { shop: OPEN, reason: LEFT_OUT_REASONS },
  },
  statistics_syncs: {
    help: 'Totals reported to SHOPLINE, by outcome.',
    labels: { shop: OPEN, report: ['marketing', 'flow'], outcome: ['accepted', 'refused', 'failed'] },
  },
} as const;

/** Every timer, in seconds. In a scrape `commit` is `storebeacon_commit_duration_seconds`. */
export const TIMERS = {
  ingest_request: {
    help: 'Time from a request’s arrival to its response, by route and status.',
    labels: { route: OPEN, status: OPEN },
  },
  delivery_request: {
    help: 'Time of one request to a destination, until its whole response or its failure.',
    labels: { ...PLACE, outcome: ['delivered', 'retry', 'rejected', 'paused'] },
  },
  commit: {
    help: 'Time of one transaction of the event store, fsync included.',
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
