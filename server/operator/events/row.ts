import type { Attempt, EventRow, Outcome } from '../../../shared/operator-api/index.ts';
import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import { readCurrency, readValue } from '../../destinations/values.ts';
import type { DeliveryOutcome, EventRequest, FoundEvent } from '../../store/search.ts';
import type { Places } from '../places.ts';
import { toIso } from '../times.ts';

/** Of a track event its name, of a page its own or `Page`, of others the type. */
export const titleOfEvent = ({ type, event, name }: ProtectedEvent): string =>
  event ?? name ?? `${type.charAt(0).toUpperCase()}${type.slice(1)}`;

export function toOutcome(
  places: Places,
  { consumer, state, reason, atMs, attempt, dueAtMs }: DeliveryOutcome,
): Outcome {
  return {
    destination: places.nameOf(consumer),
    state,
    ...(reason !== undefined && { reason }),
    ...(atMs !== undefined && { at: toIso(atMs) }),
    ...(attempt !== undefined && { attempt }),
    ...(dueAtMs !== undefined && { dueAt: toIso(dueAtMs) }),
  };
}

/** One event of a list. */
export function toEventRow(
  places: Places,
  { event, outcomes }: Pick<FoundEvent, 'event' | 'outcomes'>,
): EventRow {
  const { messageId, shop, type, source, receivedAt, timestamp, orderId, consent, context } = event;
  const value = readValue(event);
  const currency = readCurrency(event.properties);
  const path = context.page?.path ?? pathOf(context.page?.url);
  return {
    ...{ messageId, shop, type, name: titleOfEvent(event), source, receivedAt, timestamp },
    ...(orderId !== undefined && { orderId }),
    ...(value !== undefined && { value }),
    ...(currency !== undefined && { currency }),
    ...(path !== undefined && { path }),
    consent,
    outcomes: outcomes.map((outcome) => toOutcome(places, outcome)),
  };
}

const pathOf = (url: string | undefined) => (url === undefined ? undefined : URL.parse(url)?.pathname);

/** A request as it concerns one event. */
export function toAttempt(request: EventRequest): Attempt {
  const { atMs, ms, outcome, ownOutcome, attempt, status, code, requestId, words } = request;
  return {
    at: toIso(atMs),
    ms,
    outcome: (ownOutcome ?? outcome) as Attempt['outcome'],
    attempt,
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
    ...(requestId !== undefined && { requestId }),
    ...(words !== undefined && { words }),
  };
}
