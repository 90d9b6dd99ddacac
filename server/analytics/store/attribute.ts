import {
  attribute,
  type Credit,
  type KnownTouch,
  type Links,
  peopleOf,
  TOUCH_MARGIN_MS,
} from '../attribution.ts';
import type { OrderReport, PersonKey } from '../facts.ts';
import { readOrder } from '../order.ts';
import { columnsOf, markDirty, targetsOf, targetsOfRow } from './dirty-targets.ts';
import { countPeople, linksToPeople, MOST_LINKS } from './needs-attribution.ts';
import type { Pseudonym } from './pseudonym.ts';
import { forParts, inParts } from './rows.ts';
import type { Db, Tables } from './schema.ts';

export interface AttributionParts {
  shop: string;
  pseudonym: Pseudonym;
  /** ISO 4217. */
  currency: string;
  attributionMs: number;
}

const AT_ONCE = 256;

/** Credits everything anew whose people, touches or reports changed since the last time. */
export async function attributeAll(db: Db, parts: AttributionParts): Promise<void> {
  while (await attributeSome(db, parts));
}

/** Some of it; false when there was nothing left. */
export async function attributeSome(db: Db, parts: AttributionParts): Promise<boolean> {
  return (await attributeOrders(db, parts)) + (await attributeActions(db, parts)) > 0;
}

async function attributeOrders(db: Db, parts: AttributionParts): Promise<number> {
  const { shop, pseudonym, currency } = parts;
  const orders = await db
    .selectFrom('orders')
    .selectAll()
    .where('shop', '=', shop)
    .where('stale', '=', 1)
    .limit(AT_ONCE)
    .execute();
  if (orders.length === 0) return 0;
  const sightings = await forParts(
    orders.map(({ root }) => root),
    (part) =>
      db
        .selectFrom('sightings')
        .select(['root', 'body'])
        .where('shop', '=', shop)
        .where('root', 'in', part)
        .execute(),
  );
  const reports = Map.groupBy(sightings, ({ root }) => root);
  const read = orders.map((order) => {
    const bodies = (reports.get(order.root) ?? []).map(({ body }) => JSON.parse(body) as OrderReport);
    return { order, read: readOrder(bodies, currency) };
  });
  const credits = await creditFor(
    db,
    parts,
    read.map(({ read: { atMs, people } }) => ({ atMs, people })),
  );
  const buyers = new Set<string>();
  for (const [index, { order, read: found }] of read.entries()) {
    const credit = credits[index];
    const buyer = found.buyer === undefined ? null : pseudonym(found.buyer);
    for (const one of [order.buyer, buyer]) if (one !== null) buyers.add(one);
    const settled = {
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
      stale: 0,
      ...(order.credit_fixed === 0 && { touch: credit?.touchId ?? null, ...columnsOf(credit ?? {}) }),
    };
    await db
      .updateTable('orders')
      .set(settled)
      .where('shop', '=', shop)
      .where('root', '=', order.root)
      .execute();
    await markDirty(db, shop, [...targetsOfRow(order), ...targetsOf(credit ?? {})]);
  }
  await markOrdersOf(db, shop, [...buyers]);
  return orders.length;
}

/** Who is a new buyer is decided by all their orders, so an order may change the totals another is credited to. */
async function markOrdersOf(db: Db, shop: string, buyers: readonly string[]): Promise<void> {
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
    .where('stale', '=', 1)
    .limit(AT_ONCE)
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
        .set({ stale: 0, marketing_event: marketingEvent })
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

/** Reads what all of them need in a few questions, then decides each by itself. */
async function creditFor(
  db: Db,
  { shop, attributionMs }: AttributionParts,
  things: readonly { atMs: number; people: readonly PersonKey[] }[],
): Promise<(Credit | undefined)[]> {
  const links = toLinks(await linksToPeople(db, shop, [...new Set(things.flatMap(({ people }) => people))]));
  const concerned = things.map(({ people }) => peopleOf(people, links));
  const everybody = [...new Set(concerned.flatMap((people) => [...people]))];
  const times = things.map(({ atMs }) => atMs);
  const from =
    times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY) - attributionMs - TOUCH_MARGIN_MS;
  const to = times.reduce((a, b) => Math.max(a, b), 0);
  const rows = await forParts(everybody, (part) =>
    db
      .selectFrom('touches')
      .selectAll()
      .where('shop', '=', shop)
      .where('person', 'in', part)
      .where('at', '>=', from)
      .where('at', '<=', to)
      .execute(),
  );
  const touches = Map.groupBy(rows.map(toTouch), ({ person }) => person);
  return things.map(({ atMs }, index) => {
    const found = [...(concerned[index] ?? [])].flatMap((person) => touches.get(person) ?? []);
    return attribute(atMs, found, attributionMs);
  });
}

function toLinks(rows: readonly { one: string; other: string }[]): Links {
  const links = new Map<PersonKey, Set<PersonKey>>();
  const counts = countPeople(rows);
  const add = (from: string, to: string) => {
    if ((counts.get(from) ?? 0) > MOST_LINKS) return;
    const known = links.get(from as PersonKey) ?? new Set();
    links.set(from as PersonKey, known.add(to as PersonKey));
  };
  for (const { one, other } of rows) {
    add(one, other);
    add(other, one);
  }
  return links;
}

const toTouch = (row: Tables['touches']): KnownTouch & { person: string } => ({
  person: row.person,
  id: row.id,
  kind: row.kind as KnownTouch['kind'],
  atMs: Number(row.at),
  ...(row.marketing_event !== null && { marketingEventId: row.marketing_event }),
  ...(row.flow !== null && { flowId: row.flow }),
  ...(row.node !== null && { nodeId: row.node }),
});
