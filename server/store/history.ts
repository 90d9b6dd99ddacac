import type { MatchKey, ValueKey } from '../../shared/match-keys.ts';

/** What a request came to, for all of its events or for one. */
export type SentOutcome = 'delivered' | 'retry' | 'paused' | 'rejected';

/** Of the events of one name that were accepted: how many, and how many of them carried each key. */
export type MatchCounts = Record<string, [count: number, keys: Partial<Record<MatchKey | ValueKey, number>>]>;

/** One request that was sent to a destination, and what it came to. */
export interface SentRequest {
  /** Epoch ms: when it was sent. */
  atMs: number;
  /** Until its answer was complete. */
  ms: number;
  /** The worst outcome of its payloads. */
  outcome: SentOutcome;
  /** Of its events, the number of the latest attempt. */
  attempt: number;
  /** HTTP; absent when there was no answer. */
  status?: number;
  /** The API's own code, and its id of the request, as its support asks for it. */
  code?: string;
  requestId?: string;
  /** The API's words, or ours where there was no answer; the first 500 characters are stored. */
  words?: string;
  /** `Delivery.seq` of the events it carried. */
  seqs: readonly number[];
  /** By outcome the `seqs` it applies to, where not every event had that of the request. */
  results?: Readonly<Partial<Record<SentOutcome, readonly number[]>>>;
  /**
   * Of events whose payloads are in several requests, where it is not their outcome in this one: what such an event came to, in
   * its last request; `open` in those before.
   */
  ended?: Readonly<Partial<Record<SentOutcome | 'open', readonly number[]>>>;
  /** `DIGEST_BYTES` for each event, in ascending order of its seq: a digest of its payloads as they were sent. */
  digests?: Uint8Array;
  match?: MatchCounts;
}

/** Of each event of a request, in the column `digests`: the beginning of a SHA-256. */
export const DIGEST_BYTES = 8;

/**
 * A request as the history shows it; or events that were settled without one: `skipped` or `dead`, with the reason as `code`,
 * of dead letters with the words of the reason.
 */
export interface HistoryRow extends Omit<SentRequest, 'outcome' | 'seqs' | 'results' | 'ended' | 'digests'> {
  id: number;
  consumer: string;
  outcome: SentOutcome | 'skipped' | 'dead';
  /** How many events it carried. */
  count: number;
  /** Their messageIds, of those that are still stored; at most 1,000. */
  messageIds: string[];
  /** By outcome how many events, where not every event had that of the request. */
  results?: Partial<Record<SentOutcome, number>>;
}

export interface HistoryQuery {
  consumer?: string;
  limit: number;
  /** The `id` of the last row of the page before. */
  before?: number;
}
