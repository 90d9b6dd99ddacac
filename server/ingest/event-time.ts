import type { Message } from '../../shared/message.ts';

const FUTURE_TOLERANCE_MS = 5 * 60_000;
/** Earlier years need six digits and a sign in ISO 8601, which destinations do not parse. */
const EARLIEST_MS = Date.parse('0000-01-01T00:00:00Z');

/**
 * When the message happened, in epoch ms, corrected for the sender's clock: `receivedAt` minus the time between
 * `timestamp` and `sentAt`, which is right on any clock. Without `sentAt` the timestamp is used as sent.
 *
 * @param batchSentAt `sentAt` of the batch, used for messages without one.
 * @returns `receivedAtMs` when there is no timestamp, or when the result is before year 0 or over five minutes ahead.
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

/** ISO 8601 → epoch ms; a time without an offset is UTC. */
export const epochMs = (iso: string) => Date.parse(hasOffset.test(iso) ? iso : `${iso}Z`);
