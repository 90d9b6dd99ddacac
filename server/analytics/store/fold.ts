import { addToBaseline, type Folded } from './baseline.ts';
import { flowTarget, marketingTarget } from './dirty-targets.ts';
import { deleteAmong, inParts, isAmong } from './rows.ts';
import type { Db } from './tables.ts';

/** Rows of one page. */
const BATCH = 2_000;

/** Carts and checkouts whose credit cannot change any more. */
export const foldActions = (db: Db, shop: string, beforeMs: number, receivedBeforeMs: number) =>
  untilNone(
    () =>
      db
        .selectFrom('actions')
        .select(['id', 'kind', 'at', 'marketing_event'])
        .where('shop', '=', shop)
        .where('at', '<', beforeMs)
        .where('received_at', '<', receivedBeforeMs)
        .limit(BATCH)
        .execute(),
    async (rows) => {
      const credited = rows.flatMap(({ kind, at, marketing_event: id }) =>
        id === null ? [] : [{ target: marketingTarget(id), measure: kind, value: 1, newestMs: Number(at) }],
      );
      await addToBaseline(db, shop, sumUp(credited));
      const ids = rows.map(({ id }) => id);
      await deleteAmong(db, shop, 'people', 'thing', ids);
      await deleteAmong(db, shop, 'actions', 'id', ids);
    },
  );

/** Landings whose events the log no longer holds. */
export const foldVisits = (db: Db, shop: string, beforeMs: number) =>
  untilNone(
    () =>
      db
        .selectFrom('visits')
        .select(['id', 'marketing_event', 'country', 'at'])
        .where('shop', '=', shop)
        .where('received_at', '<', beforeMs)
        .limit(BATCH)
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
      const ids = rows.map(({ id }) => id);
      await deleteAmong(db, shop, 'visits', 'id', ids);
    },
  );

/** Messages, each with all that happened to it, once the newest of that is old enough. */
export const foldMessages = (db: Db, shop: string, beforeMs: number, receivedBeforeMs: number) =>
  untilNone(
    () =>
      db
        .selectFrom('messages')
        .select('delivery')
        .where('shop', '=', shop)
        .groupBy('delivery')
        .having((eb) => eb.fn.max('at'), '<', beforeMs)
        .having((eb) => eb.fn.max('received_at'), '<', receivedBeforeMs)
        .limit(BATCH)
        .execute(),
    async (old) => {
      for (const part of inParts(old.map(({ delivery }) => delivery))) {
        const rows = await db
          .deleteFrom('messages')
          .where('shop', '=', shop)
          .where(isAmong(db, 'delivery', part))
          .returning(['delivery', 'metric', 'at', 'marketing_event', 'flow', 'node'])
          .execute();
        const messages = [...Map.groupBy(rows, (row) => row.delivery).values()];
        await addToBaseline(db, shop, sumUp(messages.flatMap(foldMessage)));
      }
    },
  );

/** Reads and removes page after page. */
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
