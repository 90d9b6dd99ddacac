import type { ProtectedEvent } from '../../shared/protected-event.ts';
import type { DeadLetterReason, RetryReason } from '../../shared/reasons.ts';

export { DataDirUnusable, LogUnavailable } from './errors.ts';

/** One event on its way into the log. `sealed` and `holdUntilMs` are kept beside the event, not in it. */
export interface Append {
  event: ProtectedEvent;
  /** Sealed raw values; deleted once every consumer that opens seals has settled the event. */
  encryptedPii?: string;
  /** Epoch ms before which no consumer may take it, but for one that ignores holds. */
  holdUntilMs?: number;
}

/** One destination's progress through one shop's events. Every consumer is named when the log opens. */
export interface Consumer {
  name: string;
  shop: string;
  decryptsPii: boolean;
  /** Takes what is held at once, as if it were not. */
  ignoresHolds?: boolean;
}

/**
 * An append-only log. Every destination is a consumer with its own progress, so appending costs the same for one
 * destination as for ten.
 */
export interface EventLog {
  /**
   * Resolves once the events would survive a power cut. A messageId (or an order's key) seen within its window, or
   * earlier in the same call, counts as duplicate and is not stored again. An empty list resolves at once.
   *
   * @throws {LogUnavailable} when nothing could be stored (disk full, closed); then nothing was.
   */
  append(entries: readonly Append[]): Promise<{ stored: number; duplicates: number }>;

  /**
   * Leases up to `max` due deliveries to this caller, oldest first. Several workers may take for one consumer; each
   * event is with one at a time. A lease not settled within the log's lease time is given out again; after a restart
   * everything unsettled but held is due at once, oldest first.
   *
   * @throws {LogUnavailable} when the lease could not be written down; then nothing was leased.
   * @throws {RangeError} for a consumer the log was not opened with, here and wherever one is named but for dead letters.
   */
  lease(consumer: string, max: number): Promise<Delivery[]>;

  /** Makes everything that waits for a retry at this consumer due now. Held events stay held. */
  requeueNow(consumer: string): Promise<void>;

  /**
   * When the next delivery of this consumer becomes due, epoch ms: now when something is due already, the end of a lease
   * or of a hold included; undefined when nothing waits.
   */
  nextDueMs(consumer: string): Promise<number | undefined>;

  /** Calls back after each append that stored something. Returns how to stop. */
  onAppended(listener: () => void): () => void;

  depth(consumer: string): Promise<Depth>;

  /** Newest first; `before` is the `id` of the last row seen. */
  deadLetters(query: { consumer?: string; limit: number; before?: number }): Promise<DeadLetter[]>;
  /** Puts dead letters back in line as first tries. Answers how many. */
  replayDeadLetters(selection: DeadLetterSelection): Promise<number>;
  /** Forgets dead letters. Answers how many. */
  discardDeadLetters(selection: DeadLetterSelection): Promise<number>;

  /**
   * Delivers again everything received since a time, epoch ms, as first tries; dead letters of that time included, what
   * waits already left where it is. Answers how many events were put back in line.
   */
  replaySince(consumer: string, sinceMs: number): Promise<number>;

  /**
   * Removes every event, seal, waiting delivery and dead letter of a person, and of every id linked to theirs by an
   * event. What counts as duplicate stays, as digests.
   */
  erase(shop: string, id: string): Promise<Erased>;
  /** Removes everything of a shop, what counts as duplicate too. Answers how many events. */
  purge(shop: string): Promise<number>;
  /** Removes events older than the retention that every consumer has settled, and dedup keys past their window. */
  retain(): Promise<number>;

  /** Resolves when a write would be durable now, with what is done for it. @throws {LogUnavailable} */
  check(): Promise<Durability>;
  /** Waits for everything under way, then lets the data directory go. May be called again. */
  close(): Promise<void>;
}

/** What the engine does before it calls an event stored. */
export interface Durability {
  /** As the live connection answers `PRAGMA synchronous`; anything but `full` or `extra` breaks the promise. */
  synchronous: 'off' | 'normal' | 'full' | 'extra';
  /** What was stored once and was gone at a later start, oldest first; empty when nothing is known to be missing. */
  gaps: readonly Gap[];
}

/** A range of events that a damaged or truncated file has lost. They are numbered in the order they were stored. */
export interface Gap {
  from: number;
  to: number;
  /** ISO 8601: when the last event before them was received; absent when there is none. */
  receivedAfter?: string;
  /** ISO 8601: when the last of them was received. */
  receivedUntil: string;
}

/** Told what the log does, while it does it. */
export interface LogWatch {
  /** One transaction, fsync included. */
  committed(seconds: number): void;
  /** Bytes of events stored, as they lie on disk. */
  appended(bytes: number): void;
  /** Told once, at the start that found it. */
  gapFound(range: Gap): void;
  /** The file that would tell what is missing says nothing any more: nothing can be told of the time before. */
  highWaterMarkLost(): void;
}

/** One event leased to one consumer. Exactly one of ack, retry, deadLetter settles it; later calls do nothing. */
export interface Delivery {
  event: ProtectedEvent;
  /** The event was stored with an order's key. Known without reading the event. */
  isOrder: boolean;
  /** Present only for consumers that open seals, while the seal exists. */
  encryptedPii?: string;
  /** 1 on the first try. */
  attempt: number;
  /** Epoch ms of the first try whose outcome is unknown: sent without answer, or its worker or process vanished. */
  uncertainSinceMs?: number;
  ack(): void;
  /** @param uncertain the request may have arrived. */
  retry(delayMs: number, reason: RetryReason, uncertain?: boolean): void;
  /** @param answer the API's own words, at most 2,000 characters are kept. */
  deadLetter(reason: DeadLetterReason, answer?: string): void;
}

export interface Depth {
  /** Events not settled yet: new, leased, waiting for a retry, held. */
  waiting: number;
  deadLetters: number;
  /** Age of the oldest waiting event by `receivedAt`; 0 when nothing waits. */
  oldestAgeMs: number;
}

export interface DeadLetter {
  id: number;
  consumer: string;
  event: ProtectedEvent;
  reason: DeadLetterReason;
  answer?: string;
  attempt: number;
  /** ISO 8601. */
  at: string;
}

/** By row ids, or everything of one consumer. */
export type DeadLetterSelection = { ids: number[] } | { consumer: string };

export interface Erased {
  events: number;
  /** Every id found to belong to the person: anonymous ids, user ids, email digests. */
  ids: string[];
  /** The user ids among them, for those who must be told. */
  userIds: string[];
}
