import type { ProtectedEvent, RawPii } from '../../shared/protected-event.ts';
import type { DeadLetterReason, RetryReason, SkipReason } from '../../shared/reasons.ts';
import { type Destination, type Facts, isSkip, toItem } from '../destinations/destination.ts';
import type { Delivery } from '../store/event-log.ts';

/** A payload and its JSON text as a request carries it. */
export interface Written {
  payload: unknown;
  item: string;
  /** Of the item, UTF-8. */
  bytes: number;
}

/** What is kept of a delivery while its requests are in the air: whom it is about and how to settle it. */
export type Open = Pick<Delivery, 'attempt' | 'ack' | 'retry' | 'deadLetter'> & {
  event: Pick<ProtectedEvent, 'type' | 'messageId' | 'identity'>;
};

/** What needs no request. */
export type Early =
  | { delivery: Open; skip: SkipReason }
  | { delivery: Open; wait: RetryReason }
  | { delivery: Open; dead: DeadLetterReason; answer: string };
export interface Ready {
  delivery: Open;
  payloads: Written[];
}
/** What to do with one delivery before anything is sent. */
export type Prepared = Ready | Early;

export interface PrepareParts {
  destination: Destination;
  settings: unknown;
  /** Opens a seal. @throws when it cannot be opened. */
  decrypt: (encryptedPii: string, event: ProtectedEvent) => RawPii;
  remoteIdOf: (event: ProtectedEvent) => string | undefined;
  nowMs: number;
}

/** One delivery → its payloads, checked against what the API accepts, or the reason it goes no further now. */
export function prepare(parts: PrepareParts, taken: Delivery): Prepared {
  const { destination, settings, nowMs } = parts;
  const { event } = taken;
  const delivery = toOpen(taken, event);
  const skipped = reasonToSkip(destination, event, nowMs);
  if (skipped) return { delivery, skip: skipped };
  const { dedupWindowMs } = destination;
  const uncertainForMs = nowMs - (taken.uncertainSinceMs ?? nowMs);
  if (dedupWindowMs !== undefined && uncertainForMs > dedupWindowMs)
    return {
      delivery,
      dead: 'unknown-outcome',
      answer: 'sent without an answer; too old to be recognised as a repeat',
    };
  const facts: Facts = {};
  const remoteId = parts.remoteIdOf(event);
  if (remoteId !== undefined) facts.remoteId = remoteId;
  try {
    if (taken.encryptedPii !== undefined) facts.raw = parts.decrypt(taken.encryptedPii, event);
  } catch (error) {
    return { delivery, dead: 'seal-unreadable', answer: (error as Error).message };
  }
  try {
    const mapped = destination.map(event, settings, facts);
    if (isSkip(mapped)) return { delivery, skip: mapped.skip };
    return check(destination, delivery, mapped);
  } catch (error) {
    return { delivery, dead: 'mapping-failed', answer: (error as Error).message };
  }
}

const toOpen = (taken: Delivery, { type, messageId, identity }: ProtectedEvent): Open => ({
  attempt: taken.attempt,
  ack: taken.ack,
  retry: taken.retry,
  deadLetter: taken.deadLetter,
  event: { type, messageId, identity },
});

function reasonToSkip(
  destination: Destination,
  event: ProtectedEvent,
  nowMs: number,
): SkipReason | undefined {
  if (event.only !== undefined) return 'statistics-only';
  if (!event.consent[destination.purpose]) return 'consent';
  if (!isChosen(event.integrations, destination.integration)) return 'integration-off';
  const { maxAgeMs } = destination.limits;
  if (maxAgeMs !== undefined && nowMs - Date.parse(event.timestamp) > maxAgeMs) return 'too-old';
  return undefined;
}

/** The destination's own name decides, else `All`, else yes. */
function isChosen(integrations: ProtectedEvent['integrations'], integration: string): boolean {
  return integrations?.[integration.toLowerCase()] ?? integrations?.all ?? true;
}

function check(destination: Destination, delivery: Open, mapped: readonly unknown[]): Prepared {
  const payloads: Written[] = [];
  for (const payload of mapped) {
    const parsed = destination.payload.safeParse(payload);
    if (!parsed.success) {
      const answer = parsed.error.issues
        .map(({ path, message }) => `${path.join('.')}: ${message}`)
        .join('; ');
      return { delivery, dead: 'invalid-payload', answer };
    }
    const item = toItem(destination, parsed.data);
    payloads.push({ payload: parsed.data, item, bytes: Buffer.byteLength(item) });
  }
  return { delivery, payloads };
}
