import type { DeliverySettlement, Settlement } from './settle.ts';

/** Collects what is settled in one turn of the event loop, so that a batch of deliveries is settled by one message. */
export function collectSettlements(send: (settlements: Settlement[]) => void) {
  let collected: Settlement[] = [];
  const flush = () => {
    if (collected.length > 0) send(joinAcks(collected));
    collected = [];
  };
  const add = (settlement: Settlement) => {
    if (collected.push(settlement) === 1) queueMicrotask(flush);
  };
  return { add, flush };
}

/** Acks of one lease are joined into one list of numbers, which crosses to the thread cheaply. */
function joinAcks(settlements: readonly Settlement[]): Settlement[] {
  const joined: Settlement[] = [];
  for (const next of settlements) {
    const last = joined.at(-1);
    const isOneMore = next.kind === 'ack' && last?.kind === 'ack' && haveSameLease(last, next);
    if (isOneMore) last.seqs.push(...next.seqs);
    else joined.push(next);
  }
  return joined;
}
const haveSameLease = (one: DeliverySettlement, other: DeliverySettlement) =>
  one.consumer === other.consumer && one.attempt === other.attempt;
