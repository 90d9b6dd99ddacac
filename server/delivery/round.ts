import { mapInChunks } from '../lib/yield-to-ingest.ts';
import type { Delivery } from '../store/store.ts';
import { type BatchLimits, toBatches } from './batch.ts';
import type { Reservation } from './once.ts';
import type { RoundParts, SharedParts } from './parts.ts';
import { type InFlight, isAlone, type Prepared, prepare, type Ready } from './prepare.ts';
import { type Item, sendBatches } from './send-batches.ts';
import { settleUnsent } from './settle.ts';

/** What a request may hold. */
export function batchLimits({ destination, settings, clock }: SharedParts): BatchLimits {
  const { maxEvents, maxBytes } = destination.limits;
  const envelope = destination.request([], { settings, nowMs: clock.now() });
  return {
    maxEvents,
    maxBytes,
    envelopeBytes: Buffer.byteLength(envelope.body),
    isOrdered: destination.waitsForIdentify === true,
  };
}

/**
 * Maps, checks and encodes leased events. Those that no request will carry are settled at once; the others are returned,
 * without most of each event.
 */
export async function prepareLeased(
  parts: SharedParts,
  deliveries: readonly Delivery[],
  { envelopeBytes }: BatchLimits,
): Promise<Ready[]> {
  const { destination, settings, bots, log, consumer, decrypt, clock, yieldToIngest, counters, shop } = parts;
  const nowMs = clock.now();
  const refersTo = (delivery: Delivery) => destination.refersTo?.(delivery.event, settings);
  const keys = destination.refersTo ? deliveries.map(refersTo).filter((key) => key !== undefined) : [];
  const known = keys.length > 0 ? await log.find(consumer, keys) : undefined;
  const prepareOne = (delivery: Delivery) => {
    const remoteIdOf = () => known?.get(refersTo(delivery) ?? '')?.remoteId;
    const prepared = prepare(
      { destination, settings, bots, decrypt, remoteIdOf, envelopeBytes, nowMs },
      delivery,
    );
    if ('payloads' in prepared && delivery.attempt === 1)
      counters.count(
        'content_id_fallback',
        { shop },
        destination.contentIdFallbacks?.(delivery.event, settings) ?? 0,
      );
    return prepared;
  };
  return settleUnsendable(parts, await mapInChunks(deliveries, prepareOne, yieldToIngest));
}

/** Settles what no request will carry, payloads that the API accepted before among it, and returns the others. */
async function settleUnsendable(parts: SharedParts, prepared: readonly Prepared[]): Promise<Ready[]> {
  const { destination, log, consumer } = parts;
  const mapped: Ready[] = [];
  for (const found of prepared) {
    if ('payloads' in found) mapped.push(found);
    else settleUnsent(parts, found);
  }
  const keyOf = (payload: unknown) => destination.once?.(payload);
  const keys = destination.once
    ? mapped.flatMap(({ payloads }) => payloads.map(({ payload }) => keyOf(payload)))
    : [];
  const once = keys.filter((key) => key !== undefined);
  if (once.length === 0) return mapped;
  const known = await log.find(consumer, once);
  const isAccepted = (payload: unknown) => known.get(keyOf(payload) ?? '')?.state === 'confirmed';
  return mapped.flatMap((found) => {
    const payloads = found.payloads.filter(({ payload }) => !isAccepted(payload));
    if (payloads.length > 0) return [{ ...found, payloads }];
    settleUnsent(parts, { delivery: found.delivery, skip: 'already-sent' });
    return [];
  });
}

/**
 * Delivers prepared events: reserve → batch → send → settle. Every delivery is settled when it resolves; those that
 * may not be sent any more, because the worker stops or the breaker opened, are put back for a retry.
 */
export async function sendRound(
  parts: RoundParts,
  prepared: readonly Ready[],
  limits: BatchLimits,
): Promise<void> {
  const ready: Ready[] = [];
  for (const found of prepared) {
    const { delivery } = found;
    if (mustWait(parts, delivery)) settleUnsent(parts, { delivery, retry: 'blocked-by-earlier' });
    else ready.push(found);
  }
  const payloads = ready.flatMap((found) => found.payloads.map(({ payload }) => payload));
  const reservation = await parts.reserve(payloads);
  try {
    await sendBatches(parts, toBatches(selectNew(parts, ready, reservation), limits));
  } finally {
    reservation.release();
  }
}

const mustWait = ({ destination, identifies }: RoundParts, { event }: InFlight) =>
  destination.waitsForIdentify === true && identifies.mustWait(event);

/** Leaves out payloads that the API accepted meanwhile, and events with a payload whose key is in flight. */
function selectNew(parts: RoundParts, ready: readonly Ready[], reservation: Reservation): Item[] {
  const { destination, counters, shop } = parts;
  if (destination.dedupWindowMs === undefined) {
    const { length } = reservation.uncertain;
    counters.count('possible_duplicates', { shop, destination: destination.name }, length);
  }
  const items: Item[] = [];
  for (const { delivery, payloads, digest } of ready) {
    const statuses = payloads.map(({ payload }) => reservation.statusOf(payload));
    if (statuses.includes('in-flight')) {
      settleUnsent(parts, { delivery, retry: 'blocked-by-earlier' });
      continue;
    }
    const unsent = payloads.filter((_, index) => statuses[index] === 'new');
    if (unsent.length === 0) settleUnsent(parts, { delivery, skip: 'already-sent' });
    for (const encoded of unsent) items.push({ ...encoded, delivery, digest, isAlone: isAlone(delivery) });
  }
  return items;
}
