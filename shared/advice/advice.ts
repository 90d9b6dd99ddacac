import type { UnjoinedStatus } from '../evidence.ts';
import type { MatchKey } from '../match-keys.ts';
import type { DeadLetterReason, RetryReason, SkipReason } from '../reasons.ts';

/** What a reason means and what to do about it, each in one or two sentences. `todo` is empty when there is nothing to do. */
export interface Advice {
  means: string;
  todo: string;
}

/** `not-sent`: the destination was never given the event. */
export type AdvisedReason =
  | SkipReason
  | RetryReason
  | DeadLetterReason
  | UnjoinedStatus
  | 'waiting'
  | 'not-sent';

/** What the share of deliveries that carry something is counted of. */
export type QualityKey = MatchKey | 'value' | 'currency' | 'content_id';

/** The advice in one language. */
export interface AdviceTexts {
  reasons: Readonly<Record<AdvisedReason, Advice>>;
  /** What raises the share of deliveries that carry this. */
  quality: Readonly<Record<QualityKey, string>>;
  /** Words of alerts, findings of the set-up and the like, with places for values: `notice.ts`. */
  notices: Readonly<Record<string, Advice>>;
}

/**
 * The reasons that a replay of a selection never sends: what no trusted voice confirmed, and what the person denied. Of the
 * second kind the record of today decides once more when it is leased.
 */
export const NEVER_REPLAYED: readonly AdvisedReason[] = [
  'unconfirmed-order',
  'not-joined',
  'consent-withdrawn',
];

/** The advice of a reason, also of one that a later or earlier version stored. */
export function adviceOf({ reasons }: AdviceTexts, reason: string): Advice | undefined {
  return Object.hasOwn(reasons, reason) ? reasons[reason as AdvisedReason] : undefined;
}
