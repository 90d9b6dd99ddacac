import type { EvidenceStatus, UnjoinedStatus } from '../../shared/evidence.ts';
import type { ProtectedEvent, Source } from '../../shared/protected-event.ts';
import type { Stage } from '../orders/stages.ts';
import type { SubjectRecord } from './consent-record.ts';
import type { DeliveryOutcome, DeliveryState, EventFilter, EventRequest } from './search-events.ts';

/** By which an order is found: all that is named must be so, of any of its events and reports. `text`: any of its names, too. */
export type OrderIds = Pick<
  EventFilter,
  'anonymousId' | 'userId' | 'emailSha256' | 'phoneSha256' | 'messageId' | 'text'
>;

export interface OrderQuery extends OrderIds {
  shop?: string;
  /** Placed at or after this, and before that; epoch ms. */
  fromMs?: number;
  toMs?: number;
  /** Reported by a voice that makes orders; false: by pages alone. */
  isConfirmed?: boolean;
  /** Of what only pages reported. */
  unjoined?: UnjoinedStatus;
  /** What the order is. */
  isPaid?: boolean;
  isCancelled?: boolean;
  /** With any of these consumers, of all where none is named, the stage that counts is in this state, for this reason. */
  consumers?: readonly string[];
  state?: DeliveryState;
  reason?: string;
  /** At most 200. */
  limit: number;
  cursor?: string;
}

/** An order as its reports have it by now. */
export interface FoundOrder {
  shop: string;
  /** Its canonical id; of what only pages reported what the first of them calls it. */
  id: string;
  /** Epoch ms; `server/orders/placed-at.ts` says whose word decides. */
  placedAtMs: number;
  /** Only pages reported it, so it does not count. Absent where a voice that makes orders did. */
  unjoined?: UnjoinedStatus;
  /** In major units, as the strongest voice states it. */
  total?: number;
  currency?: string;
  isPaid: boolean;
  isCancelled: boolean;
  isRefunded: boolean;
  /** Who reported it, the strongest first. `browser` also for evidence that joined. */
  sources: Source[];
  /**
   * Of each destination of the shop, the outcome of the stage that is the sale there: at TikTok of the payment (its purchase),
   * where an order was paid after it was placed; else of the placement. State `none` where there is no such stage. Empty for
   * what only pages reported.
   */
  outcomes: (DeliveryOutcome & { stage: 'placed' | 'paid' })[];
}

export interface OrderPage {
  orders: FoundOrder[];
  nextCursor?: string;
}

/** The latest orders of a shop. */
export interface JoinedOrdersQuery {
  shop: string;
  /** First reported at or after this, epoch ms. */
  fromMs: number;
  /** How many are looked at. */
  most: number;
}

/** How many orders there are, and how many of them a browser reported beside a trusted voice. */
export interface JoinedOrders {
  orders: number;
  joined: number;
}

export interface OrderDetail extends FoundOrder {
  /** Every name it goes by; `isTrusted`: a trusted voice gave it. */
  names: { name: string; isTrusted: boolean }[];
  /** Oldest first. `isReduced`: past the retention, with ids and amounts alone. */
  reports: {
    source: Source;
    stage: Stage;
    receivedAtMs: number;
    isReduced: boolean;
    event: ProtectedEvent;
  }[];
  /** What browsers reported where their word makes no order, oldest first. */
  evidence: {
    status: EvidenceStatus;
    receivedAtMs: number;
    event: ProtectedEvent;
  }[];
  /** What destinations are sent. The event is absent once it is removed. */
  stages: {
    stage: Stage;
    /** The id of a refund. */
    part?: string;
    seq: number;
    event?: ProtectedEvent;
    outcomes: DeliveryOutcome[];
    requests: EventRequest[];
  }[];
  /** The records of those who belong to it, by subject, the changes oldest first. */
  consents: SubjectRecord[];
}
