import { mapInChunks } from '../lib/yield-to-ingest.ts';
import type { Delivery } from '../store/store.ts';
import { toBatches } from './batch.ts';
import type { Reservation } from './once.ts';
import type { RoundParts } from './parts.ts';
import { type InFlight, type Prepared, prepare, type Ready } from './prepare.ts';
import { type Item, sendBatches } from './send-batches.ts';
import { settleUnsent } from './settle.ts';

/** From this attempt on an event is sent alone: if it is the cause of the API's failures, only its own request fails. */
const ALONE_FROM_ATTEMPT = 8;

/** Maps, checks and encodes the leased events. Most of each event is freed afterwards. */
export async function prepareRound(
  { destination, settings, log, consumer, decrypt, clock, yieldToIngest, counters, shop }: RoundParts,
  deliveries: readonly Delivery[],
): Promise<Prepared[]> {
  const refersTo = (delivery: Delivery) => destination.refersTo?.(delivery.event, settings);
  const keys = destination.refersTo ? deliveries.map(refersTo).filter((key) => key !== undefined) : [];
  const known = keys.length > 0 ? await log.find(consumer, keys) : undefined;
  const nowMs = clock.now();
  const prepareOne = (delivery: Delivery) => {
    const remoteIdOf = () => known?.get(refersTo(delivery) ?? '')?.remoteId;
    const prepared = prepare({ destination, settings, decrypt, remoteIdOf, nowMs }, delivery);
    if ('payloads' in prepared && delivery.attempt === 1)
      counters.count(
        'content_id_fallback',
        { shop },
        destination.contentIdFallbacks?.(delivery.event, settings) ?? 0,
      );
    return prepared;
  };
  return mapInChunks(deliveries, prepareOne, yieldToIngest);
}

/**
 * Delivers prepared events: reserve → batch → send → settle. Every delivery is settled when it resolves; those that
 * may not be sent any more, because the worker stops or the breaker opened, are put back for a retry.
 */
export async function sendRound(parts: RoundParts, prepared: readonly Prepared[]): Promise<void> {
  const ready: Ready[] = [];
  for (const found of prepared) {
    const { delivery } = found;
    if (!('payloads' in found)) settleUnsent(parts, found);
    else if (mustWait(parts, delivery)) settleUnsent(parts, { delivery, retry: 'blocked-by-earlier' });
    else ready.push(found);
  }
  const payloads = ready.flatMap((found) => found.payloads.map(({ payload }) => payload));
  const reservation = await parts.reserve(payloads);
  try {
    const items = selectNew(parts, ready, reservation);
    await sendBatches(parts, toRequests(parts, items));
  } finally {
    reservation.release();
  }
}

const mustWait = ({ destination, identifies }: RoundParts, { event }: InFlight) =>
  destination.waitsForIdentify === true && identifies.mustWait(event);

/** Leaves out payloads that the API accepted before, and events with a payload whose key is in flight. */
function selectNew(parts: RoundParts, ready: readonly Ready[], reservation: Reservation): Item[] {
  const { destination, counters, shop } = parts;
  if (destination.dedupWindowMs === undefined) {
    const { length } = reservation.uncertain;
    counters.count('possible_duplicates', { shop, destination: destination.name }, length);
  }
  const items: Item[] = [];
  for (const { delivery, payloads } of ready) {
    const statuses = payloads.map(({ payload }) => reservation.statusOf(payload));
    if (statuses.includes('in-flight')) {
      settleUnsent(parts, { delivery, retry: 'blocked-by-earlier' });
      continue;
    }
    const unsent = payloads.filter((_, index) => statuses[index] === 'new');
    if (unsent.length === 0) settleUnsent(parts, { delivery, skip: 'already-sent' });
    const isAlone = delivery.attempt >= ALONE_FROM_ATTEMPT;
    for (const encoded of unsent) items.push({ ...encoded, delivery, isAlone });
  }
  return items;
}

/** Splits into batches. An event with a payload that no request can hold becomes a dead letter. */
function toRequests(parts: RoundParts, items: readonly Item[]): Item[][] {
  const { destination, settings, clock } = parts;
  const { maxEvents, maxBytes } = destination.limits;
  const envelopeBytes = Buffer.byteLength(destination.request([], { settings, nowMs: clock.now() }).body);
  const isTooLarge = ({ bytes }: Item) => envelopeBytes + bytes + 1 > maxBytes;
  const tooLarge = new Map(items.filter(isTooLarge).map(({ delivery, bytes }) => [delivery, bytes]));
  for (const [delivery, bytes] of tooLarge)
    settleUnsent(parts, { delivery, dead: 'too-large', answer: `${bytes} bytes; the limit is ${maxBytes}` });
  const fitting = tooLarge.size > 0 ? items.filter(({ delivery }) => !tooLarge.has(delivery)) : items;
  const isOrdered = destination.waitsForIdentify === true;
  return toBatches(fitting, { maxEvents, maxBytes, envelopeBytes, isOrdered });
}
