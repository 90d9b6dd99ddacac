import { prepare } from './database.ts';
import type { Store } from './store.ts';

/** Removes events of one shop with everything that hangs on them. Answers how many were there. */
export type Remove = (shop: string, seqs: readonly number[]) => number;

export function createRemove(store: Store): Remove {
  const { connection } = store;
  /** Those configured no more included. */
  const consumerIds = prepare<{ id: number }>(connection, 'SELECT id FROM consumers WHERE shop = ?');
  const removeEvent = prepare(connection, 'DELETE FROM events WHERE seq = ?');
  const removeSeal = prepare(connection, 'DELETE FROM seals WHERE seq = ?');
  const removeDelivery = prepare(connection, 'DELETE FROM deliveries WHERE consumer = ? AND seq = ?');
  const removeDeadLetter = prepare(connection, 'DELETE FROM dead_letters WHERE consumer = ? AND seq = ?');

  return (shop, seqs) => {
    const ids = consumerIds.all(shop).map(({ id }) => id);
    const states = new Map(store.consumers.map((consumer) => [consumer.id, consumer]));
    let removed = 0;
    for (const seq of seqs) {
      if (removeEvent.run(seq) === 0) continue;
      removed++;
      removeSeal.run(seq);
      for (const id of ids) {
        const wasTaken = removeDelivery.run(id, seq) > 0;
        const wasDead = removeDeadLetter.run(id, seq) > 0;
        const state = states.get(id);
        if (state && (wasTaken || seq > state.cursor)) state.waiting--;
        if (state && wasDead) state.deadLetters--;
      }
    }
    return removed;
  };
}
