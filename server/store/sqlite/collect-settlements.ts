import type { DeliverySettlement, Settlement } from './settle.ts';

/** Collects what is settled in one turn of the event loop, so that a batch of deliveries is settled by one message. */
export function collectSettlements(send: (settlements: Settlement[]) => void) {
  let collected: Settlement[] = [];
  const flush = () => {
    if (collected.length > 0) send(join(collected));
    collected = [];
  };
  const add = (settlement: Settlement) => {
    if (collected.push(settlement) === 1) queueMicrotask(flush);
  };
  return { add, flush };
}

/**
 * Deliveries of one lease with the same end are joined into one list of numbers, which crosses to the thread cheaply and
 * has one row of history. Retries have times of their own.
 */
function join(settlements: readonly Settlement[]): Settlement[] {
  const joined: Settlement[] = [];
  const byEnd = new Map<string, DeliverySettlement>();
  for (const next of settlements) {
    if (next.kind === 'request' || next.kind === 'retry') {
      joined.push(next);
      continue;
    }
    const end = endOf(next);
    const found = byEnd.get(end);
    if (found) found.seqs.push(...next.seqs);
    else {
      byEnd.set(end, next);
      joined.push(next);
    }
  }
  return joined;
}

function endOf(settlement: Exclude<DeliverySettlement, { kind: 'retry' }>): string {
  const { kind, consumer, attempt, fence } = settlement;
  const why = kind === 'ack' ? '' : settlement.reason;
  const answer = kind === 'dead-letter' ? settlement.answer : '';
  return `${kind}\0${attempt}\0${fence}\0${consumer}\0${why}\0${answer}`;
}
