import type { DatabaseSync } from 'node:sqlite';
import type { DayOrder, FoundOrder, OrderPage, OrderQuery } from '../../search.ts';
import { isAccepted } from '../../search-events.ts';
import { prepare } from '../database.ts';
import { readPair, toPair } from './cursor.ts';
import { dayBounds } from './local-day.ts';
import type { Names } from './names.ts';
import type { ReadOrderFacts } from './order-facts.ts';
import type { Destination, Outcomes, Sendable } from './outcomes.ts';
import type { Scan } from './scan.ts';
import type { Streams } from './streams.ts';

export interface OrderRow {
  id: number;
  shop: string;
  canonicalId: string;
  reportedAtMs: number;
}

const MAX_PAGE = 200;
/** Orders one step looks at. */
const STEP = 50;
const MAX_PAGE_MS = 40;
const COLUMNS = 'id, shop, canonical_id AS canonicalId, reported_at AS reportedAtMs';

export interface OrderParts {
  names: Names;
  streams: Streams;
  outcomes: Outcomes;
  scan: Scan;
  facts: ReadOrderFacts;
}

/** Orders with what their reports say, and what became of them at each destination. */
export function createFindOrders(
  connection: DatabaseSync,
  { names, streams, outcomes, scan, facts }: OrderParts,
) {
  const next = prepare<OrderRow>(
    connection,
    `SELECT ${COLUMNS} FROM store.orders WHERE (reported_at, id) < (?1, ?2) AND reported_at >= ?3
     ORDER BY reported_at DESC, id DESC LIMIT ?4`,
  );
  const stages = prepare<{ stage: 'placed' | 'paid'; seq: number }>(
    connection,
    "SELECT stage, seq FROM store.order_stages WHERE order_id = ? AND stage IN ('placed', 'paid') ORDER BY stage",
  );
  const stored = prepare<Sendable>(
    connection,
    'SELECT seq, voice AS source, 1 AS isSent FROM store.events WHERE seq = ?',
  );

  /** From the store where it is not in the index yet. */
  function sendable(shop: string, seq: number): Sendable {
    const shopId = names.knownShop(shop);
    const found = shopId === undefined ? undefined : streams.event(shopId, seq);
    return found ?? stored.get(seq) ?? { seq, source: 0, isSent: 1 };
  }

  /** Of the stages that are the sale there, one that was accepted; an order without such a stage has its placement. */
  function outcomeAt(
    one: Destination,
    { id, shop }: OrderRow,
    isLate: boolean,
  ): FoundOrder['outcomes'][number] {
    const found = stages.all(id);
    const sales = found.filter(({ stage }) => one.saleStages.includes(stage));
    const all = (sales.length > 0 ? sales : found).map(({ stage, seq }) => ({
      // 0: it was sent by an earlier version, which kept no event of it.
      ...(seq > 0
        ? outcomes.of(one, sendable(shop, seq), isLate)
        : { consumer: one.name, state: 'none' as const }),
      stage,
    }));
    return all.find(isAccepted) ?? all[0] ?? { consumer: one.name, state: 'none', stage: 'placed' };
  }

  const describe = (row: OrderRow, of: readonly Destination[], isLate: boolean): FoundOrder => ({
    ...{ shop: row.shop, id: row.canonicalId, reportedAtMs: row.reportedAtMs },
    ...facts.of(row.id),
    outcomes: of.map((one) => outcomeAt(one, row, isLate)),
  });

  /** Each order that matches, newest first, with a pause after each step. */
  function* each(query: Omit<OrderQuery, 'limit' | 'cursor'>, from: { atMs: number; id: number }) {
    const { shop, fromMs = 0, consumers, state, reason } = query;
    scan.catchUp();
    const destinations = Map.groupBy(outcomes.destinations(shop), (one) => one.shop);
    const hasOutcome = state !== undefined || reason !== undefined || consumers !== undefined;
    const isWanted = (order: FoundOrder) =>
      (query.isPaid === undefined || order.isPaid === query.isPaid) &&
      (query.isCancelled === undefined || order.isCancelled === query.isCancelled) &&
      (!hasOutcome ||
        order.outcomes.some(
          (one) =>
            (!consumers || consumers.includes(one.consumer)) &&
            (state === undefined || one.state === state) &&
            (reason === undefined || one.reason === reason),
        ));
    for (let { atMs, id } = from; ; ) {
      const rows = next.all(atMs, id, fromMs, STEP);
      const own = rows.filter((row) => shop === undefined || row.shop === shop);
      const orders = scan.snapshot((isLate) =>
        own.map((row) => ({ row, order: describe(row, destinations.get(row.shop) ?? [], isLate) })),
      );
      for (const found of orders) if (isWanted(found.order)) yield found;
      const last = rows.at(-1);
      if (!last || rows.length < STEP) return;
      [atMs, id] = [last.reportedAtMs, last.id];
      yield { row: last, order: undefined };
    }
  }

  return {
    describe: (row: OrderRow, isLate: boolean) => describe(row, outcomes.destinations(row.shop), isLate),
    *orders({ limit, cursor, ...query }: OrderQuery): Generator<undefined, OrderPage> {
      const startedAtMs = performance.now();
      const from = readPair(cursor) ?? { atMs: query.toMs ?? Number.MAX_SAFE_INTEGER, id: 0 };
      const orders: FoundOrder[] = [];
      for (const { row, order } of each(query, from)) {
        if (order) orders.push(order);
        const isOver = !order && performance.now() - startedAtMs > MAX_PAGE_MS;
        if (isOver || orders.length === Math.min(limit, MAX_PAGE))
          return { orders, nextCursor: toPair({ atMs: row.reportedAtMs, id: row.id }) };
        if (!order) yield;
      }
      return { orders };
    },
    *orderDay(shop: string, day: string, timeZone: string): Generator<undefined, DayOrder[]> {
      const { fromMs, toMs } = dayBounds(day, timeZone);
      const orders: DayOrder[] = [];
      for (const { order } of each({ shop, fromMs }, { atMs: toMs, id: 0 }))
        if (order) orders.push(order);
        else yield;
      return orders.reverse();
    },
  };
}
export type FindOrders = ReturnType<typeof createFindOrders>;
