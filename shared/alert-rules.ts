/** What the watchdog compares with its own baseline, or knows of the process. Each is explained in the operator's README. */
export const ALERT_RULES = [
  'purchases-drop',
  'deliveries-drop',
  'rejections-rise',
  'coercions-rise',
  'dead-letters-rise',
  'deliveries-refused',
  'unconfirmed-orders-rise',
  'match-keys-fall',
  'event-name-unknown',
  'token-expires',
  'token-refused',
  'webhooks-silent',
  'platform-orders-absent',
  'clock-off',
  'oldest-event-waits',
  'disk-nearly-full',
] as const;
export type AlertRule = (typeof ALERT_RULES)[number];
