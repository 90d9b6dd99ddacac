import { Router } from 'express';
import {
  OfShop,
  type OrderAnswer,
  type OrderList,
  type Reconciliation,
  ReconciliationQuery,
} from '../../../shared/operator-api/index.ts';
import { HttpError } from '../../http/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { sum } from '../../lib/decimal.ts';
import type { Search } from '../../store/search.ts';
import { type Cell, sendCsv } from '../csv.ts';
import { parse } from '../parse.ts';
import type { Places } from '../places.ts';
import { checkTimeZone, timeZoneOf, yesterday } from './day.ts';
import { describeOrder } from './detail.ts';
import { csvHeader, csvRows, findOrders, readOrderQuery } from './list.ts';
import { reconcile } from './reconciliation.ts';
import { toOrderRow } from './row.ts';

interface OrderParts {
  places: Places;
  search: Pick<Search, 'orders' | 'order' | 'orderDay'>;
  clock: Pick<Clock, 'now'>;
}

/** Orders, one of them with everything that became of it, and a day of them against what destinations accepted. */
export function orderRoutes(parts: OrderParts): Router {
  const { places, search, clock } = parts;
  const admin = Router();

  admin.get('/orders', async (request, response) => {
    const query = readOrderQuery(places, request.query);
    if (query.format === 'csv')
      return await sendCsv(response, 'orders', csvHeader(places, query.shop), csvRows(parts, query));
    const { orders, nextCursor } = await findOrders(parts, query);
    response.json({
      orders: orders.map((order) => toOrderRow(places, order)),
      nextCursor,
    } satisfies OrderList);
  });

  admin.get('/orders/:id', async (request, response) => {
    const { shop } = parse(OfShop, request.query);
    for (const { id } of places.shopsOf(shop)) {
      const found = await search.order(id, request.params.id.replace(/^#/, ''));
      if (!found) continue;
      response.json(describeOrder(places, found) satisfies OrderAnswer);
      return;
    }
    throw new HttpError(404, 'not-found', 'There is no order of this name, or it is not indexed yet.');
  });

  admin.get('/reconciliation', async (request, response) => {
    const { format, ...asked } = parse(ReconciliationQuery, request.query);
    const shop = places.oneShop(asked.shop);
    const nowMs = clock.now();
    const timeZone = checkTimeZone(asked.timeZone ?? timeZoneOf(shop.country, nowMs));
    const day = asked.day ?? yesterday(nowMs, timeZone);
    const placed = await search.orderDay(shop.id, day, timeZone);
    const found: Reconciliation = reconcile(places, shop, { day, timeZone }, placed);
    if (format === 'json') return void response.json(found);
    await sendCsv(response, `reconciliation-${day}`, CSV_HEADER, cellsOf(found));
  });
  return admin;
}

const CSV_HEADER = [
  'day',
  'time_zone',
  'paid_orders',
  'destination',
  'accepted',
  'state',
  'reason',
  'count',
  'orders',
  'pages_alone',
];

function cellsOf({ day, timeZone, orders, unjoined, destinations }: Reconciliation): Cell[][] {
  const pagesAlone = sum(Object.values(unjoined));
  return destinations.flatMap(({ destination, accepted, missing }) => {
    const common = [day, timeZone, orders.paid, destination, accepted];
    const rows = missing.map(({ state, reason, count, orders }) => [
      ...common,
      state,
      reason,
      count,
      orders.join(' '),
      pagesAlone,
    ]);
    return rows.length > 0 ? rows : [[...common, '', '', 0, '', pagesAlone]];
  });
}
