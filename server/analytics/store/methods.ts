import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import type { Facts, PersonKey } from '../facts.ts';
import type { Cost, Synced, Visitor } from '../store.ts';
import { applyFacts } from './apply.ts';
import { type AttributionParts, attributeAll, attributeSome } from './attribute.ts';
import { markDirty, marketingTarget } from './dirty-targets.ts';
import { erase, peopleOfOrders } from './erase.ts';
import { countPeople, linksToPeople, MOST_LINKS } from './needs-attribution.ts';
import { freezeOrder, ordersKnown, recordOrderReport } from './order-reports.ts';
import { pseudonymOf } from './pseudonym.ts';
import { dropLogged } from './rebuild.ts';
import { retain } from './retain.ts';
import { forParts, inParts } from './rows.ts';
import type { Db, Tables } from './schema.ts';
import { flowTotals, marketingTotals } from './totals.ts';

/** What counting needs to know of a shop. */
export interface ShopSettings {
  /** ISO 4217. */
  currency: string;
  attributionMs: number;
}

export interface MethodParts {
  shops: Readonly<Record<string, ShopSettings>>;
  /** Makes pseudonyms ours alone. */
  pepper: string;
}

/** What state can do, each within the transaction of `db`. The same on SQLite and on PostgreSQL. */
export function createMethods(db: Db, { shops, pepper }: MethodParts) {
  const partsOf = (shop: string): AttributionParts => ({
    shop,
    pseudonym: (key) => pseudonymOf(pepper, shop, key),
    currency: shops[shop]?.currency ?? '',
    attributionMs: shops[shop]?.attributionMs ?? 0,
  });

  return {
    apply: (shop: string, facts: Facts, visitors: readonly Visitor[]) =>
      applyFacts(db, shop, facts, visitors, partsOf(shop).pseudonym),
    recordOrderReport: (
      shop: string,
      source: 'browser' | 'webhook',
      names: readonly string[],
      event: ProtectedEvent,
    ) => recordOrderReport(db, shop, source, names, event),
    ordersKnown: (shop: string, names: readonly string[]) => ordersKnown(db, shop, names),
    freezeOrder: (shop: string, name: string, event: ProtectedEvent) => freezeOrder(db, shop, name, event),

    async visitorsOf(shop: string, people: readonly PersonKey[]): Promise<Visitor[]> {
      const links = await linksToPeople(db, shop, people);
      const counts = countPeople(links);
      const isSomebody = (key: string) => (counts.get(key) ?? 0) <= MOST_LINKS;
      const followed = new Set<string>(people.filter(isSomebody));
      const near = links.filter(({ one, other }) => followed.has(one) || followed.has(other));
      const keys = [...people, ...near.flatMap(({ one, other }) => [one, other])];
      const ids = [...new Set(keys.filter((key) => key.startsWith('a:')).map((key) => key.slice(2)))];
      const rows = await forParts(ids, (part) =>
        db
          .selectFrom('visitors')
          .select(['body', 'seen_at'])
          .where('shop', '=', shop)
          .where('anonymous_id', 'in', part)
          .execute(),
      );
      return rows
        .sort((a, b) => Number(b.seen_at) - Number(a.seen_at))
        .map(({ body }) => JSON.parse(body) as Visitor);
    },

    /** A step of what the next four begin with; false when there was nothing to do. */
    attributeSome: (shop: string) => attributeSome(db, partsOf(shop)),
    async dirtyTargets(shop: string): Promise<string[]> {
      await attributeAll(db, partsOf(shop));
      return targetsWhere(db, shop, 1);
    },
    async clearDirtyTargets(shop: string, targets: readonly string[]): Promise<void> {
      for (const part of inParts(targets))
        await db
          .updateTable('changed')
          .set({ pending: 0 })
          .where('shop', '=', shop)
          .where('target', 'in', part)
          .execute();
    },
    async marketingTotals(shop: string, ids: readonly string[]) {
      await attributeAll(db, partsOf(shop));
      return eachKnown(ids, (id) => marketingTotals(db, shop, id));
    },
    async flowTotals(shop: string, ids: readonly string[]) {
      await attributeAll(db, partsOf(shop));
      return eachKnown(ids, (id) => flowTotals(db, shop, id));
    },
    async targets(shop: string): Promise<string[]> {
      await attributeAll(db, partsOf(shop));
      return targetsWhere(db, shop);
    },

    async putCosts(shop: string, costs: readonly Cost[]): Promise<void> {
      const rows = costs.map((cost) => ({
        shop,
        marketing_event: cost.marketingEventId,
        day: cost.day,
        spend: cost.spendHundredths,
        impressions: cost.impressions,
        clicks: cost.clicks,
      }));
      await forParts(rows, (part) =>
        db
          .insertInto('costs')
          .values(part)
          .onConflict((conflict) =>
            conflict.columns(['shop', 'marketing_event', 'day']).doUpdateSet((eb) => ({
              spend: eb.ref('excluded.spend'),
              impressions: eb.ref('excluded.impressions'),
              clicks: eb.ref('excluded.clicks'),
            })),
          )
          .execute(),
      );
      await markDirty(
        db,
        shop,
        costs.map(({ marketingEventId }) => marketingTarget(marketingEventId)),
      );
    },

    async synced(shop: string): Promise<Synced[]> {
      const rows = await db
        .selectFrom('synced')
        .select('body')
        .where('shop', '=', shop)
        .orderBy('target')
        .execute();
      return rows.map(({ body }) => JSON.parse(body) as Synced);
    },
    async recordSynced(shop: string, rows: readonly Synced[]): Promise<void> {
      for (const row of rows)
        await db
          .insertInto('synced')
          .values({ shop, target: row.target, body: JSON.stringify(row) })
          .onConflict((conflict) =>
            conflict.columns(['shop', 'target']).doUpdateSet((eb) => ({ body: eb.ref('excluded.body') })),
          )
          .execute();
    },

    readSetting: (name: string) => readSetting(db, name),
    writeSetting: (name: string, sealed: string) => writeSetting(db, name, sealed),

    peopleOfOrders: (shop: string, names: readonly string[]) => peopleOfOrders(db, shop, names),
    erase: (shop: string, people: readonly PersonKey[]) => erase(db, partsOf(shop), people),
    async purge(shop: string): Promise<void> {
      for (const table of TABLES_OF_SHOP) await db.deleteFrom(table).where('shop', '=', shop).execute();
      const kept = await db.selectFrom('kept').select('name').execute();
      const own = kept.filter(({ name }) => name.endsWith(`:${shop}`)).map(({ name }) => name);
      for (const part of inParts(own)) await db.deleteFrom('kept').where('name', 'in', part).execute();
    },
    async retain(nowMs: number, logKeptMs: number): Promise<void> {
      for (const shop of Object.keys(shops)) await retain(db, partsOf(shop), nowMs, logKeptMs);
      const beforeMs = Math.max(nowMs - logKeptMs, Number((await readSetting(db, RETAINED)) ?? 0));
      await writeSetting(db, RETAINED, String(beforeMs));
    },
    /** What was received before may have left the log, however long it is kept by now. */
    retainedMs: async (): Promise<number> => Number((await readSetting(db, RETAINED)) ?? 0),
    dropLogged: (shop: string, sinceMs: number) => dropLogged(db, shop, sinceMs),
  };
}
export type Methods = ReturnType<typeof createMethods>;

const RETAINED = 'retained';

const TABLES_OF_SHOP = [
  'visitors',
  'links',
  'touches',
  'visits',
  'members',
  'messages',
  'actions',
  'sightings',
  'order_names',
  'orders',
  'people',
  'reports',
  'costs',
  'baseline',
  'changed',
  'synced',
] as const satisfies readonly Exclude<keyof Tables, 'kept'>[];

async function targetsWhere(db: Db, shop: string, pending?: number): Promise<string[]> {
  let found = db.selectFrom('changed').select('target').where('shop', '=', shop);
  if (pending !== undefined) found = found.where('pending', '=', pending);
  return (await found.orderBy('target').execute()).map(({ target }) => target);
}

async function eachKnown<Found>(
  ids: readonly string[],
  read: (id: string) => Promise<Found | undefined>,
): Promise<Found[]> {
  const found: Found[] = [];
  for (const id of ids) {
    const one = await read(id);
    if (one !== undefined) found.push(one);
  }
  return found;
}

export async function readSetting(db: Db, name: string): Promise<string | undefined> {
  const row = await db.selectFrom('kept').select('sealed').where('name', '=', name).executeTakeFirst();
  return row?.sealed;
}

export async function writeSetting(db: Db, name: string, sealed: string): Promise<void> {
  await db
    .insertInto('kept')
    .values({ name, sealed })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet((eb) => ({ sealed: eb.ref('excluded.sealed') })),
    )
    .execute();
}
