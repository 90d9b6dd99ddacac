import type { JoinedOrders, JoinedOrdersQuery } from '../../search.ts';
import { type Connection, prepare } from '../prepare.ts';

/** Counts orders by who reported them, from indexes alone: no report is read. */
export function createJoinedOrders(connection: Connection) {
  const count = prepare<JoinedOrders>(
    connection,
    `SELECT count(*) AS orders, count(CASE WHEN is_joined THEN 1 END) AS joined FROM (
       SELECT EXISTS (SELECT 1 FROM store.order_reports WHERE order_id = o.id AND source <> 'browser')
         AND (EXISTS (SELECT 1 FROM store.order_reports WHERE order_id = o.id AND source = 'browser')
           OR EXISTS (SELECT 1 FROM store.evidence WHERE order_id = o.id)) AS is_joined
       FROM store.orders o INDEXED BY orders_by_age
       WHERE o.shop = ? AND o.reported_at >= ? ORDER BY o.reported_at DESC LIMIT ?) newest`,
  );
  return ({ shop, fromMs, most }: JoinedOrdersQuery): JoinedOrders =>
    count.get(shop, fromMs, most) ?? { orders: 0, joined: 0 };
}
