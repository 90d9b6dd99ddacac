import type { AlertRule } from '../../../../shared/alert-rules.ts';

/** What is logged when a rule's alert opens. Without one the condition has a line of its own where it occurs. */
export const LOG_LINES: Readonly<Partial<Record<AlertRule, string>>> = {
  'purchases-drop': 'fewer orders than usual',
  'deliveries-drop': 'fewer deliveries to a destination than usual',
  'rejections-rise': 'more messages are rejected than usual',
  'coercions-rise': 'more fields are coerced or left out than usual',
  'dead-letters-rise': 'more dead letters than usual',
  'deliveries-refused': 'most events that a destination is sent become dead letters',
  'unconfirmed-orders-rise': 'more orders of pages than usual were never confirmed',
  'match-keys-fall': 'events carry an identifier less often than before',
  'event-name-unknown': 'an event has nearly the name of a standard event',
  'token-expires': 'an access token expires soon',
  'clock-off': 'the clock differs from others',
  'disk-nearly-full': 'the disk is nearly full',
};
