import { orderNames, orderTokens, readId } from '../../shared/order-ids.ts';
import { readNumber } from '../../shared/order-value.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { type Stage, stageOf } from './stages.ts';

/** What one report shows of its order: what it calls it, and what proves that its sender belongs to it. */
export interface OrderClaim {
  stage: Stage;
  /** Ids and numbers, the order's id first. All of them can be guessed. Empty: the report names no order. */
  names: string[];
  /** Tokens of the cart, the checkout and the order: only somebody who saw one of these knows them. */
  tokens: string[];
  /** The id of a refund; empty for every other stage. */
  part: string;
  /** The report says that the order is cancelled, whatever stage it reports. */
  isCancelled: boolean;
  /** A refund of 0: no money has moved, or could not be moved. It adds no stage until a later report states an amount. */
  isOfNothing?: true;
  /** `Order Placed`: names an order like a report of it, but adds no stage; of a trusted voice it is an event like others. */
  isNotice?: true;
  /**
   * True: a report without the order's total, which its sender is asked for; the order waits until another report has it.
   * False: the same report again, because its sender does not have it; the order waits no longer.
   */
  awaitsTotal?: boolean;
  userId?: string;
}

/** Undefined for an event that reports no order. */
export function readClaim(event: ProtectedEvent): OrderClaim | undefined {
  const isNotice = event.type === 'track' && event.event === 'Order Placed';
  const stage = isNotice ? 'placed' : stageOf(event);
  if (stage === undefined) return undefined;
  const { properties, identity, messageId } = event;
  return {
    stage,
    names: orderNames(properties),
    tokens: orderTokens(properties),
    part: stage === 'refunded' ? (readId(properties.refund_id) ?? messageId) : '',
    isCancelled: stage === 'cancelled' || readId(properties.cancelled_at) !== undefined,
    ...(stage === 'refunded' && readNumber(properties.total) === 0 && { isOfNothing: true as const }),
    ...(identity.userId !== undefined && { userId: identity.userId }),
    ...(isNotice && { isNotice }),
  };
}
