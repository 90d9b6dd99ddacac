import type { OrderReport, PersonKey } from '../facts.ts';
import { readOrder } from '../order.ts';
import { creditFor } from './credit.ts';
import { columnsOf, markDirty, targetsOf, targetsOfRow } from './dirty-targets.ts';
import type { Pseudonym } from './pseudonym.ts';
import { forParts, inParts } from './rows.ts';
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
        .where('canonical_id', 'in', part)
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
  const buyers = new Set<string>();
  for (const [index, { order, read: found }] of read.entries()) {
    const credit = credits[index];
    const buyer = found.buyer === undefined ? null : pseudonym(found.buyer);
    for (const one of [order.buyer, buyer]) if (one !== null) buyers.add(one);
    const computed = {
      at: found.atMs,
      first_id: found.firstId,
      counted: Number(found.isCounted),
      paid: Number(found.isPaid),
      foreign_currency: Number(found.isForeign),
      amount: found.amountHundredths,
      refunded: found.refundedHundredths,
      discount: found.discountHundredths,
      items: JSON.stringify(found.items),
      buyer,
      needs_attribution: 0,
      ...(order.credit_frozen === 0 && { touch: credit?.touchId ?? null, ...columnsOf(credit ?? {}) }),
    };
    await db
      .updateTable('orders')
      .set(computed)
      .where('shop', '=', shop)
      .where('canonical_id', '=', order.canonical_id)
      .execute();
    await markDirty(db, shop, [...targetsOfRow(order), ...targetsOf(credit ?? {})]);
  }
  await markTargetsOf(db, shop, [...buyers]);
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
      .where('buyer', 'in', part)
      .execute();
    await markDirty(db, shop, rows.flatMap(targetsOfRow));
  }
}

async function attributeActions(db: Db, parts: AttributionParts): Promise<number> {
  const { shop } = parts;
  const actions = await db
    .selectFrom('actions')
    .select(['id', 'at', 'marketing_event'])
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
        .where('thing', 'in', part)
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
  const byTarget = Map.groupBy(actions.keys(), (index) => credits[index]?.marketingEventId ?? null);
  for (const [marketingEvent, indexes] of byTarget) {
    const ids = [...indexes].map((index) => actions[index]?.id ?? '');
    for (const part of inParts(ids))
      await db
        .updateTable('actions')
        .set({ needs_attribution: 0, marketing_event: marketingEvent })
        .where('shop', '=', shop)
        .where('id', 'in', part)
        .execute();
  }
  await markDirty(db, shop, [
    ...actions.flatMap(targetsOfRow),
    ...[...byTarget.keys()].flatMap((marketing_event) => targetsOfRow({ marketing_event })),
  ]);
  return actions.length;
}
