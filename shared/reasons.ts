/**
 * Every way an event can end other than delivered, each counted where it happens. A reason not on these lists does
 * not exist: adding one here is the only way to lose an event with a name.
 */

/** Rightly not sent, to one destination or (bot, consent) to none. */
export const SKIP_REASONS = [
  'bot',
  'consent',
  'integration-off',
  'unmapped',
  'too-old',
  'no-identity',
  'already-sent',
  'statistics-only',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** Will be tried again. */
export const RETRY_REASONS = [
  'deferred',
  'unreachable',
  'no-answer',
  'throttled',
  'server-error',
  'invalid-response',
  'paused',
  'blocked-by-earlier',
] as const;
export type RetryReason = (typeof RETRY_REASONS)[number];

/** Set aside until someone decides. */
export const DEAD_LETTER_REASONS = [
  'rejected',
  'invalid-payload',
  'mapping-failed',
  'too-large',
  'unknown-outcome',
  'seal-unreadable',
  'damaged',
] as const;
export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];

/** Personal fields that could not be normalised and were left out. */
export const DROPPED_FIELDS = ['email', 'phone'] as const;
export type DroppedField = (typeof DROPPED_FIELDS)[number];

/** Why something was left out of statistics, although it was stored. */
export const LEFT_OUT_REASONS = [
  'bot',
  'consent',
  'foreign-currency',
  'bad-amount',
  'no-identity',
  'unmapped',
] as const;
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];
