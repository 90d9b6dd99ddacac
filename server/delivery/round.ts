import type { RetryReason } from '../../shared/reasons.ts';
import { mapInChunks } from '../lib/yield-to-ingest.ts';
import type { Delivery } from '../store/event-log.ts';
import { type Sized, toBatches } from './batch.ts';
import type { BreakerState } from './breaker.ts';
import type { Once } from './once.ts';
import type { RoundParts } from './parts.ts';
import { type Open, type Prepared, prepare, type Ready, type Written } from './prepare.ts';
import { DEFERRED, type NotSent, notSentAfter, type Result, STOPPING, send } from './send.ts';
import { type Sent, settle, settleEarly } from './settle.ts';

interface Item extends Sized, Written {
  delivery: Open;
}

/** From this try on an event travels alone: if it is what makes the API fail, it fails by itself. */
const ALONE_FROM_ATTEMPT = 8;

/** Maps, checks and writes what was just taken. What is no longer needed of the events is let go. */
export async function prepareRound(
  { destination, settings, ledger, consumer, decrypt, clock, yieldToIngest }: RoundParts,
  deliveries: readonly Delivery[],
): Promise<Prepared[]> {
  const refersTo = (delivery: Delivery) => destination.refersTo?.(delivery.event, settings);
  const keys = destination.refersTo ? deliveries.map(refersTo).filter((key) => key !== undefined) : [];
  const known = keys.length > 0 ? await ledger.find(consumer, keys) : undefined;
  const nowMs = clock.now();
  const prepareOne = (delivery: Delivery) => {
    const remoteIdOf = () => known?.get(refersTo(delivery) ?? '')?.remoteId;
    return prepare({ destination, settings, decrypt, remoteIdOf, nowMs }, delivery);
  };
  return mapInChunks(deliveries, prepareOne, yieldToIngest);
}

/**
 * Delivers what was prepared: batch → request → classify → settle. Every delivery is settled when it resolves. What
 * could not be sent any more, because the worker stops or the breaker opened, is tried again later.
 */
export async function sendRound(parts: RoundParts, prepared: readonly Prepared[]): Promise<void> {
  const ready: Ready[] = [];
  for (const found of prepared) {
    const { delivery } = found;
    if (!('payloads' in found)) settleEarly(parts, found);
    else if (mustWait(parts, delivery)) settleEarly(parts, { delivery, wait: 'blocked-by-earlier' });
    else ready.push(found);
  }
  const once = await parts.noteOnce(ready.flatMap(({ payloads }) => payloads.map(({ payload }) => payload)));
  try {
    await sendAll(parts, toRequests(parts, keepUnsent(parts, ready, once)));
  } finally {
    once.release();
  }
}

const mustWait = ({ destination, identifies }: RoundParts, { event }: Open) =>
  destination.waitsForIdentify === true && identifies.mustWait(event);

/** Takes out what the API accepted before, and what must wait for its twin. */
function keepUnsent(parts: RoundParts, ready: readonly Ready[], once: Once): Item[] {
  const { destination, counters, shop } = parts;
  if (destination.dedupWindowMs === undefined)
    counters.count('possible_duplicates', { shop, destination: destination.name }, once.open.length);
  const items: Item[] = [];
  for (const { delivery, payloads } of ready) {
    const verdicts = payloads.map(({ payload }) => once.verdict(payload));
    if (verdicts.includes('busy')) {
      settleEarly(parts, { delivery, wait: 'blocked-by-earlier' });
      continue;
    }
    const unsent = payloads.filter((_, index) => verdicts[index] === 'send');
    if (unsent.length === 0) settleEarly(parts, { delivery, skip: 'already-sent' });
    const isAlone = delivery.attempt >= ALONE_FROM_ATTEMPT;
    for (const written of unsent) items.push({ ...written, delivery, isAlone });
  }
  return items;
}

/** The batches, without what fits into none. */
function toRequests(parts: RoundParts, items: readonly Item[]): Item[][] {
  const { destination, settings } = parts;
  const { maxEvents, maxBytes } = destination.limits;
  const envelopeBytes = Buffer.byteLength(destination.request([], settings).body);
  const fits = ({ bytes }: Item) => envelopeBytes + bytes + 1 <= maxBytes;
  const tooLarge = new Map(
    items.filter((item) => !fits(item)).map(({ delivery, bytes }) => [delivery, bytes]),
  );
  for (const [delivery, bytes] of tooLarge)
    settleEarly(parts, { delivery, dead: 'too-large', answer: `${bytes} bytes of ${maxBytes}` });
  const fitting = tooLarge.size > 0 ? items.filter(({ delivery }) => !tooLarge.has(delivery)) : items;
  return toBatches(fitting, { maxEvents, maxBytes, envelopeBytes });
}

/** Failures that say the API was reached and could not cope. */
const SERVER_FAILURES = new Set<RetryReason>(['server-error', 'invalid-response']);

/**
 * Sends batch after batch and settles each event once all its payloads have been answered. A failure that waiting
 * can mend ends the round for all that follow.
 */
async function sendAll(parts: RoundParts, batches: readonly Item[][]): Promise<void> {
  const open = new Map<Open, Sent & { missing: number }>();
  for (const { delivery } of batches.flat()) {
    const found = open.get(delivery);
    if (found) found.missing++;
    else open.set(delivery, { delivery, payloads: [], results: [], missing: 1 });
  }
  let stopped: Result | undefined;
  for (const batch of batches) {
    const failure = stopped;
    const results = failure ? batch.map(() => notSentAfter(failure)) : await sendBatch(parts, batch);
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
  return batchLength > 1 || state !== 'closed' || !SERVER_FAILURES.has(result.reason);
}

type Failure = Extract<Result, { kind: 'retry' | 'paused' }>;
const isFailure = (result: Result): result is Failure => result.kind === 'retry' || result.kind === 'paused';

async function sendBatch(parts: RoundParts, batch: readonly Item[]): Promise<Result[]> {
  const { destination, settings, http, breaker, clock, counters, logger, consumer, shop } = parts;
  const labels = { shop, destination: destination.name };
  const results = await send(
    {
      destination,
      settings,
      http,
      turn: () => nextTurn(parts),
      nowMs: clock.now,
      timed: (ms, outcome) => counters.time('delivery_request', ms / 1_000, { ...labels, outcome }),
    },
    batch,
  );
  const failure = results.find(isFailure);
  if (failure === STOPPING || failure === DEFERRED) return results;
  if (failure && failure.afterMs > 0) breaker.quietUntil(clock.now() + failure.afterMs);
  if (!isCurrent(parts)) return results;
  if (!failure) {
    breaker.succeeded();
  } else if (failure.kind === 'paused') {
    breaker.paused(clock.now());
    counters.count('destination_alerts', labels);
    logger.error({ consumer, answer: failure.words }, 'destination refuses our credentials; its events wait');
  } else {
    breaker.failed(clock.now(), SERVER_FAILURES.has(failure.reason));
    logger.warn(
      { consumer, breaker: breaker.state(), answer: failure.words },
      'delivery failed; will be tried again',
    );
  }
  return results;
}

/** Waits until a request may go. What opened the breaker, or asked for quiet, may have been another round's request. */
async function nextTurn(parts: RoundParts): Promise<NotSent | undefined> {
  const { rateLimiter, isStopping, breaker, clock, endsAtMs } = parts;
  await rateLimiter();
  // Stopping ends the wait for a turn early, and whatever would follow has no turn.
  if (isStopping()) return STOPPING;
  const nowMs = clock.now();
  return isCurrent(parts) && breaker.waitMs(nowMs) === 0 && nowMs < endsAtMs ? undefined : DEFERRED;
}

/** False once the breaker has opened since the round began. */
const isCurrent = ({ breaker, openings }: RoundParts) => breaker.openings() === openings;
