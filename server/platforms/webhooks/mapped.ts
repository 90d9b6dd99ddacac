import type { Context, Message } from '../../../shared/message.ts';
import { compact } from '../../destinations/values.ts';
import { sha256 } from '../../privacy/hash.ts';

/** The person a payload is about. Personal data is in the context's traits, where `protect` removes it. */
export interface Subject {
  userId?: string;
  anonymousId?: string;
  account?: Account;
  context: Context;
}

/** The contacts of the account that a user id belongs to, as the shop system states them. */
export interface Account {
  email?: string | undefined;
  phone?: string | undefined;
}

/** A payload as a message, still with personal data in it. */
export interface Mapped {
  message: Extract<Message, { type: 'track' }>;
  account?: Account | undefined;
  /** Counted by statistics alone; no destination is sent it. */
  audience?: 'statistics';
  /** Tokens of the order beside those in the message's properties. No destination is sent them. */
  tokens?: string[];
  /** What the shop system states of its customer's consent to marketing. Where the customer chose, that counts. */
  acceptsMarketing?: boolean | undefined;
}

/** A payload that cannot be mapped; `lacks` names the missing field, for the log. */
export interface Unusable {
  lacks: string;
}

/** A payload that is no web event; it is answered like one that is not used. */
export interface NoWebEvent {
  isNoWebEvent: true;
}

/** What becomes of a payload. */
export type MapResult = Mapped | Unusable | NoWebEvent;

export const isMapped = (result: MapResult): result is Mapped => 'message' in result;

export function track(
  event: string,
  messageId: string,
  timestamp: string | undefined,
  { context, account: _, ...ids }: Subject,
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

const PLAIN = /^[\w.:-]{1,80}$/;

/** The message ID of a webhook, the same for every resend: `<platform>:<id>`, or a digest of an unusual id. */
export const messageIdOf = (platform: string, id: string) =>
  `${platform}:${PLAIN.test(id) ? id : sha256(id)}`;
