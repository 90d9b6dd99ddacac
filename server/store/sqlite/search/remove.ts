import { type Connection, prepare } from '../prepare.ts';
import { HOUR_MS } from './figures.ts';
import { segmentOf } from './keys.ts';
import type { Tallies } from './tallies.ts';

/** Removes events of one shop from the index, with everything that refers to them. */
export type RemoveFromIndex = (shop: number, seqs: readonly number[]) => void;

export function createRemoveFromIndex(connection: Connection, tallies: Tallies): RemoveFromIndex {
  const IN = 'seq IN (SELECT CAST(value AS BIGINT) FROM json_each(?))';
  const outcomes = prepare<{ consumer: number; state: number; reason: number; hour: number; count: number }>(
    connection,
    `SELECT consumer, state, reason, at / ${HOUR_MS} * ${HOUR_MS} AS hour, count(*) AS count FROM outcomes WHERE ${IN}
     GROUP BY 1, 2, 3, 4`,
  );
  const removals = ['outcomes', 'earlier', 'uncomposed'].map((table) =>
    prepare(connection, `DELETE FROM ${table} WHERE ${IN}`),
  );
  const removeEvents = prepare(connection, `DELETE FROM events WHERE ${IN} AND shop = ?`);
  const removeKeys = prepare(connection, `DELETE FROM keys WHERE ${IN} AND segment = ?`);

  return (shop, seqs) => {
    const list = JSON.stringify(seqs);
    for (const { count, ...row } of outcomes.all(list)) tallies.add(row, -count);
    for (const removal of removals) removal.run(list);
    removeEvents.run(list, shop);
    for (const segment of new Set(seqs.map(segmentOf))) removeKeys.run(list, segment);
  };
}
