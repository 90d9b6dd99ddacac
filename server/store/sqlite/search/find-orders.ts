import type { DayOfOrders, FoundOrder, OrderPage, OrderQuery } from '../../search.ts';
import { type Connection, prepare } from '../prepare.ts';
import { readPair, toPair } from './cursor.ts';
import type { DescribeOrder, OrderRow } from './describe-order.ts';
import { dayBounds } from './local-day.ts';
import { type Listed, type OrderPlace, type OrderStream, readStreams, streamOf } from './order-streams.ts';
import type { Destination, Outcomes } from './outcomes.ts';
import type { Scan } from './scan.ts';
import type { SoughtOrders } from './sought-orders.ts';
import type { Unjoined } from './unjoined.ts';
import { createIsWanted } from './wanted-outcome.ts';

interface PlacedRow extends OrderRow {
  placedAtMs: number;
}
type OrderFilter = Omit<OrderQuery, 'limit' | 'cursor'>;

const MAX_PAGE = 200;
/** Orders one step looks at. */
const STEP = 50;
const MAX_PAGE_MS = 40;
const PLACED = `SELECT o.id, o.shop, o.canonical_id AS canonicalId, f.placed_at AS placedAtMs
  FROM order_facts f CROSS JOIN store.orders o ON o.id = f.id`;

interface Parts {
  outcomes: Pick<Outcomes, 'destinations'>;
  scan: Pick<Scan, 'catchUp' | 'snapshot'>;
  describeOrder: DescribeOrder;
  unjoined: Unjoined;
  soughtOrders: SoughtOrders;
}

/** Lists of orders: those of a voice that makes orders by when they were placed, and between them what only pages reported. */
export function createFindOrders(
  connection: Connection,
  { outcomes, scan, describeOrder, unjoined, soughtOrders }: Parts,
) {
  const next = prepare<PlacedRow>(
    connection,
    `${PLACED} WHERE (f.placed_at, f.id) < (?1, ?2) AND f.placed_at >= ?3
     ORDER BY f.placed_at DESC, f.id DESC LIMIT ?4`,
  );
  const one = prepare<PlacedRow>(connection, `${PLACED} WHERE f.id = ?`);

  /** Where the list is read: what has the ids of a query, else everything. */
  function streamsOf(query: OrderFilter, of: readonly Destination[]): OrderStream[] {
    const { shop, isConfirmed, unjoined: status } = query;
    const listed = (row: PlacedRow): Listed => ({
      ...{ atMs: row.placedAtMs, rank: 2 * row.id },
      describe: (isLate) =>
        shop === undefined || shop === row.shop ? describeOrder(row, of, isLate) : undefined,
    });
    const sought = soughtOrders(query);
    if (sought) {
      const orders = sought.orderIds.flatMap((id) => one.get(id) ?? []).map(listed);
      return [streamOf([...orders, ...sought.evidenceIds.flatMap((id) => unjoined.of(id) ?? [])])];
    }
    return [
      ...(isConfirmed === false || status ? [] : [confirmed(listed)]),
      ...(isConfirmed ? [] : unjoined.streams({ shop, status })),
    ];
  }
  const confirmed =
    (listed: (row: PlacedRow) => Listed): OrderStream =>
    ({ atMs, rank }, fromMs, max) =>
      next.all(atMs, Math.ceil(rank / 2), fromMs, max).map(listed);

  /** Each order that matches, the latest first, with a pause after each step. */
  function* each(query: OrderFilter, from: OrderPlace) {
    scan.catchUp();
    const streams = streamsOf(query, outcomes.destinations(query.shop));
    const isWanted = isWantedBy(query);
    for (let before = from; ; ) {
      const { orders, readTo } = readStreams(streams, before, query.fromMs ?? 0, STEP);
      const found = scan.snapshot((isLate) =>
        orders.map((place) => ({ place, order: place.describe(isLate) })),
      );
      for (const { place, order } of found) if (order && isWanted(order)) yield { place, order };
      if (!readTo) return;
      before = readTo;
      yield { place: readTo, order: undefined };
    }
  }

  return {
    *orders({ limit, cursor, ...query }: OrderQuery): Generator<undefined, OrderPage> {
      const startedAtMs = performance.now();
      const asked = readPair(cursor);
      const from = asked
        ? { atMs: asked.atMs, rank: asked.id }
        : { atMs: query.toMs ?? Number.MAX_SAFE_INTEGER, rank: 0 };
      const orders: FoundOrder[] = [];
      for (const { place, order } of each(query, from)) {
        if (order) orders.push(order);
        const isOver = !order && performance.now() - startedAtMs > MAX_PAGE_MS;
        if (isOver || orders.length === Math.min(limit, MAX_PAGE))
          return {
            orders,
            nextCursor: toPair({ atMs: place.atMs, id: place.rank }),
          };
        if (!order) yield;
      }
      return { orders };
    },
    *orderDay(shop: string, day: string, timeZone: string): Generator<undefined, DayOfOrders> {
      const { fromMs, toMs } = dayBounds(day, timeZone);
      const orders: FoundOrder[] = [];
      for (const { order } of each({ shop, fromMs }, { atMs: toMs, rank: 0 }))
        if (order) orders.push(order);
        else yield;
      return { fromMs, toMs, orders: orders.reverse() };
    },
  };
}

const isWantedBy = (query: OrderFilter) => {
  const { consumers, state, reason } = query;
  const isOutcomeWanted = createIsWanted({
    ...(state && { states: [state] }),
    ...(reason !== undefined && { reason }),
  });
  return (order: FoundOrder): boolean =>
    (query.isConfirmed === undefined || query.isConfirmed === (order.unjoined === undefined)) &&
    (query.unjoined === undefined || query.unjoined === order.unjoined) &&
    (query.isPaid === undefined || order.isPaid === query.isPaid) &&
    (query.isCancelled === undefined || order.isCancelled === query.isCancelled) &&
    ((!isOutcomeWanted && !consumers) ||
      order.outcomes.some(
        (one) => (!consumers || consumers.includes(one.consumer)) && (isOutcomeWanted?.(one) ?? true),
      ));
};
