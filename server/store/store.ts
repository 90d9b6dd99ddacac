import type { ConsentState } from '../../shared/consent.ts';
import type { UnjoinedStatus } from '../../shared/evidence.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import type { DeadLetterReason, RetryReason, SkipReason } from '../../shared/reasons.ts';
import type { OrderClaim } from '../orders/claim.ts';
import type { Audit } from './audit.ts';
import type { ConsentChange, RecordedNow } from './consent-record.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { Facts } from './facts.ts';
import type { HistoryQuery, HistoryRow, SentRequest } from './history.ts';
import type { HourlyCounts } from './hourly-counts.ts';
import type { Jobs } from './jobs.ts';
import type { Ledger } from './ledger.ts';
import type { Erased, Exported, PersonQuery } from './person.ts';
import type { RedactionRequest, RedactionStore } from './redactions.ts';
import type { WorkerStates } from './worker-states.ts';

export type { DeadLetter } from './dead-letter.ts';
export { DataDirUnusable, LogUnavailable } from './errors.ts';
export { MAX_FACT_LENGTH } from './facts.ts';

/** One event on its way into the store. What is not in its text is kept beside it. */
export interface Entry {
  event: ProtectedEvent;
  /** Encrypted raw values; deleted once every consumer that decrypts them has settled the event. */
  encryptedPii?: string;
  /** Counted by statistics alone; no destination is sent it. Default: for everybody. */
  audience?: 'statistics';
  /** The event reports an order. */
  claim?: OrderClaim;
  /** Tokens of carts, checkouts and orders that a browser shows; none of them can be guessed. */
  tokens?: readonly string[];
  /** Keyed digest of the peer address (`witnessOf`); of a shop system's order, of the buyer's address. Of an event that
   * reports no order only for the bound of new consent records. */
  witness?: string;
  /** When it was said by the clock of the browser that sent it, epoch ms. */
  ownMs?: number;
  /** The signed body of the webhook it was read from. */
  webhook?: SignedBody;
  /** It asks for an erasure: it is kept as a redaction, and is no event. */
  redaction?: RedactionRequest;
}

/** What is recorded of a signed webhook: SHA-256 of its body in hex, and the topic, which is not signed. */
export interface SignedBody {
  digest: string;
  topic: string;
}

/**
 * A message that grants no purpose. No event is stored of it: what it denies is recorded, and what proves that its sender
 * belongs to an order.
 */
export interface Denial {
  shop: string;
  source: 'browser' | 'server';
  messageId: string;
  choice: ConsentState;
  /** Epoch ms. */
  receivedAtMs: number;
  /** When it was said, epoch ms; a later time than `receivedAtMs` counts as that. */
  saidAtMs: number;
  anonymousId?: string;
  userId?: string;
  /** The person's own. */
  emailSha256?: string;
  /** What it shows of carts, checkouts and orders. */
  tokens?: readonly string[];
  /** SHA-256 of such a token, hex, where the sender keeps the token itself back. */
  tokenDigests?: readonly string[];
  /** It reports an order. */
  claim?: OrderClaim;
  witness?: string;
  /** When it was said by the clock of the browser that sent it, epoch ms. */
  ownMs?: number;
}

/** What became of one entry. `isStored` is false for a duplicate, and for a report that adds nothing to its order. */
export interface Accepted {
  isStored: boolean;
  /** The order's canonical id, where the entry belongs to an order. */
  orderId?: string;
  /** A browser's report where its word makes no order: kept as evidence, and delivered nowhere. */
  isEvidence?: true;
  /** A browser's word made an order only because the shop system has not reported any yet. */
  isProvisional?: true;
  /**
   * A page's order that came after the merge window of an order the store knows, or belongs by its name alone to one that
   * has another id: a pixel that the page mirrors would count it again. `again`: the same message was answered before.
   */
  unmatched?: 'now' | 'again';
  /** A redaction whose body was received under another topic before; nothing was stored. */
  isRefused?: true;
}

/** What became of a browser's report that joined no order: the order is known, or it is not. */
export type EvidenceOutcome = Exclude<UnjoinedStatus, 'open'>;

/** A browser's report of an order that waits. `isKnown`: a trusted voice reported an order of that name. */
export interface OpenEvidence {
  id: number;
  receivedAtMs: number;
  isKnown: boolean;
}

/** How orders are made at one shop. */
export interface ShopOrders {
  /** Whose word makes an order; `platform` acts as `browser` until the shop system has reported its first. */
  ordersFrom: 'platform' | 'server' | 'browser';
  /** How long an order waits for evidence after its first report, in ms. */
  mergeMs: number;
  /** The shop system reports orders. */
  hasPlatform: boolean;
  /** How long evidence waits for a trusted voice, in ms; default 0. */
  confirmMs?: number;
}

/** One destination's progress through one shop's events. Every consumer is named when the log opens. */
export interface Consumer {
  name: string;
  shop: string;
  /** Its deliveries carry `encryptedPii`. */
  decryptsPii: boolean;
  /** Which stages of an order count as its sale there. Default: the placement. */
  saleStages?: readonly ('placed' | 'paid')[];
  /** Destinations are sent an order's stages; statistics count its reports. */
  audience: 'destinations' | 'statistics';
}

/**
 * An append-only log. Every destination is a consumer with its own progress, so the cost of an append does not depend
 * on the number of destinations.
 */
export interface Store extends Facts, Jobs, WorkerStates, HourlyCounts, Ledger, RedactionStore, Audit {
  /**
   * One transaction: dedup, order identity, what proves it, the events. Resolves once all of it would survive a power
   * cut, with one answer per entry. A messageId is a duplicate when the same voice used it within its window, a stage of
   * an order when it was reported before. An empty list resolves at once.
   *
   * What the entries say about consent is recorded in the same transaction, also for duplicates: of a browser under its
   * anonymous id, unless that can be guessed; of trusted voices also under the user id. For each purpose the latest
   * statement counts, by its `timestamp`; of two at one time the stricter.
   *
   * @throws {LogUnavailable} when nothing could be stored (disk full, closed); then nothing was.
   */
  accept(entries: readonly Entry[]): Promise<Accepted[]>;
  /** Records choices of messages that are not stored. One transaction; what was denied before changes nothing. @throws {LogUnavailable} */
  deny(denials: readonly Denial[]): Promise<void>;
  /** What was said by a visitor or about a person under this id, oldest first; at most the latest 20 changes of each. */
  consentHistory(shop: string, id: string): Promise<ConsentChange[]>;
  /** What a lease of this event would apply now; it leases nothing. @param seq `Delivery.seq`; of an event that is gone nothing is recorded. */
  recordedOf(seq: number): Promise<RecordedNow>;
  /** True when a message without a choice has a purpose granted by the record. */
  hasGrant(event: ProtectedEvent): Promise<boolean>;
  /** The keyed digest that stands for a peer address: of IPv6 the /64 network; undefined when it is no address. */
  witnessOf(address: string | undefined): string | undefined;

  /**
   * Leases up to `max` due deliveries to this caller, oldest first, each under the consent that is recorded by now (for
   * statistics: by the time the event happened). Several workers may lease for one consumer; each
   * event is with one at a time. A lease not settled within the log's lease time is due again; after a restart
   * everything unsettled except held events is due at once, oldest first.
   *
   * @throws {LogUnavailable} when the lease could not be stored; then nothing was leased.
   * @throws {RangeError} for a consumer the log was not opened with. So do all methods that name a consumer, except
   *   those for dead letters.
   */
  lease(consumer: string, max: number): Promise<Delivery[]>;

  /**
   * Adds to what is settled in this turn of the event loop: what its deliveries came to and this
   * are one transaction. While the disk is full it is tried again until it succeeds.
   */
  settle(consumer: string, settled: Settled): void;

  /** Requests that were sent and what was settled without one, newest first, of one consumer or of all. */
  history(query: HistoryQuery): Promise<HistoryRow[]>;

  /** Makes every delivery of this consumer that waits for a retry due now. Held events stay held. */
  requeueNow(consumer: string): Promise<void>;

  /**
   * When the next delivery of this consumer becomes due, epoch ms: now when one is due already, else the end of a retry
   * delay, a lease or a hold; undefined when nothing waits.
   */
  nextDueMs(consumer: string): Promise<number | undefined>;

  /**
   * Calls `listener` after each append that stored something, and when events are replayed or requeued. Returns a function
   * that removes it.
   *
   * @param shop of whose events; default: of any shop.
   */
  onAppended(listener: () => void, shop?: string): () => void;
  /** Calls `listener` each time that something settled has become durable. Returns a function that removes it. */
  onSettled(listener: () => void): () => void;

  depth(consumer: string): Promise<Depth>;

  /** Newest first; `before` is the `id` of the last row of the page before. */
  deadLetters(query: { consumer?: string; limit: number; before?: number }): Promise<DeadLetter[]>;
  /** Requeues dead letters as first attempts. Returns how many. @param action of `beginAction`: it counts them. */
  replayDeadLetters(selection: DeadLetterSelection, action?: number): Promise<number>;
  /** Deletes dead letters. Returns how many. @param action as above. */
  discardDeadLetters(selection: DeadLetterSelection, action?: number): Promise<number>;

  /**
   * Requeues everything received since a time, epoch ms, as first attempts, dead letters of that time included. What is
   * queued already keeps its place. Returns how many events were requeued.
   */
  replaySince(consumer: string, sinceMs: number): Promise<number>;
  /**
   * Requeues events as first attempts, whatever became of them at this consumer: dead letters, skipped and delivered ones, and
   * those stored before it was added. An order that is still held is due when its hold ends. A destination sends them under the
   * same ids, and asks its ledger as before.
   *
   * @param seqs `Delivery.seq` of the events.
   */
  requeue(consumer: string, seqs: readonly number[], options?: RequeueOptions): Promise<Requeued>;

  /** These ids, and the ids and digests that trusted voices linked to them as the same person's. */
  personOf(shop: string, ids: readonly string[]): Promise<string[]>;
  /**
   * Removes everything of a person, and of browsers that are theirs alone. Somebody else's event that mentions the
   * person loses the digest. Dedup keys stay, as digests: an erased order is not stored again.
   */
  erase(shop: string, query: PersonQuery): Promise<Erased>;
  /** What `erase` would remove. */
  exportPerson(shop: string, query: PersonQuery): Promise<Exported>;
  /** Removes everything of a shop, dedup keys included. Returns how many events. */
  purge(shop: string): Promise<number>;
  /**
   * Moves what waits for a destination longer than `EXPIRES_MS` to its dead letters, as `expired`; a replay begins to wait
   * anew. A delivery that is leased is left to its caller. Returns how many, by consumer.
   */
  expire(): Promise<Record<string, number>>;
  /**
   * Removes what is past its time: dead letters, events that every consumer has settled, dedup keys, history, what is
   * known of orders, and the ledger's keys. What waits stays. Returns how many events.
   */
  retain(): Promise<number>;

  /** Browsers' reports received before a time, epoch ms, that belong to no order yet; oldest first. */
  openEvidence(shop: string, beforeMs: number, limit: number): Promise<OpenEvidence[]>;
  /** Closes evidence that is still open. Returns how many. */
  closeEvidence(ids: readonly number[], outcome: EvidenceOutcome): Promise<number>;
  /** Since a time, epoch ms: how many orders only browsers reported, and whether any order was confirmed. */
  unconfirmedOrders(shop: string, sinceMs: number): Promise<{ evidence: number; hasOrder: boolean }>;

  /** Writes a row and resolves once it is durable, with the settings in effect. @throws {LogUnavailable} */
  check(): Promise<Durability>;
  /** Waits for everything under way, then releases the data directory. Can be called again. */
  close(): Promise<void>;
}

/** How the engine makes events durable, and what it knows to be lost. */
export interface Durability {
  /** As SQLite's `PRAGMA synchronous` names it; anything but `full` or `extra` breaks the promise of `append`. */
  synchronous: 'off' | 'normal' | 'full' | 'extra';
  /** Events that were stored and were gone at a later start, oldest first; empty when none are known to be lost. */
  gaps: readonly Gap[];
  /** What the database takes, where it is no file of this machine. */
  bytes?: number;
}

/** A range of events lost with a damaged or truncated file. Events are numbered in the order they were stored. */
export interface Gap {
  from: number;
  to: number;
  /** ISO 8601: when the last event before them was received; absent when there is none. */
  receivedAfter?: string;
  /** ISO 8601: when the last of them was received. */
  receivedUntil: string;
}

/** Callbacks for what the log does. */
export interface LogWatch {
  /** After each transaction, with its duration, fsync included. */
  committed(seconds: number): void;
  /** After each append, with the bytes of the stored events as they are on disk. */
  appended(bytes: number): void;
  /** While the files of an earlier version are upgraded at a start: the step, and how many of its rows are done. */
  upgrading(step: string, done: number): void;
  /** Once, at the start that found the gap. */
  gapFound(range: Gap): void;
  /** New consent records beyond the bound of their sender's address. */
  consentsRefused(count: number): void;
  /** At a start whose high-water mark is absent or damaged: a gap from before cannot be detected. */
  highWaterMarkLost(): void;
  /** How far the machine's clock is ahead of the database's, in ms; negative: behind. While it is more than a few seconds. */
  clockDiffers(aheadMs: number): void;
}

/** What requests of one consumer came to, beside their deliveries. */
export interface Settled {
  /** Ledger keys that the API accepted, with its id for each. */
  confirmed: readonly { key: string; remoteId?: string }[];
  /** Reserved keys that were certainly not accepted; confirmed ones stay. */
  released: readonly string[];
  requests: readonly SentRequest[];
}

/** One event leased to one consumer. Exactly one of ack, skip, retry, deadLetter settles it; later calls do nothing. */
export interface Delivery {
  /** Without what the consent record denies. */
  event: ProtectedEvent;
  /** The stored event cannot be parsed: `event` is empty, and once that is read the delivery is a dead letter. */
  isDamaged: boolean;
  /** The event's number in this store. */
  seq: number;
  /** The event was stored with an order's key. Known without parsing the event. */
  isOrder: boolean;
  /** Present only for consumers that decrypt PII, while it is stored. */
  encryptedPii?: string;
  /** 1 on the first attempt. */
  attempt: number;
  /** Epoch ms: when it was received, or replayed. */
  waitingSinceMs: number;
  /** Epoch ms of the first attempt with an unknown outcome: sent without an answer, or its process died. */
  uncertainSinceMs?: number;
  /** False once anybody the event is about denied a purpose since it was leased. Known without waiting. */
  isCurrent(): boolean;
  ack(): void;
  /** Correctly not sent. */
  skip(reason: SkipReason): void;
  /** @param uncertain the request may have arrived. */
  retry(delayMs: number, reason: RetryReason, uncertain?: boolean): void;
  /** @param answer the API's own words; the first 2,000 characters are stored. */
  deadLetter(reason: DeadLetterReason, answer?: string): void;
}

export interface Depth {
  /** Events not settled yet: new, leased, waiting for a retry, held. */
  waiting: number;
  deadLetters: number;
  /** How long the oldest event waits: since it was received or replayed; 0 when nothing waits. */
  oldestAgeMs: number;
}

/** By row ids; or of one consumer those of these events, or all. */
export type DeadLetterSelection = { ids: number[] } | { consumer: string; seqs?: readonly number[] };

export interface RequeueOptions {
  /**
   * What somebody was shown of them. What is another by now stays as it is: two operators who send the same again send it once.
   * `isDead`: they were dead letters. Else they were settled otherwise, and the last row of the history that was known then was
   * `historyId`. Absent: they are requeued whatever became of them.
   */
  shown?: { isDead: boolean; historyId: number };
  /** Of `beginAction`: each step counts there what it requeued. */
  action?: number;
}

/** What became of events that were to be sent again. Each is counted once, however often it was named. */
export interface Requeued {
  requeued: number;
  /** They wait already, and keep their place. */
  queued: number;
  /** No longer stored, or not for this consumer. */
  notFound: number;
  /** They came to something else since they were shown. */
  changed: number;
}
