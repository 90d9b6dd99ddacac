import type { ProtectedEvent } from '../../shared/protected-event.ts';
import type { DescribedConsent } from './consent-record.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { HistoryRow } from './history.ts';

/** Whom an erasure or an export is about. */
export interface PersonQuery {
  /** User ids, digests of emails and phones, and ids of any kind that were asked for. */
  ids: readonly string[];
  /** Anonymous ids that were named. */
  browsers?: readonly string[];
  /** Browsers that may be theirs alone, as far as is known elsewhere. */
  candidates?: readonly string[];
  /** Browsers that are known to be others' as well. */
  shared?: readonly string[];
  /** Names of orders that were named, without `#`. */
  orders?: readonly string[];
}

/** What was found of a person. */
export interface PersonFound {
  /** False when the store has nothing of the person. */
  isFound: boolean;
  /** Their user ids, as events or orders show them. */
  userIds: string[];
  /** Browsers that are theirs alone. */
  browsers: string[];
  /** Canonical ids of their orders. */
  orders: string[];
  /** Linked by nothing but what browsers claim. None of this is followed; it may be named. */
  claimed: { userIds: string[]; browsers: string[] };
}

export interface Erased extends PersonFound {
  /** How many events were removed. */
  events: number;
  /** How many events of others lost a digest or an id of the person. */
  mentions: number;
  /** Of the removed events. */
  messageIds: string[];
}

/** Everything the store holds of a person. */
export interface Exported extends PersonFound {
  /** `encryptedPii`: while it is stored. `mentions`: the event is somebody else's. */
  events: { event: ProtectedEvent; encryptedPii?: string; mentions?: true }[];
  /** Each with its names and the reports it is made of. */
  orderReports: { orderId: string; names: string[]; reports: ProtectedEvent[] }[];
  /** Orders of browsers where their word makes none. */
  evidence: { status: string; event: ProtectedEvent }[];
  /** What their browsers showed together with tokens of a cart or checkout. */
  views: { tokens: string[]; at: string; shown: unknown }[];
  consents: DescribedConsent[];
  /** Digests and ids that trusted voices linked to their user ids. */
  links: { userId: string; key: string; at: string }[];
  deadLetters: DeadLetter[];
  /** Requests that carried their events. */
  deliveries: HistoryRow[];
  /** What was sent once to an API that cannot deduplicate. */
  ledger: { consumer: string; key: string; remoteId?: string }[];
}
