import type { Order } from './order.ts';
import type { References } from './order-references.ts';
import { type Connection, prepare } from './prepare.ts';

/** Makes two orders one: what the first had becomes the second's. What both had stays behind, and is answered. */
export function createMergeOrders(connection: Connection, references: References) {
  const moves = [
    ...['order_names', 'evidence', 'events'].map((table) => [table, '']),
    ...[
      ['order_tokens', 'shop', 'token'],
      ['order_stages', 'stage', 'part'],
      ['order_reports', 'source', 'stage', 'part'],
    ].map(([table, ...keys]) => {
      const isSame = keys.map((key) => `AND other.${key} = ${table}.${key}`).join(' ');
      return [table, `AND NOT EXISTS (SELECT 1 FROM ${table} other WHERE other.order_id = ?2 ${isSame})`];
    }),
  ].map(([table, unless]) =>
    prepare(connection, `UPDATE ${table} SET order_id = ?2 WHERE order_id = ?1 ${unless}`),
  );
  // Of a stage that both orders have, the one that was sent stays; where none was, the older.
  const preferSent = prepare(
    connection,
    `UPDATE order_stages SET seq = other.seq FROM order_stages other LEFT JOIN events e ON e.seq = other.seq
     WHERE order_stages.order_id = ?2 AND other.order_id = ?1 AND coalesce(e.compose <> 1, TRUE)
       AND other.stage = order_stages.stage AND other.part = order_stages.part
     RETURNING order_stages.stage`,
  );
  const stagesOf = prepare<{ seq: number }>(connection, 'SELECT seq FROM order_stages WHERE order_id = ?');
  const dropStages = prepare(connection, 'DELETE FROM order_stages WHERE order_id = ?');
  const leftovers = [
    prepare(connection, 'DELETE FROM order_tokens WHERE order_id = ?'),
    prepare(connection, 'DELETE FROM order_reports WHERE order_id = ?'),
    prepare(connection, 'DELETE FROM orders WHERE id = ?'),
  ];

  return (from: Order, to: number): number[] => {
    const before = [...stagesOf.all(from.id), ...stagesOf.all(to)];
    preferSent.all(from.id, to);
    for (const move of moves) move.run(from.id, to);
    references.join(from.id, to);
    references.remove(from.id);
    dropStages.run(from.id);
    const kept = new Set(stagesOf.all(to).map(({ seq }) => seq));
    const superseded = before.map(({ seq }) => seq).filter((seq) => !kept.has(seq));
    for (const remove of leftovers) remove.run(from.id);
    return superseded;
  };
}
