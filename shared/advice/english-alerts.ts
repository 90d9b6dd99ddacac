const DEAD_LETTERS =
  'Open the dead letters of the destination: they are grouped by the words of its API. Correct the cause, then send them again.';
const CLOCK =
  'Synchronise the clock of this machine (NTP: timedatectl set-ntp true). Times of events and the windows of consent and orders depend on it, and signatures are refused.';
const TOKEN =
  'Set SHOPLINE_APP_KEY and SHOPLINE_APP_SECRET to have it renewed, or replace the token. If the collector renews it, the log line "the access token was not renewed" has the reason.';

/** What the watchdog finds; some of it the set-up page finds too. Placeholders: `notice.ts`. */
export const ENGLISH_ALERTS = {
  'purchases-drop': {
    means: 'Orders in the last {hours} h: {value}; about {baseline} are usual.',
    todo: 'Place a test order. If no Order Completed arrives, check the tag on the order page and the order webhooks; if the shop itself has fewer orders, its checkout or its traffic is the cause.',
  },
  'deliveries-drop': {
    means: 'Events delivered in the last {hours} h: {value}; about {baseline} are usual.',
    todo: 'Look at the skipped events of the destination by reason. Many without consent: check the consent banner. Many waiting: the API is slow or failing.',
  },
  'rejections-rise': {
    means: 'Messages rejected in the last {hours} h: {value}; up to {baseline} are usual.',
    todo: 'The log line "message rejected" shows one of them with the reason. Look for a change of the theme, the tag or the backend at the time the alert began.',
  },
  'coercions-rise': {
    means: 'Fields coerced or left out in the last {hours} h: {value}; up to {baseline} are usual.',
    todo: 'storebeacon_fields_coerced_total and storebeacon_fields_dropped_total name the fields, the warnings in answers the messages. Correct the theme or the backend that sends them.',
  },
  'dead-letters-rise': {
    means: 'Dead letters in the last {hours} h: {value}; up to {baseline} are usual.',
    todo: DEAD_LETTERS,
  },
  'deliveries-refused': {
    means: 'In the last hour dead letters: {value}, delivered: {delivered}.',
    todo: DEAD_LETTERS,
  },
  'unconfirmed-orders-rise': {
    means:
      'Orders that only pages reported and that were not confirmed, in the last {hours} h: {value}; up to {baseline} are usual.',
    todo: 'Compare some of them with the orders of the shop. If they exist, its webhooks or its backend report too little; if not, they are forged, and nothing is sent.',
  },
  'match-keys-fall': {
    means: 'Of the events {name}, {share} carry this: {key}. Before: {baselineShare}.',
    todo: 'The match quality shows it by day. Look for a change of the theme, of forms or of the consent banner on the day it fell.',
  },
  'event-name-unknown': {
    means: 'Events in the last 24 h that have nearly the name of a standard event: {value} ({names}).',
    todo: 'Correct the name where the event is sent: names are exact and case-sensitive, and destinations map only the standard ones.',
  },
  'token-expires': { means: '{variable} expires at {expiryAt}.', todo: TOKEN },
  'token-expired': { means: '{variable} expired at {expiryAt}.', todo: TOKEN },
  'token-refused': {
    means: 'The access token or a permission is refused; delivery is paused. Waiting: {waiting}.',
    todo: 'Replace the token, or grant it the permission that the answer names, and restart. Nothing is lost: events wait for 28 days.',
  },
  'webhooks-silent': {
    means: 'Pages report orders, and no webhook of the shop system has confirmed one for 6 hours.',
    todo: 'Check that the order webhooks of the shop system are subscribed, point to this collector and are signed with the configured secret.',
  },
  'backend-silent': {
    means: 'Pages report orders, and no message of the backend has confirmed one for 6 hours.',
    todo: 'Check that the backend runs, and that it sends Order Completed to this collector with a SERVER_KEY.',
  },
  'platform-orders-absent': {
    means:
      'Orders of pages that were sent unconfirmed in the last three days, because no order of the shop system was ever received: {value}.',
    todo: 'Subscribe the order webhooks. Until the first one arrives, orders of pages are sent unconfirmed, and anybody can forge them. Where there are no webhooks, set ORDERS_FROM=browser.',
  },
  'clock-ahead': {
    means: 'The clock of this machine is {seconds} s ahead of others.',
    todo: CLOCK,
  },
  'clock-behind': {
    means: 'The clock of this machine is {seconds} s behind others.',
    todo: CLOCK,
  },
  'oldest-event-waits': {
    means: 'Waiting: {waiting}, the oldest for {days} days; after 28 days events become dead letters.',
    todo: 'The destination does not accept them: its state and its last answer show why.',
  },
  'disk-nearly-full': {
    means: 'Free where the events are stored: {freeGb} GB of {totalGb} GB.',
    todo: 'Free some space, enlarge the disk, or lower RETENTION_DAYS and HISTORY_DAYS. When it is full, messages are answered 503.',
  },
} as const;
