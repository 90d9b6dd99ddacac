import { CHUNK, pages } from './chunks.ts';
import type { ConsumerState, OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';

/** True for an event that some of the consumers have not settled, or hold as a dead letter. */
export type IsUnsettled = (seq: number) => boolean;

/** The encrypted raw values beside events (table `seals`), deleted as soon as no consumer needs them. */
export interface EncryptedPii {
  /** Deletes the values of an event if `consumer` was the last that may decrypt them. */
  deleteIfSettled(consumer: ConsumerState, seq: number): void;
  /** Deletes the values that no configured consumer will decrypt. */
  sweep(): Generator<undefined, void>;
  /** Reads once which of the events `from`…`to` these consumers have not settled. */
  unsettledAmong(consumers: readonly ConsumerState[], from: number, to: number): IsUnsettled;
}

export function createEncryptedPii(store: OpenStore): EncryptedPii {
  const { connection } = store;
  const unsettled = prepare<{ seq: number }>(
    connection,
    `SELECT seq FROM deliveries WHERE consumer = ?1 AND seq BETWEEN ?2 AND ?3
     UNION ALL SELECT seq FROM dead_letters WHERE consumer = ?1 AND seq BETWEEN ?2 AND ?3`,
  );
  const page = prepare<{ seq: number; shop: string }>(
    connection,
    `SELECT s.seq, e.shop FROM seals s JOIN events e ON e.seq = s.seq WHERE s.seq > ? ORDER BY s.seq LIMIT ?`,
  );
  const remove = prepare(connection, 'DELETE FROM seals WHERE seq = ?');
  const decryptingConsumers = (shop: string) =>
    store.consumers.filter((consumer) => consumer.shop === shop && consumer.decryptsPii);

  function unsettledAmong(consumers: readonly ConsumerState[], from: number, to: number): IsUnsettled {
    const found = new Set(consumers.flatMap(({ id }) => unsettled.all(id, from, to)).map(({ seq }) => seq));
    const slowestCursor = Math.min(...consumers.map(({ cursor }) => cursor));
    return (seq) => seq > slowestCursor || found.has(seq);
  }

  return {
    unsettledAmong,
    deleteIfSettled(consumer, seq) {
      if (!consumer.decryptsPii) return;
      if (!unsettledAmong(decryptingConsumers(consumer.shop), seq, seq)(seq)) remove.run(seq);
    },
    *sweep() {
      for (const rows of pages((after) => page.all(after, CHUNK))) {
        store.transaction(() => {
          for (const [shop, seqs] of byShop(rows)) {
            const isUnsettled = unsettledAmong(
              decryptingConsumers(shop),
              Math.min(...seqs),
              Math.max(...seqs),
            );
            for (const seq of seqs) if (!isUnsettled(seq)) remove.run(seq);
          }
        });
        yield;
      }
    },
  };
}

function byShop(rows: readonly { seq: number; shop: string }[]): Map<string, number[]> {
  return new Map(
    [...Map.groupBy(rows, ({ shop }) => shop)].map(([shop, group]) => [shop, group.map(({ seq }) => seq)]),
  );
}
