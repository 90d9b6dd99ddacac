import { sql } from 'kysely';
import type { MarketingTotals } from '../totals.ts';
import { baselineOf } from './baseline.ts';
import { marketingTarget } from './dirty-targets.ts';
import { type Counted, isKnown, memberCount, messageTotals, orderSums, sumOf, whole } from './sums.ts';
import type { Db } from './tables.ts';

/** Everything counted for one marketing event. Undefined without any fact of it. */
export async function marketingTotals(
  db: Db,
  shop: string,
  id: string,
): Promise<MarketingTotals | undefined> {
  const target = marketingTarget(id);
  if (!(await isKnown(db, shop, target))) return undefined;
  const base = await baselineOf(db, shop, target);
  const mine = { shop, marketing_event: id };
  const orders = await orderSums(db, mine);
  const items = await db
    .selectFrom('orders')
    .select('items')
    .where((eb) => eb.and({ ...mine, counted: 1 }))
    .execute();
  const landings = await db
    .selectFrom('visits')
    .select((eb) => [
      'country',
      eb.fn.countAll<Counted>().as('landings'),
      eb.fn.max<Counted>('at').as('newest'),
    ])
    .where((eb) => eb.and(mine))
    .groupBy('country')
    .execute();
  const actions = await db
    .selectFrom('actions')
    .select((eb) => ['kind', eb.fn.countAll<Counted>().as('actions'), eb.fn.max<Counted>('at').as('newest')])
    .where((eb) => eb.and(mine))
    .groupBy('kind')
    .execute();
  const actionsOf = (kind: string) =>
    base.sum(kind) + whole(actions.find((row) => row.kind === kind)?.actions);
  const messages = await messageTotals(db, mine, (metric) => base.sum(`message-${metric}`));
  const costs = await db
    .selectFrom('costs')
    .select((eb) => [
      sumOf(eb.ref('spend')).as('spend'),
      sumOf(eb.ref('impressions')).as('impressions'),
      sumOf(eb.ref('clicks')).as('clicks'),
      eb.fn.max<string | null>('day').as('lastDay'),
    ])
    .where((eb) => eb.and(mine))
    .executeTakeFirst();
  const regions = base.byDimension('landing');
  for (const { country, landings: count } of landings) add(regions, country ?? '', whole(count));
  const newest = Math.max(
    base.newestMs(),
    whole(orders?.newest),
    messages.newestMs,
    ...[...landings, ...actions].map((row) => whole(row.newest)),
  );
  return {
    marketingEventId: id,
    newestAtMs: newest || Date.parse(costs?.lastDay ?? '') || 0,
    orders: whole(orders?.orders),
    paidOrders: whole(orders?.paid),
    amountHundredths: whole(orders?.amount),
    refundedHundredths: whole(orders?.refunded),
    discountHundredths: whole(orders?.discount),
    foreignOrders: whole(orders?.foreign),
    ...unitsOf(items),
    buyers: whole(orders?.buyers),
    newBuyers: await newBuyers(db, shop, id),
    visitors: await memberCount(db, shop, target, 'visitor'),
    landings: [...regions.values()].reduce((a, b) => a + b, 0),
    carts: actionsOf('cart'),
    checkouts: actionsOf('checkout'),
    messages: messages.totals,
    spendHundredths: whole(costs?.spend),
    impressions: whole(costs?.impressions),
    reportedClicks: whole(costs?.clicks),
    regions: ranked(regions)
      .filter(([country]) => country !== '')
      .map(([country, count]) => ({ country, landings: count })),
  };
}

/** Counts the orders that are their buyer's first: each buyer has one. */
async function newBuyers(db: Db, shop: string, marketingEventId: string): Promise<number> {
  const found = await db
    .selectFrom('orders as mine')
    .select((eb) => eb.fn.countAll<Counted>().as('buyers'))
    .where('mine.shop', '=', shop)
    .where('mine.marketing_event', '=', marketingEventId)
    .where('mine.counted', '=', 1)
    .where('mine.buyer', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('orders as earlier')
            .select(sql<number>`1`.as('one'))
            .whereRef('earlier.shop', '=', 'mine.shop')
            .whereRef('earlier.buyer', '=', 'mine.buyer')
            .where('earlier.counted', '=', 1)
            .where((eb) =>
              eb.or([
                eb('earlier.at', '<', eb.ref('mine.at')),
                eb.and([
                  eb('earlier.at', '=', eb.ref('mine.at')),
                  eb('earlier.first_id', '<', eb.ref('mine.first_id')),
                ]),
              ]),
            ),
        ),
      ),
    )
    .executeTakeFirst();
  return whole(found?.buyers);
}

function unitsOf(orders: readonly { items: string }[]): Pick<MarketingTotals, 'units' | 'products'> {
  const products = new Map<string, number>();
  let units = 0;
  for (const { items } of orders)
    for (const item of JSON.parse(items) as { productId: string; units: number }[]) {
      units += item.units;
      if (item.productId !== '') add(products, item.productId, item.units);
    }
  return {
    units,
    products: ranked(products).map(([productId, count]) => ({ productId, units: count })),
  };
}

const add = (counts: Map<string, number>, key: string, by: number) =>
  counts.set(key, (counts.get(key) ?? 0) + by);
/** Most first, then by name. */
const ranked = (counts: ReadonlyMap<string, number>) =>
  [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
