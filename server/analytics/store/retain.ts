import { TOUCH_MARGIN_MS } from '../attribution.ts';
import { type AttributionParts, attributeAll } from './attribute.ts';
import { addToBaseline, type Folded } from './baseline.ts';
import { flowTarget, marketingTarget } from './dirty-targets.ts';
import { orderThing } from './needs-attribution.ts';
import { inParts } from './rows.ts';
import type { Db } from './schema.ts';

const DAY_MS = 86_400_000;
const VISITORS_MS = 90 * DAY_MS;
const ORDERS_MS = 400 * DAY_MS;
/** What happened to a message this long ago may still be followed by something. */
const MESSAGES_MS = 180 * DAY_MS;
/** How late an event may tell of something long past and still change what that is credited to. */
const LATE_MS = 30 * DAY_MS;
const AT_ONCE = 2_000;

/**
 * Forgets what is past its time; what it was counted for stays counted.
 *
 * @param logKeptMs how long the log keeps an event: until then a fact may be told again, and must be known to have been.
 */
export async function retain(
  db: Db,
  parts: AttributionParts,
  nowMs: number,
  logKeptMs: number,
): Promise<void> {
  await attributeAll(db, parts);
  const { shop, attributionMs } = parts;
  const touchesFromMs = nowMs - attributionMs - TOUCH_MARGIN_MS - logKeptMs - LATE_MS;
  const creditedFromMs = touchesFromMs + attributionMs + TOUCH_MARGIN_MS;
  // However long ago it says it happened: what was told since then may be told again.
  const receivedBeforeMs = nowMs - logKeptMs;
  await freezeCredit(db, shop, Math.max(creditedFromMs, nowMs - VISITORS_MS));
  await db
    .deleteFrom('touches')
    .where('shop', '=', shop)
    .where('at', '<', touchesFromMs)
    .where('received_at', '<', receivedBeforeMs)
    .execute();
  await foldActions(db, shop, creditedFromMs, receivedBeforeMs);
  await foldVisits(db, shop, receivedBeforeMs);
  await foldMessages(db, shop, nowMs - MESSAGES_MS, receivedBeforeMs);
  await db
    .updateTable('members')
    .set({ person: null })
    .where('shop', '=', shop)
    .where('person', 'is not', null)
    .where('received_at', '<', receivedBeforeMs)
    .execute();
  await closeOrders(db, shop, nowMs - ORDERS_MS, receivedBeforeMs);
  await forgetVisitors(db, shop, nowMs - VISITORS_MS, receivedBeforeMs);
  await db
    .deleteFrom('links')
    .where('shop', '=', shop)
    .where('received_at', '<', nowMs - ORDERS_MS)
    .execute();
  await db
    .deleteFrom('reports')
    .where('shop', '=', shop)
    .where('at', '<', nowMs - VISITORS_MS)
    .execute();
}

/** What older orders were credited by, touches and links of visitors, is about to go; refunds may still come. */
const freezeCredit = (db: Db, shop: string, beforeMs: number) =>
  db
    .updateTable('orders')
    .set({ credit_fixed: 1 })
    .where('shop', '=', shop)
    .where('credit_fixed', '=', 0)
    .where('counted', '=', 1)
    .where('at', '<', beforeMs)
    .execute();

/** Carts and checkouts that nothing will credit otherwise any more. */
const foldActions = (db: Db, shop: string, beforeMs: number, receivedBeforeMs: number) =>
  untilNone(
    () =>
      db
        .selectFrom('actions')
        .select(['id', 'kind', 'at', 'marketing_event'])
        .where('shop', '=', shop)
        .where('at', '<', beforeMs)
        .where('received_at', '<', receivedBeforeMs)
        .limit(AT_ONCE)
        .execute(),
    async (rows) => {
      const credited = rows.flatMap(({ kind, at, marketing_event: id }) =>
        id === null ? [] : [{ target: marketingTarget(id), measure: kind, value: 1, newestMs: Number(at) }],
      );
      await addToBaseline(db, shop, sumUp(credited));
      for (const part of inParts(rows.map(({ id }) => id))) {
        await db.deleteFrom('people').where('shop', '=', shop).where('thing', 'in', part).execute();
        await db.deleteFrom('actions').where('shop', '=', shop).where('id', 'in', part).execute();
      }
    },
  );

/** Landings that the log will not tell of again. */
const foldVisits = (db: Db, shop: string, beforeMs: number) =>
  untilNone(
    () =>
      db
        .selectFrom('visits')
        .select(['id', 'marketing_event', 'country', 'at'])
        .where('shop', '=', shop)
        .where('received_at', '<', beforeMs)
        .limit(AT_ONCE)
        .execute(),
    async (rows) => {
      const landings = rows.map(({ marketing_event: id, country, at }) => ({
        target: marketingTarget(id),
        measure: 'landing',
        dimension: country ?? '',
        value: 1,
        newestMs: Number(at),
      }));
      await addToBaseline(db, shop, sumUp(landings));
      for (const part of inParts(rows.map(({ id }) => id)))
        await db.deleteFrom('visits').where('shop', '=', shop).where('id', 'in', part).execute();
    },
  );

/** A message goes as a whole, when nothing has happened to it for long. */
const foldMessages = (db: Db, shop: string, beforeMs: number, receivedBeforeMs: number) =>
  untilNone(
    () =>
      db
        .selectFrom('messages')
        .select('delivery')
        .where('shop', '=', shop)
        .groupBy('delivery')
        .having((eb) => eb.fn.max('at'), '<', beforeMs)
        .having((eb) => eb.fn.max('received_at'), '<', receivedBeforeMs)
        .limit(AT_ONCE)
        .execute(),
    async (quiet) => {
      for (const part of inParts(quiet.map(({ delivery }) => delivery))) {
        const rows = await db
          .deleteFrom('messages')
          .where('shop', '=', shop)
          .where('delivery', 'in', part)
          .returning(['delivery', 'metric', 'at', 'marketing_event', 'flow', 'node'])
          .execute();
        const messages = [...Map.groupBy(rows, (row) => row.delivery).values()];
        await addToBaseline(db, shop, sumUp(messages.flatMap(foldMessage)));
      }
    },
  );

/** Page after page, each gone when the next is read. */
async function untilNone<Row>(
  read: () => Promise<Row[]>,
  remove: (rows: readonly Row[]) => Promise<void>,
): Promise<void> {
  for (let rows = await read(); rows.length > 0; rows = await read()) await remove(rows);
}

interface MessageRow {
  metric: string;
  at: number;
  marketing_event: string | null;
  flow: string | null;
  node: string | null;
}

function foldMessage(rows: readonly MessageRow[]): Folded[] {
  const tried = rows.find(({ metric }) => ['attempted', 'sent', 'failed'].includes(metric));
  const measures = rows
    .filter(({ metric }) => metric !== 'attempted')
    .map((row) => ({ ...row, measure: row.metric }));
  if (tried) measures.push({ ...tried, measure: 'attempted' });
  return measures.flatMap(({ measure, at, marketing_event: id, flow, node }) => {
    const one = { measure: `message-${measure}`, value: 1, newestMs: Number(at) };
    return [
      ...(id === null ? [] : [{ ...one, target: marketingTarget(id) }]),
      ...(flow === null ? [] : [{ ...one, target: flowTarget(flow) }]),
      ...(flow === null || node === null ? [] : [{ ...one, target: flowTarget(flow), dimension: node }]),
    ];
  });
}

function sumUp(folded: readonly Folded[]): Folded[] {
  const sums = new Map<string, Folded>();
  for (const one of folded) {
    const key = `${one.target}\n${one.measure}\n${one.dimension ?? ''}`;
    const known = sums.get(key);
    sums.set(key, {
      ...one,
      value: one.value + (known?.value ?? 0),
      newestMs: Math.max(one.newestMs, known?.newestMs ?? 0),
    });
  }
  return [...sums.values()];
}

/** What remains of an order leads back to nobody. */
async function closeOrders(db: Db, shop: string, beforeMs: number, receivedBeforeMs: number): Promise<void> {
  const old = await db
    .selectFrom('orders')
    .select('root')
    .where('shop', '=', shop)
    .where('closed', '=', 0)
    .where('at', '<', beforeMs)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('sightings')
            .select('sightings.id')
            .whereRef('sightings.shop', '=', 'orders.shop')
            .whereRef('sightings.root', '=', 'orders.root')
            // Of what was cancelled, or never placed, `at` says nothing: its reports do.
            .where((eb) =>
              eb.or([
                eb('sightings.received_at', '>=', receivedBeforeMs),
                eb.and([eb('orders.counted', '=', 0), eb('sightings.received_at', '>=', beforeMs)]),
              ]),
            ),
        ),
      ),
    )
    .execute();
  await close(
    db,
    shop,
    old.map(({ root }) => root),
  );
}

/** Forgets what these orders were made of, and by whom; what they came to stays. */
export async function close(db: Db, shop: string, roots: readonly string[]): Promise<void> {
  for (const part of inParts(roots)) {
    for (const table of ['sightings', 'order_names'] as const)
      await db.deleteFrom(table).where('shop', '=', shop).where('root', 'in', part).execute();
    await db.deleteFrom('reports').where('shop', '=', shop).where('name', 'in', part).execute();
    const things = part.map(orderThing);
    await db.deleteFrom('people').where('shop', '=', shop).where('thing', 'in', things).execute();
  }
  for (const root of roots) {
    const order = db.updateTable('orders').where('shop', '=', shop).where('root', '=', root);
    await order.set({ closed: 1, credit_fixed: 1, root: crypto.randomUUID() }).execute();
  }
}

async function forgetVisitors(
  db: Db,
  shop: string,
  beforeMs: number,
  receivedBeforeMs: number,
): Promise<void> {
  const gone = await db
    .deleteFrom('visitors')
    .where('shop', '=', shop)
    .where('seen_at', '<', beforeMs)
    .returning('anonymous_id')
    .execute();
  for (const part of inParts(gone.map(({ anonymous_id: id }) => `a:${id}`))) {
    await db
      .deleteFrom('links')
      .where('shop', '=', shop)
      .where('one', 'in', part)
      .where('received_at', '<', receivedBeforeMs)
      .execute();
    await db
      .deleteFrom('links')
      .where('shop', '=', shop)
      .where('other', 'in', part)
      .where('received_at', '<', receivedBeforeMs)
      .execute();
  }
}
