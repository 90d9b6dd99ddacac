import type { Person, Relation } from '../../privacy/person.ts';
import { CHUNK } from './chunks.ts';
import type { PersonRows } from './person-rows.ts';
import { relationIn } from './person-scan.ts';
import { type Connection, prepare } from './prepare.ts';
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

/** The tables of the store, and what they are attached as. */
export interface StoreTables {
  connection: Connection;
  schema: 'main' | 'store';
}

/**
 * An order is the person's as its trusted reports say, or by the user id it was made with; one that only browsers
 * reported as any of its reports says.
 */
export function createFindOrders({ connection, schema }: StoreTables, rows: Pick<PersonRows, 'orders'>) {
  const ordersIn = prepare<OrderRow>(
    connection,
    `SELECT id, canonical_id AS canonicalId, user_id AS userId FROM ${schema}.orders
     WHERE +shop = ? AND id BETWEEN ? AND ? ORDER BY id`,
  );
  const reportsOf = prepareTexts<ReportRow>(
    connection,
    `SELECT r.order_id AS orderId, r.source, r.stage, r.part, r.packed, r.body
     FROM ${schema}.orders o JOIN ${schema}.order_reports r ON r.order_id = o.id WHERE +o.shop = ? AND o.id BETWEEN ? AND ?`,
  );
  const named = prepare<{ orderId: number }>(
    connection,
    `SELECT order_id AS orderId FROM ${schema}.order_names WHERE shop = ? AND name = ? AND is_trusted = 1`,
  );

  return function* findOrders(
    shop: string,
    person: Person,
    names: readonly string[],
  ): Generator<undefined, FoundOrders> {
    const found: FoundOrders = { orders: [], reports: [], userIds: [] };
    const asked = new Set(names.flatMap((name) => named.get(shop, name)?.orderId ?? []));
    let read = 0;
    for (const [first, last] of rows.orders(shop, person, asked)) {
      const orders = ordersIn.all(shop, first, last);
      const reports = reportsOf.all(shop, first, last).map(({ body, packed: _, ...report }) => {
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
      read += orders.length;
      if (read < CHUNK) continue;
      read = 0;
      yield;
    }
    return found;
  };
}
