import type { Gap } from '../event-log.ts';
import { prepare } from './database.ts';
import type { HighWater, Mark } from './high-water.ts';
import type { Store } from './store.ts';

/** What this start found out. `markLost`: there are events, but the mark that goes with them is gone or damaged. */
export interface Found {
  missing?: Gap;
  highWaterMarkLost: boolean;
}

/**
 * Holds the file against the mark kept apart from it. What the mark has seen and the file has not is written down as
 * missing, and its numbers are never given out again.
 */
export function createMissing({ connection, transaction }: Store, mark: HighWater) {
  const newest = prepare<Mark>(
    connection,
    'SELECT seq, received_at AS atMs FROM events ORDER BY seq DESC LIMIT 1',
  );
  const list = prepare<{ from: number; to: number; afterMs: number | null; untilMs: number }>(
    connection,
    `SELECT from_seq AS "from", to_seq AS "to", received_after AS afterMs, received_until AS untilMs
     FROM missing ORDER BY from_seq`,
  );
  const given = prepare<{ seq: number }>(connection, `SELECT seq FROM sqlite_sequence WHERE name = 'events'`);
  const note = prepare(connection, 'INSERT INTO missing VALUES (?, ?, ?, ?)');
  const forgetGiven = prepare(connection, `DELETE FROM sqlite_sequence WHERE name = 'events'`);
  const setGiven = prepare(connection, `INSERT INTO sqlite_sequence (name, seq) VALUES ('events', ?)`);

  const read = (): Gap[] =>
    list.all().map(({ from, to, afterMs, untilMs }) => ({
      from,
      to,
      ...(afterMs !== null && { receivedAfter: new Date(afterMs).toISOString() }),
      receivedUntil: new Date(untilMs).toISOString(),
    }));

  function compare(): Found {
    const last = given.get()?.seq ?? 0;
    mark.reach({ seq: last, atMs: newest.get()?.atMs ?? 0 });
    if (typeof mark.found === 'string') return { highWaterMarkLost: last > 0 || mark.found === 'damaged' };
    const { seq, atMs } = mark.found;
    if (seq <= last) return { highWaterMarkLost: false };
    transaction(() => {
      note.run(last + 1, seq, newest.get()?.atMs ?? null, atMs);
      forgetGiven.run();
      setGiven.run(seq);
    });
    const missing = read().at(-1);
    return { highWaterMarkLost: false, ...(missing && { missing }) };
  }

  const found = compare();
  return {
    found,
    list: read,
    /** As the store's, and moves the mark along. */
    transaction<T>(work: () => T): T {
      let reached: Mark | undefined;
      const result = transaction(() => {
        const value = work();
        reached = newest.get();
        return value;
      });
      if (reached) mark.reach(reached);
      return result;
    },
  };
}
