import type { ProtectedEvent, RawPii } from '../../shared/protected-event.ts';
import type { DeadLetterReason, RetryReason, SkipReason } from '../../shared/reasons.ts';
import { type Destination, type Facts, isSkip } from '../destinations/destination.ts';
import type { Delivery } from '../log/event-log.ts';

/** What to do with one delivery before anything is sent. */
export type Prepared =
  | { delivery: Delivery; payloads: unknown[] }
  | { delivery: Delivery; skip: SkipReason }
  | { delivery: Delivery; wait: RetryReason }
  | { delivery: Delivery; dead: DeadLetterReason; answer: string };

export interface PrepareParts {
  destination: Destination;
  settings: unknown;
  /** Opens a seal. @throws when it cannot be opened. */
  openSeal: (sealed: string, event: ProtectedEvent) => RawPii;
  /** True while an earlier event that this one must follow is unsettled. */
  mustWait: (event: ProtectedEvent) => boolean;
  remoteIdOf: (event: ProtectedEvent) => string | undefined;
  nowMs: number;
}

/** One delivery → its payloads, checked against what the API accepts, or the reason it goes no further now. */
export function prepare(parts: PrepareParts, delivery: Delivery): Prepared {
  const { destination, settings, nowMs } = parts;
  const { event } = delivery;
  const skipped = reasonToSkip(destination, event, nowMs);
  if (skipped) return { delivery, skip: skipped };
  if (parts.mustWait(event)) return { delivery, wait: 'waits-for-earlier' };
  const { dedupWindowMs } = destination;
  const uncertainForMs = nowMs - (delivery.uncertainSinceMs ?? nowMs);
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
    if (delivery.sealed !== undefined) facts.raw = parts.openSeal(delivery.sealed, event);
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

function reasonToSkip(
  destination: Destination,
  event: ProtectedEvent,
  nowMs: number,
): SkipReason | undefined {
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

function check(destination: Destination, delivery: Delivery, mapped: readonly unknown[]): Prepared {
  const payloads: unknown[] = [];
  for (const payload of mapped) {
    const parsed = destination.payload.safeParse(payload);
    if (!parsed.success) {
      const answer = parsed.error.issues
        .map(({ path, message }) => `${path.join('.')}: ${message}`)
        .join('; ');
      return { delivery, dead: 'invalid-payload', answer };
    }
    payloads.push(parsed.data);
  }
  return { delivery, payloads };
}
