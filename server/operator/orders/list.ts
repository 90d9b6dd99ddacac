import { UNJOINED } from '../../../shared/evidence.ts';
import { OrderQuery } from '../../../shared/operator-api/index.ts';
import type { FoundOrder, OrderPage, Search, OrderQuery as SearchQuery } from '../../store/search.ts';
import type { Cell } from '../csv.ts';
import { readIds } from '../ids.ts';
import { parse } from '../parse.ts';
import type { Places } from '../places.ts';
import { asked, pagesOf } from '../searching.ts';
import { given, rangeOf } from '../times.ts';
import { stateOf, toOrderRow } from './row.ts';

interface ListParts {
  places: Places;
  search: Pick<Search, 'orders'>;
}

/** Rows of one export. */
const MAX_ROWS = 100_000;

/** What `GET /admin/orders` was asked, and how the search is asked for it. @throws {HttpError} 400, 404 */
export function readOrderQuery(places: Places, query: unknown) {
  const wanted = parse(OrderQuery, query);
  const { shop, destination, outcome, reason, state, confirmed, limit, cursor } = wanted;
  const shops = places.shopsOf(shop);
  const unjoined = UNJOINED.find((status) => status === state);
  const search: SearchQuery = {
    limit,
    ...given({
      ...{ shop, reason, cursor },
      state: outcome,
      consumers: destination === undefined ? undefined : places.consumersOf(destination, shop),
      ...readIds({ ...wanted, q: wanted.q?.trim() }, shops),
      unjoined,
      isConfirmed: confirmed === undefined ? (state && !unjoined ? true : undefined) : confirmed === 'yes',
      isCancelled: state === undefined ? undefined : state === 'cancelled',
      isPaid: state === 'paid' ? true : state === 'unpaid' ? false : undefined,
    }),
    ...rangeOf(wanted),
  };
  return { ...wanted, search };
}
export type OrderListQuery = ReturnType<typeof readOrderQuery>;

/** One page; it may be shorter than asked for while there is a cursor. */
export async function findOrders(
  { search }: Pick<ListParts, 'search'>,
  query: OrderListQuery,
): Promise<OrderPage> {
  const { state } = query;
  const page = await asked(search.orders(query.search));
  const isWanted = (order: FoundOrder) => state === undefined || stateOf(order) === state;
  return { ...page, orders: page.orders.filter(isWanted) };
}

const OUTCOME = ['state', 'reason', 'stage', 'at'] as const;

/** The columns of an export: those of the order, and four for each destination. */
export function csvHeader({ all }: Places, shop: string | undefined): string[] {
  const names = destinationsOf(all, shop).flatMap((name) => OUTCOME.map((column) => `${name} ${column}`));
  return ['shop', 'order', 'placed_at', 'state', 'is_paid', 'total', 'currency', 'sources', ...names];
}

const destinationsOf = (all: Places['all'], shop: string | undefined) => [
  ...new Set(
    all
      .filter((place) => shop === undefined || place.shop.id === shop)
      .map(({ destination }) => destination.name),
  ),
];

/** Every order of the query, page by page. */
export async function* csvRows(parts: ListParts, query: OrderListQuery): AsyncGenerator<Cell[]> {
  const { places } = parts;
  const names = destinationsOf(places.all, query.shop);
  let rows = 0;
  const read = (from: { cursor?: string }) =>
    findOrders(parts, { ...query, search: { ...query.search, limit: 200, ...from } });
  for await (const { orders } of pagesOf(read, query.cursor)) {
    for (const order of orders) yield toCells(toOrderRow(places, order), names);
    rows += orders.length;
    if (rows >= MAX_ROWS) return;
  }
}

function toCells(order: ReturnType<typeof toOrderRow>, names: readonly string[]): Cell[] {
  const { shop, id, at, state, isPaid, total, currency, sources, outcomes } = order;
  const ofDestinations = names.flatMap((name) => {
    const outcome = outcomes.find(({ destination }) => destination === name);
    return OUTCOME.map((column) => outcome?.[column]);
  });
  return [shop, id, at, state, isPaid, total, currency, sources.join(' '), ...ofDestinations];
}
