import type { RetryReason } from '../../shared/reasons.ts';
import type { RoundParts } from './parts.ts';
import type { Early, Open } from './prepare.ts';
import { retryDelayMs } from './retry.ts';
import { type Result, worst } from './send.ts';

const EARLIER_RETRY_MS = 1_000;

/** One event with everything that was sent for it and what came back, in the same order. */
export interface Sent {
  delivery: Open;
  payloads: unknown[];
  results: Result[];
}

/** Settles events whose every payload has been answered: first the ledger, durably, then the log. */
export async function settle(parts: RoundParts, sent: readonly Sent[]): Promise<void> {
  await settleLedger(parts, sent);
  for (const one of sent) settleOne(parts, one);
}

/** Accepted keys stay for good; those certainly not accepted are forgotten; the rest stay open. */
async function settleLedger(
  { destination, ledger, consumer }: RoundParts,
  sent: readonly Sent[],
): Promise<void> {
  const accepted: { key: string; remoteId?: string }[] = [];
  const refused: string[] = [];
  for (const { payloads, results } of sent) {
    for (const [index, payload] of payloads.entries()) {
      const key = destination.once?.(payload);
      const result = results[index];
      if (key === undefined || result === undefined) continue;
      if (result.kind === 'delivered')
        accepted.push({ key, ...(result.remoteId && { remoteId: result.remoteId }) });
      else if (isCertainlyNotAccepted(result)) refused.push(key);
    }
  }
  if (accepted.length > 0) await ledger.confirm(consumer, accepted);
  if (refused.length > 0) await ledger.release(consumer, refused);
}

const NOT_ACCEPTED = new Set<RetryReason>(['deferred', 'unreachable', 'throttled']);
const isCertainlyNotAccepted = (result: Result) => result.kind !== 'retry' || NOT_ACCEPTED.has(result.reason);

function settleOne(parts: RoundParts, { delivery, payloads, results }: Sent): void {
  const result = worst(results);
  const { destination, shop, counters, identifies, report, random } = parts;
  const { event, attempt } = delivery;
  const labels = { shop, destination: destination.name };
  const about = { ...labels, messageId: event.messageId, payloads, answer: result.words };
  if (result.kind === 'delivered') {
    delivery.ack();
    identifies.settled(event);
    counters.count('deliveries', {
      ...labels,
      outcome: result.warning === undefined ? 'delivered' : 'warning',
    });
    report({ ...about, state: 'delivered' });
  } else if (result.kind === 'rejected') {
    delivery.deadLetter('rejected', result.words);
    identifies.settled(event);
    counters.count('dead_letters', { ...labels, reason: 'rejected' });
    report({ ...about, state: 'dead', reason: 'rejected' });
  } else {
    const reason = result.kind === 'paused' ? 'paused' : result.reason;
    identifies.failed(event);
    const delayMs = retryDelayMs(result.wasKept ? 1 : attempt, random());
    delivery.retry(Math.max(result.afterMs, delayMs), reason, reason === 'no-answer');
    counters.count('deliveries_retried', { ...labels, reason });
    report({ ...about, state: 'retry', reason });
  }
}

/** Settles what needs no request. */
export function settleEarly(parts: RoundParts, found: Early): void {
  const { destination, shop, counters, identifies, report } = parts;
  const { delivery } = found;
  const labels = { shop, destination: destination.name };
  const about = { ...labels, messageId: delivery.event.messageId };
  if ('skip' in found) {
    delivery.ack();
    identifies.settled(delivery.event);
    counters.count('deliveries_skipped', { ...labels, reason: found.skip });
    report({ ...about, state: 'skipped', reason: found.skip });
  } else if ('wait' in found) {
    delivery.retry(EARLIER_RETRY_MS, found.wait);
    identifies.failed(delivery.event);
    counters.count('deliveries_retried', { ...labels, reason: found.wait });
    report({ ...about, state: 'retry', reason: found.wait });
  } else {
    delivery.deadLetter(found.dead, found.answer);
    identifies.settled(delivery.event);
    counters.count('dead_letters', { ...labels, reason: found.dead });
    report({ ...about, state: 'dead', reason: found.dead, answer: found.answer });
  }
}
