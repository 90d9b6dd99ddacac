import type { ProtectedEvent, Source } from '../../shared/protected-event.ts';
import type { Stage } from '../orders/stages.ts';
import type { ConsentChange } from './consent-record.ts';
import type { DeliveryOutcome, DeliveryState, EventRequest } from './search-events.ts';

export interface OrderQuery {
  shop?: string;
  /** First reported at or after this, and before that; epoch ms. */
  fromMs?: number;
  toMs?: number;
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
  /** Its canonical id. */
  id: string;
  /** When it was first reported, epoch ms. */
  reportedAtMs: number;
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
   * where an order was paid after it was placed; else of the placement. State `none` where there is no such stage.
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

/** An order of one local day. */
export type DayOrder = FoundOrder;

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
  /** What browsers reported where their word makes no order. */
  evidence: { status: string; stage: Stage; receivedAtMs: number; event: ProtectedEvent }[];
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
  consents: { subject: string; changes: ConsentChange[] }[];
}
