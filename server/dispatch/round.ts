import type { RetryReason } from '../../shared/reasons.ts';
import type { Delivery } from '../log/event-log.ts';
import { type Sized, toBatches } from './batch.ts';
import type { BreakerState } from './breaker.ts';
import { noteOnce } from './once.ts';
import type { RoundParts } from './parts.ts';
import { type Prepared, prepare } from './prepare.ts';
import { type Result, STOPPING, send } from './send.ts';
import { type Sent, settle, settleEarly } from './settle.ts';

interface Item extends Sized<unknown> {
  delivery: Delivery;
}

/** From this try on an event travels alone: if it is what makes the API fail, it fails by itself. */
const ALONE_FROM_ATTEMPT = 8;

/**
 * Delivers what was just taken: map → batch → request → classify → settle. Every delivery is settled when it
 * resolves, except those not sent because the worker is stopping.
 */
export async function deliverRound(parts: RoundParts, deliveries: readonly Delivery[]): Promise<void> {
  const prepared = await prepareAll(parts, deliveries);
  const ready = prepared.filter((found) => 'payloads' in found);
  for (const found of prepared) if (!('payloads' in found)) settleEarly(parts, found);
  const items = await keepUnsent(parts, ready);
  const { destination, settings } = parts;
  const { maxEvents, maxBytes } = destination.limits;
  const envelopeBytes = Buffer.byteLength(destination.request([], settings).body);
  const fitting = items.filter((item) => {
    if (envelopeBytes + item.bytes + 1 <= maxBytes) return true;
    settleEarly(parts, {
      delivery: item.delivery,
      dead: 'too-large',
      answer: `${item.bytes} bytes of ${maxBytes}`,
    });
    return false;
  });
  const batches = toBatches(fitting, { maxEvents, maxBytes, envelopeBytes });
  await sendAll(parts, batches);
}

async function prepareAll(parts: RoundParts, deliveries: readonly Delivery[]): Promise<Prepared[]> {
  const { destination, settings, ledger, consumer, identifies, openSeal, clock } = parts;
  const refersTo = (delivery: Delivery) => destination.refersTo?.(delivery.event, settings);
  const keys = deliveries.map(refersTo).filter((key) => key !== undefined);
  const known = keys.length > 0 ? await ledger.find(consumer, keys) : undefined;
  return deliveries.map((delivery) =>
    prepare(
      {
        destination,
        settings,
        openSeal,
        mustWait: (event) => destination.waitsForIdentify === true && identifies.mustWait(event),
        remoteIdOf: () => known?.get(refersTo(delivery) ?? '')?.remoteId,
        nowMs: clock.now(),
      },
      delivery,
    ),
  );
}

/** Takes out what the API accepted before, and what must wait for its twin in the same round. */
async function keepUnsent(
  parts: RoundParts,
  ready: readonly { delivery: Delivery; payloads: unknown[] }[],
): Promise<Item[]> {
  const { destination, ledger, consumer, counters, shop } = parts;
  const payloads = ready.flatMap((found) => found.payloads);
  const once = await noteOnce(destination, ledger, consumer, payloads);
  if (destination.dedupWindowMs === undefined)
    counters.count('possible_duplicates', { shop, destination: destination.name }, once.open.length);
  const items: Item[] = [];
  for (const { delivery, payloads } of ready) {
    const verdicts = payloads.map(once.verdict);
    if (verdicts.includes('busy')) {
      settleEarly(parts, { delivery, wait: 'waits-for-earlier' });
      continue;
    }
    const unsent = payloads.filter((_, index) => verdicts[index] === 'send');
    if (unsent.length === 0) settleEarly(parts, { delivery, skip: 'already-sent' });
    for (const payload of unsent)
      items.push({
        delivery,
        payload,
        bytes: Buffer.byteLength(JSON.stringify(payload)),
        isAlone: delivery.attempt >= ALONE_FROM_ATTEMPT,
      });
  }
  return items;
}

/** Failures that say the API was reached and could not cope. */
const STUMBLES = new Set<RetryReason>(['server-error', 'unreadable-answer']);

/**
 * Sends batch after batch and settles each event once all its payloads have been answered. A failure that waiting
 * can mend ends the round for all that follow.
 */
async function sendAll(parts: RoundParts, batches: readonly Item[][]): Promise<void> {
  const open = new Map<Delivery, Sent & { missing: number }>();
  for (const { delivery } of batches.flat()) {
    const found = open.get(delivery) ?? { delivery, payloads: [], results: [], missing: 0 };
    open.set(delivery, { ...found, missing: found.missing + 1 });
  }
  let stopped: Result | undefined;
  for (const batch of batches) {
    const results = stopped ? batch.map(() => stopped as Result) : await sendBatch(parts, batch);
    stopped ??= results.find((result) => endsRound(result, batch.length, parts.breaker.state()));
    const complete: Sent[] = [];
    for (const [index, { delivery, payload }] of batch.entries()) {
      const sent = open.get(delivery);
      const result = results[index];
      if (!sent || !result) continue;
      sent.payloads.push(payload);
      sent.results.push(result);
      if (sent.payloads.length === sent.missing) complete.push(sent);
    }
    await settle(parts, complete);
  }
}

/** The API stumbling over one event that travelled alone is no reason to keep the others, while the breaker agrees. */
function endsRound(result: Result, batchLength: number, state: BreakerState): boolean {
  if (result.kind === 'paused') return true;
  if (result.kind !== 'retry') return false;
  return batchLength > 1 || state !== 'closed' || !STUMBLES.has(result.reason);
}

type Failure = Extract<Result, { kind: 'retry' | 'paused' }>;
const isFailure = (result: Result): result is Failure => result.kind === 'retry' || result.kind === 'paused';

async function sendBatch(parts: RoundParts, batch: readonly Item[]): Promise<Result[]> {
  const { destination, settings, http, pace, isStopping, breaker, clock, counters, logger, consumer, shop } =
    parts;
  const payloads = batch.map(({ payload }) => payload);
  const results = await send({ destination, settings, http, pace, isStopping, nowMs: clock.now }, payloads);
  const failure = results.find(isFailure);
  if (failure === STOPPING) return results;
  if (!failure) {
    breaker.succeeded();
  } else if (failure.kind === 'paused') {
    breaker.paused(clock.now());
    counters.count('destination_alerts', { shop, destination: destination.name });
    logger.error({ consumer, answer: failure.words }, 'destination refuses our credentials; its events wait');
  } else {
    breaker.failed(clock.now(), STUMBLES.has(failure.reason));
    if (failure.afterMs > 0) breaker.quietUntil(clock.now() + failure.afterMs);
    logger.warn(
      { consumer, breaker: breaker.state(), answer: failure.words },
      'delivery failed; will be tried again',
    );
  }
  return results;
}
