import type { ConsentState } from '../../../shared/consent.ts';
import type { Source } from '../../../shared/protected-event.ts';
import type { OrderClaim } from '../../orders/claim.ts';
import type { RedactionRequest } from '../redactions.ts';
import type { SignedBody } from '../store.ts';
import type { ClaimedPerson } from './person-links.ts';

/** What an entry carries beside its event. */
export interface Details {
  audience?: 'statistics';
  /** The event reports an order. */
  claim?: OrderClaim;
  /** Second dedup key of an event that reports no order: `checkout:<token>`. */
  key?: string;
  /** What a browser shows together with tokens of its cart or checkout: the text kept for each of them. */
  shown?: { tokens: readonly string[]; userId: string; evidence: string };
  /** Who sent it, as far as a browser is known. */
  visitor?: string;
  /** Keyed digest of the peer address; of a shop system's order, of the buyer's. */
  witness?: string;
  /** A person's user id and the digests that belong to it, where a trusted voice says so. */
  person?: { userId: string; keys: readonly string[] };
  /** The signed body it was read from. */
  webhook?: SignedBody;
  /** It asks for an erasure, and is kept apart from the events until that is carried out. */
  redaction?: RedactionRequest;
  /** What a browser says of a person. */
  claimed?: ClaimedPerson;
}

/** Whose event it is, and what it says about consent: subjects of the record, '' where there is none. */
export type Whose = [
  visitor: string,
  /** Null: there is none. */
  person: string | null,
  choice: ConsentState,
  /** When it was said, never after its receipt. */
  saidAtMs: number,
  witness: string | null,
  /** When it was said by the clock of the browser that sent it; null: unknown. */
  ownMs: number | null,
];

/** An entry as it is sent to the thread: tuples, the cheapest to clone. Times in epoch ms. */
export type AcceptRow = [
  shop: string,
  source: Source,
  messageId: string,
  receivedAtMs: number,
  body: string,
  encryptedPii: string | null,
  details: Details | null,
  whose: Whose,
];

/** A message that grants no purpose, as it is sent to the thread. */
export interface DenialRow {
  shop: string;
  source: Source;
  choice: ConsentState;
  receivedAtMs: number;
  saidAtMs: number;
  witness: string | null;
  ownMs: number | null;
  /** Of whom it is recorded; the visitor's first, '' where there is no record of it. */
  subjects: readonly string[];
  claim?: OrderClaim;
  /** What is kept as a report of the order. */
  body: string;
}
