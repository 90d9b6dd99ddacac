import { isAhead, type OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';

/** Removes events of one shop with their PII, deliveries and dead letters. Returns how many there were. */
export type Remove = (shop: string, seqs: readonly number[]) => number;

export function createRemove(store: OpenStore): Remove {
  const { connection } = store;
  /** Including consumers that are no longer configured. */
  const consumerIds = prepare<{ id: number }>(connection, 'SELECT id FROM consumers WHERE shop = ?');
  const removeEvent = prepare<{ seq: number; voice: number; audience: number }>(
    connection,
    'DELETE FROM events WHERE seq = ? RETURNING seq, voice, audience',
  );
  const removePii = prepare(connection, 'DELETE FROM seals WHERE seq = ?');
  const removeDelivery = prepare(connection, 'DELETE FROM deliveries WHERE consumer = ? AND seq = ?');
  const removeDeadLetter = prepare(connection, 'DELETE FROM dead_letters WHERE consumer = ? AND seq = ?');

  return (shop, seqs) => {
    const ids = consumerIds.all(shop).map(({ id }) => id);
    const states = new Map(store.consumers.map((consumer) => [consumer.id, consumer]));
    let removed = 0;
    for (const seq of seqs) {
      const event = removeEvent.get(seq);
      if (!event) continue;
      removed++;
      removePii.run(seq);
      for (const id of ids) {
        const wasQueued = removeDelivery.changed(id, seq) > 0;
        const wasDead = removeDeadLetter.changed(id, seq) > 0;
        const state = states.get(id);
        if (state && (wasQueued || isAhead(state, event))) state.waiting--;
        if (state && wasDead) state.deadLetters--;
      }
    }
    return removed;
  };
}
