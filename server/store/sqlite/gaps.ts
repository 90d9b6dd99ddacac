import type { Gap } from '../store.ts';
import type { HighWater, HighWaterMark } from './high-water.ts';
import { prepare } from './prepare.ts';
import type { Found, OpenStore } from './tables.ts';

/**
 * Compares the database with the high-water mark. Events at or below the mark that the database does not have are
 * recorded as a gap, and their `seq` is never assigned again.
 */
export function createGaps({ connection, transaction }: OpenStore, highWater: HighWater) {
  const newest = prepare<HighWaterMark>(
    connection,
    'SELECT seq, received_at AS atMs FROM events ORDER BY seq DESC LIMIT 1',
  );
  const list = prepare<{ from: number; to: number; afterMs: number | null; untilMs: number }>(
    connection,
    `SELECT from_seq AS "from", to_seq AS "to", received_after AS afterMs, received_until AS untilMs
     FROM missing ORDER BY from_seq`,
  );
  const assigned = prepare<{ seq: number }>(
    connection,
    `SELECT seq FROM sqlite_sequence WHERE name = 'events'`,
  );
  const record = prepare(connection, 'INSERT INTO missing VALUES (?, ?, ?, ?)');
  const removeAssigned = prepare(connection, `DELETE FROM sqlite_sequence WHERE name = 'events'`);
  const setAssigned = prepare(connection, `INSERT INTO sqlite_sequence (name, seq) VALUES ('events', ?)`);

  const read = (): Gap[] =>
    list.all().map(({ from, to, afterMs, untilMs }) => ({
      from,
      to,
      ...(afterMs !== null && { receivedAfter: new Date(afterMs).toISOString() }),
      receivedUntil: new Date(untilMs).toISOString(),
    }));

  function compare(): Found {
    const last = assigned.get()?.seq ?? 0;
    highWater.advance({ seq: last, atMs: newest.get()?.atMs ?? 0 });
    const { found } = highWater;
    if (typeof found === 'string') return { highWaterMarkLost: last > 0 || found === 'damaged' };
    const { seq, atMs } = found;
    if (seq <= last) return { highWaterMarkLost: false };
    transaction(() => {
      record.run(last + 1, seq, newest.get()?.atMs ?? null, atMs);
      removeAssigned.run();
      setAssigned.run(seq);
    });
    const gap = read().at(-1);
    return { highWaterMarkLost: false, ...(gap && { gap }) };
  }

  const found = compare();
  return {
    found,
    list: read,
    /** A transaction of the store that also advances the mark once it has committed. */
    transaction<T>(work: () => T): T {
      let reached: HighWaterMark | undefined;
      const result = transaction(() => {
        const value = work();
        reached = newest.get();
        return value;
      });
      if (reached) highWater.advance(reached);
      return result;
    },
  };
}
