import type { EvidenceStatus } from '../../shared/evidence.ts';
import type { MessageType } from '../../shared/names.ts';
import type { ProtectedEvent, Source } from '../../shared/protected-event.ts';
import type { HistoryRow } from './history.ts';

/**
 * Where one event is with one destination. `waiting`: not tried yet, or held; `retry`: tried, and due again; `none`: settled
 * before the history began or after it was removed, or stored before the destination was added.
 */
export type DeliveryState = 'waiting' | 'retry' | 'delivered' | 'skipped' | 'dead' | 'none';

/** What became of one event at one destination. Times in epoch ms. */
export interface DeliveryOutcome {
  /** The consumer's name. */
  consumer: string;
  state: DeliveryState;
  /** Why it is skipped, is a dead letter or waits for a retry. */
  reason?: string;
  /** When it came to this. */
  atMs?: number;
  /** Of what was sent, the number of the attempt; of a retry, of the next one. */
  attempt?: number;
  /** When it is due again, or its hold ends. */
  dueAtMs?: number;
  /** Of a dead letter: the answer of the API, in its own words. */
  words?: string;
}

/** The API accepted it; what the ledger knows as sent was accepted by an earlier request. */
export const isAccepted = ({ state, reason }: Pick<DeliveryOutcome, 'state' | 'reason'>): boolean =>
  state === 'delivered' || reason === 'already-sent';

/** Which outcomes are looked for: those at any of the consumers (of all, where none is named) of which all that is named holds. */
export interface OutcomeFilter {
  consumers?: readonly string[];
  states?: readonly DeliveryState[];
  reason?: string;
  /** The words of a group of dead letters; empty for one that has none. */
  words?: string;
  /** When it came to this: at or after the one and before the other, epoch ms. Of skipped events the whole hours. */
  settledFromMs?: number;
  settledToMs?: number;
}

/** Which events are looked for: all that is named must be so. */
export interface EventFilter extends OutcomeFilter {
  shop?: string;
  /** Any name of an order, without `#`. */
  order?: string;
  anonymousId?: string;
  userId?: string;
  /** SHA-256 in hex, of any form that is stored, wherever in the event it stands: of which of the two it is, is not asked. */
  emailSha256?: string;
  phoneSha256?: string;
  messageId?: string;
  /** Any of the above: what somebody typed. */
  text?: string;
  type?: MessageType;
  /** The name of a track event, exactly. */
  name?: string;
  source?: Source;
  /** Received at or after this, and before that; epoch ms. */
  fromMs?: number;
  toMs?: number;
}

export interface EventQuery extends EventFilter {
  /** At most 200. */
  limit: number;
  /** `nextCursor` of the page before. */
  cursor?: string;
}

export interface FoundEvent {
  /** The event's number in the store. */
  seq: number;
  receivedAtMs: number;
  event: ProtectedEvent;
  /**
   * A report of an order or a checkout that statistics count; destinations are sent another event of it. Lists leave it out,
   * but for `messageId`.
   */
  isReport?: true;
  /** One for each destination of the shop, in their order; empty for a report. */
  outcomes: DeliveryOutcome[];
}

/** One page, newest first. It may be shorter than asked for, or empty: there is more while there is a cursor. */
export interface EventPage {
  events: FoundEvent[];
  nextCursor?: string;
}

/** A request that carried an event, or what was settled without one. */
export interface EventRequest extends Omit<HistoryRow, 'messageIds'> {
  /** The outcome of this event, where it is not the row's. */
  ownOutcome?: string;
  /** The first 8 bytes of SHA-256 of this event's payloads as they were sent, in hex. */
  digest?: string;
}

export interface EventDetail extends FoundEvent {
  /** What became of a browser's report where its word makes no order. No destination is sent it; its `seq` is 0. */
  evidence?: { status: EvidenceStatus; orderId?: string };
  /** Oldest first. */
  requests: EventRequest[];
}
