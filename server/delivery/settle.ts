import type { DeadLetterReason, RetryReason } from '../../shared/reasons.ts';
import type { MatchCounts, SentRequest } from '../store/history.ts';
import type { Settled } from '../store/store.ts';
import { matchKeysOf, matchOf } from './match.ts';
import type { SharedParts } from './parts.ts';
import type { InFlight, Unsent } from './prepare.ts';
import { retryDelayMs } from './retry.ts';
import { type SendResult, type Sent, worst } from './send.ts';

const UNSENT_RETRY_MS = 1_000;

/**
 * Settles events whose every payload has a result. Their deliveries, the ledger's keys and the requests that were sent
 * are one transaction of the store.
 */
export function settle(parts: SharedParts, sent: readonly Sent[], requests: readonly SentRequest[]): void {
  const match = matchOf(parts.destination, sent);
  parts.log.settle(parts.consumer, { ...ledgerKeys(parts, sent), requests: withMatch(requests, match) });
  for (const one of sent) settleSent(parts, one);
  for (const [key, count] of match ? matchKeysOf(match) : [])
    parts.counters.count('deliveries_matchable', { ...placeOf(parts), key }, count);
}

/** With what the accepted events carried, in the row of the last request. */
function withMatch(requests: readonly SentRequest[], match: MatchCounts | undefined): readonly SentRequest[] {
  const last = requests.at(-1);
  return last && match ? [...requests.slice(0, -1), { ...last, match }] : requests;
}

/** Accepted keys, and those certainly not accepted; keys of unknown outcome stay reserved. */
function ledgerKeys(
  { destination }: SharedParts,
  sent: readonly Sent[],
): Pick<Settled, 'confirmed' | 'released'> {
  const confirmed: { key: string; remoteId?: string }[] = [];
  const released: string[] = [];
  for (const { payloads, results } of sent) {
    for (const [index, payload] of payloads.entries()) {
      const key = destination.once?.(payload);
      const result = results[index];
      if (key === undefined || result === undefined) continue;
      if (result.kind === 'delivered')
        confirmed.push({ key, ...(result.remoteId && { remoteId: result.remoteId }) });
      else if (isCertainlyNotAccepted(result)) released.push(key);
    }
  }
  return { confirmed, released };
}

const NOT_ACCEPTED = new Set<RetryReason>(['deferred', 'unreachable', 'throttled']);
const isCertainlyNotAccepted = (result: SendResult) =>
  result.kind !== 'retry' || NOT_ACCEPTED.has(result.reason);

function settleSent(parts: SharedParts, { delivery, payloads, results }: Sent): void {
  const result = worst(results);
  const { attempt, event } = delivery;
  const { answer } = result;
  if (result.kind === 'delivered') {
    const outcome = result.warning === undefined ? 'delivered' : 'warning';
    delivery.ack();
    parts.identifies.settled(event);
    parts.counters.count('deliveries', { ...placeOf(parts), outcome });
    parts.refusals.delivered();
    parts.report({ ...aboutOf(parts, delivery), payloads, answer, state: 'delivered' });
  } else if (result.kind === 'rejected') {
    settleDead(parts, delivery, 'rejected', answer, payloads);
  } else {
    const reason = result.kind === 'paused' ? 'paused' : result.reason;
    const delayMs = retryDelayMs(result.isUnsent ? 1 : attempt, parts.random());
    delivery.retry(Math.max(result.afterMs, delayMs), reason, reason === 'no-answer');
    parts.identifies.failed(event);
    parts.counters.count('deliveries_retried', { ...placeOf(parts), reason });
    parts.report({ ...aboutOf(parts, delivery), payloads, answer, state: 'retry', reason });
  }
}

/** Settles what needs no request. */
export function settleUnsent(parts: SharedParts, found: Unsent): void {
  const { delivery } = found;
  if ('skip' in found) {
    delivery.skip(found.skip);
    parts.identifies.settled(delivery.event);
    parts.counters.count('deliveries_skipped', { ...placeOf(parts), reason: found.skip });
    parts.report({ ...aboutOf(parts, delivery), state: 'skipped', reason: found.skip });
  } else if ('retry' in found) {
    delivery.retry(UNSENT_RETRY_MS, found.retry);
    parts.identifies.failed(delivery.event);
    parts.counters.count('deliveries_retried', { ...placeOf(parts), reason: found.retry });
    parts.report({ ...aboutOf(parts, delivery), state: 'retry', reason: found.retry });
  } else {
    settleDead(parts, delivery, found.dead, found.answer);
  }
}

function settleDead(
  parts: SharedParts,
  delivery: InFlight,
  reason: DeadLetterReason,
  answer: string,
  payloads?: readonly unknown[],
): void {
  delivery.deadLetter(reason, answer);
  parts.identifies.settled(delivery.event);
  parts.counters.count('dead_letters', { ...placeOf(parts), reason });
  parts.deadLetterLog.record(reason, answer);
  parts.refusals.refused();
  const about = aboutOf(parts, delivery);
  parts.report({ ...about, ...(payloads && { payloads }), state: 'dead', reason, answer });
}

const placeOf = ({ shop, destination }: SharedParts) => ({ shop, destination: destination.name });
const aboutOf = (parts: SharedParts, { event }: InFlight) => ({
  ...placeOf(parts),
  messageId: event.messageId,
});
