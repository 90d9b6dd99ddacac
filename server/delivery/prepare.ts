import { hash } from 'node:crypto';
import type { ProtectedEvent, RawPii } from '../../shared/protected-event.ts';
import type { DeadLetterReason, RetryReason, SkipReason } from '../../shared/reasons.ts';
import type { Bots } from '../config/config.ts';
import { type Destination, type Facts, isSkip, toItem } from '../destinations/destination.ts';
import { withoutPlaces } from '../privacy/without-places.ts';
import { DAMAGED } from '../store/dead-letter.ts';
import { DIGEST_BYTES } from '../store/history.ts';
import type { Delivery } from '../store/store.ts';
import { EXPIRES_MS } from '../store/waiting.ts';

/** A payload and its JSON text as a request carries it. */
export interface Encoded {
  payload: unknown;
  item: string;
  /** Of the item, UTF-8. */
  bytes: number;
  /** Payloads of different groups do not share a request. */
  group?: string | undefined;
}

/** The part of a delivery that stays in memory while its requests are in flight. */
export type InFlight = Pick<
  Delivery,
  'seq' | 'attempt' | 'isCurrent' | 'ack' | 'skip' | 'retry' | 'deadLetter'
> & {
  event: Pick<ProtectedEvent, 'type' | 'messageId' | 'event' | 'identity'>;
};

/** A delivery that is settled without a request. */
export type Unsent =
  | { delivery: InFlight; skip: SkipReason }
  | { delivery: InFlight; retry: RetryReason }
  | { delivery: InFlight; dead: DeadLetterReason; answer: string };
export interface Ready {
  delivery: InFlight;
  payloads: Encoded[];
  /** Of all its payloads. */
  digest: Uint8Array;
  /** Epoch ms. */
  leasedAtMs: number;
}
export type Prepared = Ready | Unsent;

/** From this attempt on an event is sent alone: if it is the cause of the API's failures, only its own request fails. */
const ALONE_FROM_ATTEMPT = 8;
export const isAlone = ({ attempt }: Pick<InFlight, 'attempt'>) => attempt >= ALONE_FROM_ATTEMPT;

export interface PrepareParts {
  destination: Destination;
  settings: unknown;
  bots: Bots;
  /** @throws when the value cannot be decrypted. */
  decrypt: (encryptedPii: string, event: ProtectedEvent) => RawPii;
  remoteIdOf: (event: ProtectedEvent) => string | undefined;
  /** Of a request without any payload. */
  envelopeBytes: number;
  /** When it was leased. */
  nowMs: number;
}

/** Maps one delivery to payloads and checks them against the API's schema; or the reason why it is not sent. */
export function prepare(parts: PrepareParts, leased: Delivery): Prepared {
  const { destination, settings, nowMs } = parts;
  const { event } = leased;
  const delivery = toInFlight(leased);
  if (leased.isDamaged) return { delivery, dead: 'damaged', answer: DAMAGED };
  if (nowMs - leased.waitingSinceMs > EXPIRES_MS)
    return { delivery, dead: 'expired', answer: 'waited for more than 28 days' };
  const skipped = reasonToSkip(parts, event);
  if (skipped) return { delivery, skip: skipped };
  const { dedupWindowMs } = destination;
  const uncertainForMs = nowMs - (leased.uncertainSinceMs ?? nowMs);
  if (dedupWindowMs !== undefined && uncertainForMs > dedupWindowMs)
    return {
      delivery,
      dead: 'unknown-outcome',
      answer: 'sent without a response, longer ago than the destination recognises repeats',
    };
  const facts: Facts = {};
  const remoteId = parts.remoteIdOf(event);
  if (remoteId !== undefined) facts.remoteId = remoteId;
  try {
    if (leased.encryptedPii !== undefined) facts.raw = parts.decrypt(leased.encryptedPii, event);
  } catch (error) {
    return { delivery, dead: 'seal-unreadable', answer: (error as Error).message };
  }
  try {
    const isWithout = destination.withoutPlaces?.(settings) ?? false;
    const mapped = destination.map(isWithout ? withoutPlaces(event) : event, settings, facts);
    if (isSkip(mapped)) return { delivery, skip: mapped.skip };
    return encode(parts, delivery, mapped);
  } catch (error) {
    return { delivery, dead: 'mapping-failed', answer: (error as Error).message };
  }
}

function toInFlight({
  seq,
  attempt,
  isCurrent,
  ack,
  skip,
  retry,
  deadLetter,
  event: leased,
}: Delivery): InFlight {
  const { type, messageId, event, identity } = leased;
  const kept = { type, messageId, identity, ...(event !== undefined && { event }) };
  return { seq, attempt, isCurrent, ack, skip, retry, deadLetter, event: kept };
}

function reasonToSkip(
  { destination, bots, nowMs }: Pick<PrepareParts, 'destination' | 'bots' | 'nowMs'>,
  event: ProtectedEvent,
): SkipReason | undefined {
  const { purpose } = destination;
  if (!event.consent[purpose]) return event.withdrawn?.includes(purpose) ? 'consent-withdrawn' : 'consent';
  const isRobot = event.source === 'browser' && event.context.bot;
  if (isRobot && bots === 'skip-ads' && purpose === 'advertising') return 'bot';
  if (!isEnabled(event.integrations, destination)) return 'integration-off';
  const { maxAgeMs } = destination.limits;
  if (maxAgeMs !== undefined && nowMs - Date.parse(event.timestamp) > maxAgeMs) return 'too-old';
  return undefined;
}

/** The name of the instance decides, else the integration's, else `All`, else yes. */
function isEnabled(chosen: ProtectedEvent['integrations'], { name, integration }: Destination): boolean {
  return chosen?.[name] ?? chosen?.[integration.toLowerCase()] ?? chosen?.all ?? true;
}

function encode(
  { destination, envelopeBytes, nowMs }: PrepareParts,
  delivery: InFlight,
  mapped: readonly unknown[],
): Prepared {
  const { maxBytes } = destination.limits;
  const payloads: Encoded[] = [];
  for (const payload of mapped) {
    const parsed = check(destination, payload);
    if (!parsed.success) {
      const answer = parsed.error.issues
        .map(({ path, message }) => `${path.join('.')}: ${message}`)
        .join('; ');
      return { delivery, dead: 'invalid-payload', answer };
    }
    const item = toItem(destination, parsed.data);
    const bytes = Buffer.byteLength(item);
    if (envelopeBytes + bytes + 1 > maxBytes)
      return { delivery, dead: 'too-large', answer: `${bytes} bytes; the limit is ${maxBytes}` };
    payloads.push({ payload: parsed.data, item, bytes, group: destination.groupKey?.(parsed.data) });
  }
  return { delivery, payloads, digest: digestOf(payloads), leasedAtMs: nowMs };
}

/** Tells whether payloads that are computed again are those that were sent: of their JSON texts, in order. */
export const digestOf = (payloads: readonly { item: string }[]): Uint8Array =>
  hash('sha256', payloads.map(({ item }) => item).join('\n'), 'buffer').subarray(0, DIGEST_BYTES);

/** The payload by the API's schema, cut to its size where it is larger. */
function check({ payload: schema, shorten }: Destination, payload: unknown) {
  const parsed = schema.safeParse(payload);
  return parsed.success || !shorten ? parsed : schema.safeParse(shorten(payload));
}
