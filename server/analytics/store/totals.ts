import { type Expression, sql } from 'kysely';
import type { FlowTotals, MarketingTotals, MessageTotals, NodeTotals } from '../totals.ts';
import { baselineOf } from './baseline.ts';
import { flowTarget, marketingTarget } from './dirty-targets.ts';
import type { Db } from './schema.ts';

/** What a database counts comes as a number, or as text where it might be larger than one. */
type Counted = number | string | bigint;
const whole = (value: Counted | null | undefined) => Number(value ?? 0);
/** Exact as far as a number is. Whole sums beyond that are an error to SQLite, and one forged amount would stop them all. */
const sumOf = (column: Expression<number>) => sql<Counted>`sum(cast(${column} as double precision))`;

/** Everything counted for one marketing event. Undefined when it was never heard of. */
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

/** Everything counted for one flow. Undefined when it was never heard of. */
export async function flowTotals(db: Db, shop: string, id: string): Promise<FlowTotals | undefined> {
  const target = flowTarget(id);
  if (!(await isKnown(db, shop, target))) return undefined;
  const base = await baselineOf(db, shop, target);
  const mine = { shop, flow: id };
  const orders = await orderSums(db, mine);
  const messages = await messageTotals(db, mine, (metric) => base.sum(`message-${metric}`));
  const heard = await db
    .selectFrom('messages')
    .select('node')
    .distinct()
    .where((eb) => eb.and(mine))
    .execute();
  const nodes: NodeTotals[] = [];
  for (const node of [...new Set([...base.dimensions(), ...heard.map(({ node }) => node ?? '')])].sort()) {
    if (node === '') continue;
    const own = { ...mine, node };
    const sums = await orderSums(db, own);
    const sent = await messageTotals(db, own, (metric) => base.sum(`message-${metric}`, node));
    nodes.push({
      nodeId: node,
      newestAtMs: Math.max(base.newestMs(node), whole(sums?.newest), sent.newestMs),
      orders: whole(sums?.orders),
      amountHundredths: whole(sums?.amount),
      buyers: whole(sums?.buyers),
      messages: sent.totals,
    });
  }
  return {
    flowId: id,
    newestAtMs: Math.max(base.newestMs(), whole(orders?.newest), messages.newestMs),
    orders: whole(orders?.orders),
    amountHundredths: whole(orders?.amount),
    messages: messages.totals,
    journeys: await memberCount(db, shop, target, 'journey'),
    nodes,
  };
}

type Credited = { shop: string; marketing_event?: string; flow?: string; node?: string };

async function isKnown(db: Db, shop: string, target: string): Promise<boolean> {
  const found = await db
    .selectFrom('changed')
    .select('target')
    .where((eb) => eb.and({ shop, target }))
    .executeTakeFirst();
  return found !== undefined;
}

const orderSums = (db: Db, credited: Credited) =>
  db
    .selectFrom('orders')
    .select((eb) => [
      eb.fn.countAll<Counted>().as('orders'),
      eb.fn.sum<Counted>('paid').as('paid'),
      sumOf(eb.ref('amount')).as('amount'),
      sumOf(eb.ref('refunded')).as('refunded'),
      sumOf(eb.ref('discount')).as('discount'),
      eb.fn.sum<Counted>('foreign_currency').as('foreign'),
      eb.fn.max<Counted>('at').as('newest'),
      eb.fn.count<Counted>('buyer').distinct().as('buyers'),
    ])
    .where((eb) => eb.and({ ...credited, counted: 1 }))
    .executeTakeFirst();

/** Each buyer has one first order, so counting those that are first counts people. */
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

async function memberCount(db: Db, shop: string, target: string, kind: string): Promise<number> {
  const found = await db
    .selectFrom('members')
    .select((eb) => eb.fn.countAll<Counted>().as('members'))
    .where((eb) => eb.and({ shop, target, kind }))
    .executeTakeFirst();
  return whole(found?.members);
}

/** A message counts once for each thing that happened to it. */
async function messageTotals(db: Db, credited: Credited, base: (metric: string) => number) {
  const rows = await db
    .selectFrom('messages')
    .select((eb) => [
      'metric',
      eb.fn.countAll<Counted>().as('messages'),
      eb.fn.max<Counted>('at').as('newest'),
    ])
    .where((eb) => eb.and(credited))
    .groupBy('metric')
    .execute();
  const tried = await db
    .selectFrom('messages')
    .select((eb) => eb.fn.count<Counted>('delivery').distinct().as('messages'))
    .where((eb) => eb.and(credited))
    .where('metric', 'in', ['attempted', 'sent', 'failed'])
    .executeTakeFirst();
  const of = (metric: string) => base(metric) + whole(rows.find((row) => row.metric === metric)?.messages);
  const totals: MessageTotals = {
    attempted: base('attempted') + whole(tried?.messages),
    sent: of('sent'),
    delivered: of('delivered'),
    opened: of('opened'),
    machineOpened: of('machine-opened'),
    clicked: of('clicked'),
    machineClicked: of('machine-clicked'),
    bounced: of('bounced'),
    failed: of('failed'),
    unsubscribed: of('unsubscribed'),
    spammed: of('spammed'),
  };
  return { totals, newestMs: Math.max(0, ...rows.map(({ newest }) => whole(newest))) };
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
