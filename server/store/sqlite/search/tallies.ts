import { type Connection, prepare } from '../prepare.ts';
import { floorTo, HOUR_MS } from './figures.ts';

export interface Tally {
  consumer: number;
  state: number;
  reason: number;
  /** When the hour begins. */
  hour: number;
}
/** How many outcomes of each kind there are, by hour: groups are shown without reading them one by one. */
export interface Tallies {
  add(tally: Tally, count: number): void;
}
export const hourOf = (ms: number): number => floorTo(HOUR_MS, ms);

export function createTallies(connection: Connection): Tallies {
  const put = prepare<{ count: number }>(
    connection,
    `INSERT INTO tallies (consumer, state, reason, hour, count) VALUES (?1, ?2, ?3, ?4, ?5)
     ON CONFLICT (consumer, state, reason, hour) DO UPDATE SET count = tallies.count + excluded.count RETURNING count`,
  );
  const remove = prepare(
    connection,
    'DELETE FROM tallies WHERE consumer = ? AND state = ? AND reason = ? AND hour = ?',
  );
  return {
    add({ consumer, state, reason, hour }, count) {
      const left = put.get(consumer, state, reason, hour, count)?.count ?? 0;
      if (left <= 0) remove.run(consumer, state, reason, hour);
    },
  };
}
