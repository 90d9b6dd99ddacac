import type { EventDelivery } from '../../../shared/operator-api/index.ts';
import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import { type Preview, preview } from '../../delivery/preview.ts';
import { needsRawPii } from '../../destinations/destination.ts';
import type { DeliveryOutcome, EventDetail } from '../../store/search.ts';
import { withAdvice } from '../advice.ts';
import type { Place } from '../places.ts';
import { isNeverReplayed } from '../replayable.ts';
import { toIso } from '../times.ts';
import { toCurl } from './curl.ts';
import type { EventParts } from './parts.ts';
import { toAttempt } from './row.ts';

/** One destination of an event: its requests, what they carried, and what to do. @param today the event as it would be leased now. */
export async function describeDelivery(
  parts: EventParts,
  found: EventDetail,
  today: ProtectedEvent,
  { consumer, state, reason, atMs, words, dueAtMs }: DeliveryOutcome,
): Promise<EventDelivery> {
  const { places } = parts;
  const requests = found.requests.filter((request) => request.consumer === consumer);
  const place = places.of(consumer);
  const sent = requests.findLast(({ digest }) => digest !== undefined);
  return {
    destination: places.nameOf(consumer),
    title: places.titleOf(consumer),
    state,
    ...(reason !== undefined && { reason }),
    ...(words !== undefined && { words }),
    ...withAdvice(reason ?? (state === 'none' ? 'not-sent' : '')),
    ...(atMs !== undefined && { at: toIso(atMs) }),
    attempts: requests.map(toAttempt),
    ...(dueAtMs !== undefined && { nextAttemptAt: toIso(dueAtMs) }),
    ...(place
      ? await payloadsOf(parts, place, [found.event, today], sent)
      : { payloadState: 'unavailable' as const }),
    canReplay: isReplayable(state, reason),
  };
}

const isReplayable = (state: DeliveryOutcome['state'], reason: string | undefined) =>
  (state === 'dead' || state === 'skipped' || state === 'none') && !isNeverReplayed(reason);

type Payloads = Pick<EventDelivery, 'payloads' | 'payloadState' | 'curl'>;

/**
 * The payloads by today's mapper. They are what was sent where their digest is that of the request; an event may have been
 * leased under a consent that was recorded, so both ways are compared.
 */
async function payloadsOf(
  { log, clock }: EventParts,
  place: Place,
  [event, today]: [ProtectedEvent, ProtectedEvent],
  sent: { atMs: number; digest?: string } | undefined,
): Promise<Payloads> {
  const { destination, settings, consumer } = place;
  if (needsRawPii(place)) return { payloadState: 'clear' };
  const key = destination.refersTo?.(event, settings);
  const known = key === undefined ? undefined : (await log.find(consumer, [key])).get(key)?.remoteId;
  const nowMs = sent?.atMs ?? clock.now();
  const previews = [event, today].map((one) =>
    preview({ destination, settings, nowMs, remoteId: known }, one),
  );
  const exact = previews.find((one) => sent !== undefined && 'payloads' in one && one.digest === sent.digest);
  const shown = exact ?? previews.at(-1);
  if (!shown || !hasPayloads(shown)) return { payloadState: 'unavailable' };
  return {
    payloads: shown.payloads.map(({ payload }) => payload),
    payloadState: exact ? 'exact' : sent ? 'changed' : 'unsent',
    curl: toCurl(place, shown.payloads, nowMs),
  };
}

const hasPayloads = (one: Preview): one is Extract<Preview, { payloads: unknown }> => 'payloads' in one;
