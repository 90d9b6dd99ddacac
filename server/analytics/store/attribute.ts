import type { OrderReport, PersonKey } from '../facts.ts';
import { readOrder } from '../order.ts';
import { creditFor } from './credit.ts';
import { columnsOf, markDirty, targetsOf, targetsOfRow } from './dirty-targets.ts';
import type { Pseudonym } from './pseudonym.ts';
import { forParts, inParts, isAmong, replaceRows } from './rows.ts';
import type { Db } from './tables.ts';

export interface AttributionParts {
  shop: string;
  pseudonym: Pseudonym;
  /** ISO 4217. */
  currency: string;
  attributionMs: number;
}

/** Orders, and actions, of one step. */
const BATCH = 256;

/** Computes the credit of every order and action whose people, touches or reports changed. */
export async function attributeAll(db: Db, parts: AttributionParts): Promise<void> {
  while (await attributeSome(db, parts));
}

/** One step of that; false when there was nothing to do. */
export async function attributeSome(db: Db, parts: AttributionParts): Promise<boolean> {
  return (await attributeOrders(db, parts)) + (await attributeActions(db, parts)) > 0;
}

async function attributeOrders(db: Db, parts: AttributionParts): Promise<number> {
  const { shop, pseudonym, currency } = parts;
  const orders = await db
    .selectFrom('orders')
    .selectAll()
    .where('shop', '=', shop)
    .where('needs_attribution', '=', 1)
    .limit(BATCH)
    .execute();
  if (orders.length === 0) return 0;
  const rows = await forParts(
    orders.map((order) => order.canonical_id),
    (part) =>
      db
        .selectFrom('order_reports')
        .select(['canonical_id', 'body'])
        .where('shop', '=', shop)
        .where(isAmong(db, 'canonical_id', part))
        .execute(),
  );
  const reports = Map.groupBy(rows, (row) => row.canonical_id);
  const read = orders.map((order) => {
    const own = reports.get(order.canonical_id) ?? [];
    return {
      order,
      read: readOrder(
        own.map(({ body }) => parseReport(body)),
        currency,
      ),
    };
  });
  const credits = await creditFor(
    db,
    parts,
    read.map(({ read: { atMs, people, evidenced } }) => ({ atMs, people, evidenced })),
  );
  const computed = read.map(({ order, read: found }, index) => ({
    ...order,
    at: found.atMs,
    first_id: found.firstId,
    counted: Number(found.isCounted),
    paid: Number(found.isPaid),
    foreign_currency: Number(found.isForeign),
    amount: found.amountHundredths,
    refunded: found.refundedHundredths,
    discount: found.discountHundredths,
    items: JSON.stringify(found.items),
    buyer: found.buyer === undefined ? null : pseudonym(found.buyer),
    needs_attribution: 0,
    ...(order.credit_frozen === 0 && {
      touch: credits[index]?.touchId ?? null,
      ...columnsOf(credits[index] ?? {}),
    }),
  }));
  await replaceRows(db, 'orders', ['shop', 'canonical_id'], computed);
  await markDirty(db, shop, [
    ...orders.flatMap(targetsOfRow),
    ...credits.flatMap((credit) => targetsOf(credit ?? {})),
  ]);
  const buyers = [...orders, ...computed].flatMap(({ buyer }) => buyer ?? []);
  await markTargetsOf(db, shop, [...new Set(buyers)]);
  return orders.length;
}

/** Reports stored by earlier versions call the platform `webhook`, and no refund by its id. */
function parseReport(body: string): OrderReport {
  const report = JSON.parse(body);
  const { source, stage, id, part = stage === 'refunded' ? id : '' } = report;
  return { ...report, part, source: source === 'webhook' ? 'platform' : source };
}

/** A buyer is new by all their orders, so one order may change the totals of a target that another is credited to. */
async function markTargetsOf(db: Db, shop: string, buyers: readonly string[]): Promise<void> {
  for (const part of inParts(buyers)) {
    const rows = await db
      .selectFrom('orders')
      .select(['marketing_event'])
      .distinct()
      .where('shop', '=', shop)
      .where(isAmong(db, 'buyer', part))
      .execute();
    await markDirty(db, shop, rows.flatMap(targetsOfRow));
  }
}

async function attributeActions(db: Db, parts: AttributionParts): Promise<number> {
  const { shop } = parts;
  const actions = await db
    .selectFrom('actions')
    .selectAll()
    .where('shop', '=', shop)
    .where('needs_attribution', '=', 1)
    .limit(BATCH)
    .execute();
  if (actions.length === 0) return 0;
  const rows = await forParts(
    actions.map(({ id }) => id),
    (part) =>
      db
        .selectFrom('people')
        .select(['thing', 'person'])
        .where('shop', '=', shop)
        .where(isAmong(db, 'thing', part))
        .execute(),
  );
  const people = Map.groupBy(rows, ({ thing }) => thing);
  const credits = await creditFor(
    db,
    parts,
    actions.map(({ id, at }) => ({
      atMs: at,
      people: (people.get(id) ?? []).map(({ person }) => person as PersonKey),
    })),
  );
  const credited = actions.map((action, index) => ({
    ...action,
    needs_attribution: 0,
    marketing_event: credits[index]?.marketingEventId ?? null,
  }));
  await replaceRows(db, 'actions', ['shop', 'id'], credited);
  await markDirty(db, shop, [...actions, ...credited].flatMap(targetsOfRow));
  return actions.length;
}
