import type { Context, Message } from '../../../shared/message.ts';
import { compact } from '../../destinations/values.ts';
import { protectId } from '../../privacy/protect.ts';

/** Who a payload is about. What is personal stands in the context's traits, where `protect` looks for it. */
export interface Who {
  userId?: string;
  anonymousId?: string;
  context: Context;
}

/** What a payload says, as a message, before anything personal is taken out of it. */
export interface Mapped {
  message: Extract<Message, { type: 'track' }>;
  /** Counted once under it. */
  orderKey?: string;
  /** No destination is told. */
  only?: 'statistics';
}

/** A payload of which nothing can be made: what it lacks, for the log. */
export interface Unusable {
  lacks: string;
}

export const isUnusable = (mapped: Mapped | Unusable): mapped is Unusable => 'lacks' in mapped;

export function track(
  event: string,
  messageId: string,
  timestamp: string | undefined,
  { context, ...ids }: Who,
  properties: object,
): Mapped['message'] {
  return {
    type: 'track',
    event,
    messageId,
    ...ids,
    ...(timestamp && { timestamp }),
    context,
    properties: { ...compact(properties) },
  };
}

/** `order:<id>:cancelled`; an id that somebody built from an email is its digest. */
export const keyOf = (kind: 'order' | 'refund' | 'checkout', id: string, stage = '') =>
  `${kind}:${protectId(id)}${stage}`;
