/** One request that was sent to a destination, and what it came to. */
export interface SentRequest {
  /** Epoch ms: when it was sent. */
  atMs: number;
  /** Until its answer was complete. */
  ms: number;
  /** The worst outcome of its payloads. */
  outcome: 'delivered' | 'retry' | 'paused' | 'rejected';
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
}

/** A request as the history shows it. */
export interface HistoryRow extends Omit<SentRequest, 'seqs'> {
  id: number;
  consumer: string;
  /** How many events it carried. */
  count: number;
  /** Their messageIds, of those that are still stored; at most 1,000. */
  messageIds: string[];
}

export interface HistoryQuery {
  consumer?: string;
  limit: number;
  /** The `id` of the last row of the page before. */
  before?: number;
}
