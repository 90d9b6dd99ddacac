import type { Person, Relation } from '../../privacy/person.ts';
import { CHUNK, pages } from './chunks.ts';
import { prepare } from './database.ts';
import type { OpenStore } from './open-store.ts';
import { relationIn } from './person-scan.ts';
import { prepareTexts } from './stored-text.ts';

/** The key of one report of an order, and its text. */
export interface ReportRow {
  orderId: number;
  source: string;
  stage: string;
  part: string;
  body: string;
}

interface OrderRow {
  id: number;
  canonicalId: string;
  userId: string | null;
}

/** Orders of a person, and reports of others' orders that are by the person or mention them. */
export interface FoundOrders {
  orders: OrderRow[];
  reports: (Omit<ReportRow, 'body'> & { relation: Exclude<Relation, 'none'> })[];
  userIds: string[];
}

/**
 * An order is the person's as its trusted reports say, or by the user id it was made with; one that only browsers
 * reported as any of its reports says.
 */
export function createFindOrders({ connection }: OpenStore) {
  const page = prepare<OrderRow>(
    connection,
    `SELECT id, canonical_id AS canonicalId, user_id AS userId FROM orders
     WHERE +shop = ? AND id > ? ORDER BY id LIMIT ?`,
  );
  const reportsOf = prepareTexts<ReportRow>(
    connection,
    `SELECT r.order_id AS orderId, r.source, r.stage, r.part, r.packed, r.body
     FROM orders o JOIN order_reports r ON r.order_id = o.id WHERE +o.shop = ? AND o.id BETWEEN ? AND ?`,
  );
  const named = prepare<{ orderId: number }>(
    connection,
    'SELECT order_id AS orderId FROM order_names WHERE shop = ? AND name = ? AND is_trusted = 1',
  );

  return function* findOrders(
    shop: string,
    person: Person,
    names: readonly string[],
  ): Generator<undefined, FoundOrders> {
    const found: FoundOrders = { orders: [], reports: [], userIds: [] };
    const asked = new Set(names.flatMap((name) => named.get(shop, name)?.orderId ?? []));
    for (const orders of pages((after) => page.all(shop, after, CHUNK))) {
      const [firstId = 0, lastId = 0] = [orders.at(0)?.id, orders.at(-1)?.id];
      const reports = reportsOf.all(shop, firstId, lastId).map(({ body, packed: _, ...report }) => {
        const { relation } = relationIn(body, person);
        return { ...report, relation };
      });
      const byOrder = Map.groupBy(reports, ({ orderId }) => orderId);
      for (const order of orders) {
        const all = byOrder.get(order.id) ?? [];
        const trusted = all.filter(({ source }) => source !== 'browser');
        const deciding = trusted.length > 0 ? trusted : all;
        const isBuyer = order.userId !== null && person.ids.has(order.userId);
        if (isBuyer) found.userIds.push(order.userId as string);
        if (isBuyer || asked.has(order.id) || deciding.some(({ relation }) => relation === 'own'))
          found.orders.push(order);
        else
          for (const { relation, ...report } of all)
            if (relation !== 'none') found.reports.push({ ...report, relation });
      }
      yield;
    }
    return found;
  };
}
export type FindOrders = ReturnType<typeof createFindOrders>;
