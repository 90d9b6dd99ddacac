import type { AlertRule } from '../../../../shared/alert-rules.ts';

/** What is logged when a rule's alert opens, and what to do. Without a `line` the condition has one of its own where it occurs. */
export interface RuleTexts {
  line?: string;
  todo: string;
}

export const RULE_TEXTS: Readonly<Record<AlertRule, RuleTexts>> = {
  'purchases-drop': {
    line: 'fewer orders than usual',
    todo: 'Place a test order. If no Order Completed arrives, check the tag on the order page and the order webhooks; if the shop itself has fewer orders, its checkout or its traffic is the cause.',
  },
  'deliveries-drop': {
    line: 'fewer deliveries to a destination than usual',
    todo: 'Look at the skipped events of the destination by reason. Many without consent: check the consent banner. Many waiting: the API is slow or failing.',
  },
  'rejections-rise': {
    line: 'more messages are rejected than usual',
    todo: 'The log line "message rejected" shows one of them with the reason. Look for a change of the theme, the tag or the backend at the time the alert began.',
  },
  'coercions-rise': {
    line: 'more fields are coerced or left out than usual',
    todo: 'storebeacon_fields_coerced_total and storebeacon_fields_dropped_total name the fields, the warnings in answers the messages. Correct the theme or the backend that sends them.',
  },
  'dead-letters-rise': {
    line: 'more dead letters than usual',
    todo: 'Open the dead letters of the destination: they are grouped by the words of its API. Correct the cause, then send them again.',
  },
  'deliveries-refused': {
    line: 'most events that a destination is sent become dead letters',
    todo: 'Open the dead letters of the destination: they are grouped by the words of its API. Correct the cause, then send them again.',
  },
  'unconfirmed-orders-rise': {
    line: 'more orders of pages than usual were never confirmed',
    todo: 'Compare some of them with the orders of the shop. If they exist, its webhooks or its backend report too little; if not, they are forged, and nothing is sent.',
  },
  'match-keys-fall': {
    line: 'events carry an identifier less often than before',
    todo: 'The match quality shows the identifier by day. Look for a change of the theme, of forms or of the consent banner on the day it fell.',
  },
  'event-name-unknown': {
    line: 'an event has nearly the name of a standard event',
    todo: 'Correct the name where the event is sent: names are exact and case-sensitive, and destinations map only the standard ones.',
  },
  'token-expires': {
    line: 'an access token expires soon',
    todo: 'Set SHOPLINE_APP_KEY and SHOPLINE_APP_SECRET to have it renewed, or replace the token. If it is renewed by the collector, the log line "the access token was not renewed" has the reason.',
  },
  'token-refused': {
    todo: 'Replace the token, or grant it the permission that the answer names. Nothing is lost: events wait for 28 days.',
  },
  'webhooks-silent': {
    todo: 'Check that the webhooks of the shop system (or the backend) that report orders are subscribed, point to this collector and are signed with the configured secret.',
  },
  'platform-orders-absent': {
    todo: 'Subscribe the order webhooks. Until the first one arrives, orders of pages are sent unconfirmed, and anybody can forge them. Where there are no webhooks, set ORDERS_FROM=browser.',
  },
  'clock-off': {
    line: 'the clock differs from others',
    todo: 'Synchronise the clock of this machine (NTP). Times of events and the windows of consent and orders depend on it.',
  },
  'oldest-event-waits': {
    todo: 'The destination does not accept them: its state and its last answer show why.',
  },
  'disk-nearly-full': {
    line: 'the disk is nearly full',
    todo: 'Free some space, enlarge the disk, or lower RETENTION_DAYS and HISTORY_DAYS. When it is full, messages are answered 503.',
  },
};
