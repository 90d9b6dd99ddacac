import { CHUNK, pages } from './chunks.ts';
import { prepare } from './database.ts';
import type { ConsumerState, Store } from './store.ts';

/** Says of each event whether any of some consumers still has it open, or holds it as a dead letter. */
export type IsOpen = (seq: number) => boolean;

export interface Seals {
  /** Deletes an event's seal when this was the last consumer that may open it. */
  dropIfDone(consumer: ConsumerState, seq: number): void;
  /** Deletes the seals no configured consumer will open any more. */
  sweep(): Generator<undefined, void>;
  /** Reads once what some consumers have open among the events `from`…`to`. */
  openAmong(consumers: readonly ConsumerState[], from: number, to: number): IsOpen;
}

export function createSeals(store: Store): Seals {
  const { connection } = store;
  const open = prepare<{ seq: number }>(
    connection,
    `SELECT seq FROM deliveries WHERE consumer = ?1 AND seq BETWEEN ?2 AND ?3
     UNION ALL SELECT seq FROM dead_letters WHERE consumer = ?1 AND seq BETWEEN ?2 AND ?3`,
  );
  const page = prepare<{ seq: number; shop: string }>(
    connection,
    `SELECT s.seq, e.shop FROM seals s JOIN events e ON e.seq = s.seq WHERE s.seq > ? ORDER BY s.seq LIMIT ?`,
  );
  const drop = prepare(connection, 'DELETE FROM seals WHERE seq = ?');
  const openers = (shop: string) =>
    store.consumers.filter((consumer) => consumer.shop === shop && consumer.decryptsPii);

  function openAmong(consumers: readonly ConsumerState[], from: number, to: number): IsOpen {
    const found = new Set(consumers.flatMap(({ id }) => open.all(id, from, to)).map(({ seq }) => seq));
    const passed = Math.min(...consumers.map(({ cursor }) => cursor));
    return (seq) => seq > passed || found.has(seq);
  }

  return {
    openAmong,
    dropIfDone(consumer, seq) {
      if (consumer.decryptsPii && !openAmong(openers(consumer.shop), seq, seq)(seq)) drop.run(seq);
    },
    *sweep() {
      for (const rows of pages((after) => page.all(after, CHUNK))) {
        store.transaction(() => {
          for (const [shop, seqs] of byShop(rows)) {
            const isOpen = openAmong(openers(shop), Math.min(...seqs), Math.max(...seqs));
            for (const seq of seqs) if (!isOpen(seq)) drop.run(seq);
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
