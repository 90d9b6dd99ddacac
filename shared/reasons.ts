/**
 * The closed lists of reasons why an event is not delivered. Each is counted where it occurs.
 */

/** Correctly not sent: to one destination, to none (bot, consent), or to the pixel that a page mirrors (pixel-unmatched). */
export const SKIP_REASONS = [
  'bot',
  'consent',
  'consent-withdrawn',
  'integration-off',
  'unmapped',
  'too-old',
  'no-identity',
  'already-sent',
  'unconfirmed-order',
  'not-joined',
  'needs-server-key',
  'pixel-unmatched',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** Will be retried. */
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

/** Moved to the dead letters, until an operator replays or discards them. */
export const DEAD_LETTER_REASONS = [
  'rejected',
  'invalid-payload',
  'mapping-failed',
  'too-large',
  'unknown-outcome',
  'seal-unreadable',
  'damaged',
  'expired',
] as const;
export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];

/**
 * Values left out of a stored message: an email or phone that could not be normalised; passwords and tokens, cards and bank
 * accounts, official ids and IP addresses; and what exceeds the limits of one message.
 */
export const DROPPED_FIELDS = [
  'email',
  'phone',
  'secret',
  'bank',
  'official',
  'ip',
  'over-100-personal',
  'over-10000-parts',
  'over-1000-names',
  'over-100-long-numbers',
  'over-1000-mask-characters',
] as const;
export type DroppedField = (typeof DROPPED_FIELDS)[number];

/** Why a stored event is not counted in the statistics. */
export const LEFT_OUT_REASONS = [
  'bot',
  'consent',
  'foreign-currency',
  'bad-amount',
  'no-identity',
  'unmapped',
  'too-many',
] as const;
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];
