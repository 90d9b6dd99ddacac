import type { RetryReason } from '../../shared/reasons.ts';
import type { SentRequest } from '../store/history.ts';
import type { Sized } from './batch.ts';
import type { BreakerState } from './breaker.ts';
import type { RoundParts } from './parts.ts';
import type { Encoded, InFlight } from './prepare.ts';
import {
  CONSENT_CHANGED,
  DEFERRED,
  isFailure,
  type NotSent,
  notSentAfter,
  type SendResult,
  type Sent,
  STOPPING,
  send,
} from './send.ts';
import { type Carried, toSentRequest, withEnds } from './sent-request.ts';
import { settle } from './settle.ts';

export type Item = Sized & Encoded & Carried;

type Failure = Extract<SendResult, { kind: 'retry' | 'paused' }>;
const isFailed = (result: SendResult): result is Failure => isFailure(result);

/** The API was reached and failed. */
const SERVER_FAILURES = new Set<RetryReason>(['server-error', 'invalid-response']);

/**
 * Sends one batch after another and settles each event once all its payloads have a result. After a failure that a
 * retry can fix, the remaining batches are not sent.
 */
export async function sendBatches(parts: RoundParts, batches: readonly Item[][]): Promise<void> {
  const unsettled = new Map<InFlight, Sent & { payloadCount: number }>();
  for (const { delivery } of batches.flat()) {
    const found = unsettled.get(delivery);
    if (found) found.payloadCount++;
    else unsettled.set(delivery, { delivery, payloads: [], results: [], payloadCount: 1 });
  }
  let failure: SendResult | undefined;
  for (const batch of batches) {
    const earlier = failure;
    const requests: SentRequest[] = [];
    const results = earlier
      ? batch.map(() => notSentAfter(earlier))
      : await sendBatch(parts, batch, requests);
    failure ??= results.find((result) => endsRound(result, batch.length, parts.breaker.state()));
    const complete: Sent[] = [];
    const divided = new Set<number>();
    for (const [index, { delivery, payload }] of batch.entries()) {
      const sent = unsettled.get(delivery);
      const result = results[index];
      if (!sent || !result) continue;
      sent.payloads.push(payload);
      sent.results.push(result);
      if (sent.payloadCount > 1) divided.add(delivery.seq);
      if (sent.payloads.length === sent.payloadCount) complete.push(sent);
    }
    settle(parts, complete, withEnds(requests, divided, complete));
  }
}

/** A server failure on an event sent alone does not end the round while the breaker stays closed. */
function endsRound(result: SendResult, batchLength: number, state: BreakerState): boolean {
  if (result.kind === 'paused') return true;
  if (result.kind !== 'retry' || result === CONSENT_CHANGED) return false;
  return batchLength > 1 || state !== 'closed' || !SERVER_FAILURES.has(result.reason);
}

/** Sends one batch and updates the breaker with its outcome. `requests` receives what was sent. */
async function sendBatch(
  parts: RoundParts,
  batch: readonly Item[],
  requests: SentRequest[],
): Promise<SendResult[]> {
  const { destination, settings, http, breaker, clock, counters, shop } = parts;
  const results = await send(
    {
      destination,
      settings,
      http,
      waitForTurn: () => waitForTurn(parts),
      isCurrent: ({ delivery }) => delivery.isCurrent(),
      nowMs: clock.now,
      onSent: (exchange) => {
        const { ms, worst } = exchange;
        const labels = { shop, destination: destination.name, outcome: worst.kind };
        counters.time('delivery_request', ms / 1_000, labels);
        requests.push(toSentRequest(parts.destination, exchange));
      },
    },
    batch,
  );
  const failure = results.find(isFailed);
  if (failure === STOPPING || failure === DEFERRED) return results;
  if (failure && failure.afterMs > 0) breaker.pauseUntil(clock.now() + failure.afterMs);
  if (!isCurrent(parts)) return results;
  if (failure) recordFailure(parts, failure);
  else if (requests.length > 0) breaker.succeeded();
  return results;
}

function recordFailure(parts: RoundParts, failure: Failure): void {
  const { destination, shop, breaker, clock, counters, logger } = parts;
  const place = { shop, destination: destination.name };
  const { answer } = failure;
  if (failure.kind === 'paused') {
    breaker.accessRejected(clock.now());
    counters.count('destination_alerts', place);
    void logRejectedAccess(parts, answer);
  } else {
    breaker.failed(clock.now(), SERVER_FAILURES.has(failure.reason));
    logger.warn({ ...place, breaker: breaker.state(), answer }, 'delivery failed; retrying');
  }
}

/** Delivery does not wait for the number; where the store cannot read it, the line is written without it. */
async function logRejectedAccess(parts: RoundParts, answer: string): Promise<void> {
  const { log, consumer, shop, destination, logger } = parts;
  const depth = await log.depth(consumer).catch(() => undefined);
  const waiting = depth ? `, ${depth.waiting} waiting` : '';
  logger.error(
    { shop, destination: destination.name, answer },
    `destination rejected the access token; delivery paused${waiting}`,
  );
}

/** Resolves when a request is allowed. Another round's request may have opened the breaker meanwhile. */
async function waitForTurn(parts: RoundParts): Promise<NotSent | undefined> {
  const { rateLimiter, isStopping, breaker, clock, endsAtMs } = parts;
  await rateLimiter();
  if (isStopping()) return STOPPING;
  const nowMs = clock.now();
  return isCurrent(parts) && breaker.waitMs(nowMs) === 0 && nowMs < endsAtMs ? undefined : DEFERRED;
}

/** False once the breaker has opened since the round began. */
const isCurrent = ({ breaker, openings }: RoundParts) => breaker.openings() === openings;
