import type { Message } from '../../shared/message.ts';
import { EARLIEST_MS } from '../../shared/time.ts';

const FUTURE_TOLERANCE_MS = 5 * 60_000;

/**
 * When the message happened, in epoch ms, corrected for the sender's clock: `receivedAt` minus the time between
 * `timestamp` and `sentAt`, which is right on any clock. Without `sentAt` the timestamp is used as sent.
 *
 * @param batchSentAt `sentAt` of the batch, used for messages without one.
 * @returns `receivedAtMs` when there is no timestamp, or when the result is before 2001-09-09 or over five minutes ahead.
 */
export function happenedAtMs(
  message: Message,
  receivedAtMs: number,
  batchSentAt: string | undefined,
): number {
  const timestamp = message.timestamp ?? message.originalTimestamp;
  if (timestamp === undefined) return receivedAtMs;
  const sentAt = message.sentAt ?? batchSentAt;
  const skewMs = sentAt === undefined ? 0 : receivedAtMs - epochMs(sentAt);
  const correctedMs = epochMs(timestamp) + skewMs;
  const isPlausible = correctedMs >= EARLIEST_MS && correctedMs <= receivedAtMs + FUTURE_TOLERANCE_MS;
  return isPlausible ? correctedMs : receivedAtMs;
}

/**
 * When the message was said by its browser's own clock, epoch ms; undefined where it states no time. Two messages of one
 * browser are in this order, however long their requests took.
 */
export function ownTimeMs({ timestamp, originalTimestamp }: Message): number | undefined {
  const stated = timestamp ?? originalTimestamp;
  return stated === undefined ? undefined : epochMs(stated);
}

const hasOffset = /(Z|[+-]\d{2}:?\d{2})$/i;

/** A time of a message that was read, which is ISO 8601 → epoch ms; without an offset it is UTC. */
export const epochMs = (iso: string) => Date.parse(hasOffset.test(iso) ? iso : `${iso}Z`);
