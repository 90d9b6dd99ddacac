import type { Facts, PersonKey } from '../facts.ts';
import type { Cost, ErasedFacts, Synced, Visitor } from '../store.ts';
import { applyFacts } from './apply.ts';
import { type AttributionParts, attributeAll, attributeSome } from './attribute.ts';
import { putCosts } from './costs.ts';
import { clearDirtyTargets, readTargets } from './dirty-targets.ts';
import { erase } from './erase.ts';
import { exportPerson } from './export.ts';
import { flowTotals } from './flow-totals.ts';
import { marketingTotals } from './marketing-totals.ts';
import { near } from './near.ts';
import { pseudonymOf } from './pseudonym.ts';
import { purge, shopsIn } from './purge.ts';
import { dropLogged } from './rebuild.ts';
import { retain } from './retain.ts';
import { readLoggedFromMs, readSetting, writeRetainedMs, writeSetting } from './settings.ts';
import { readSynced, recordSynced } from './synced.ts';
import type { Db } from './tables.ts';

/** A shop's settings for counting. */
export interface ShopSettings {
  /** ISO 4217. */
  currency: string;
  attributionMs: number;
}

export interface MethodParts {
  shops: Readonly<Record<string, ShopSettings>>;
  /** The secret key of pseudonyms. */
  pepper: string;
}

/** The store's methods within the transaction `db`; the same on SQLite and on PostgreSQL. */
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

    /** One step of the attribution that `dirtyTargets`, `targets` and the totals begin with; false when none was needed. */
    attributeSome: (shop: string) => attributeSome(db, partsOf(shop)),
    async dirtyTargets(shop: string): Promise<string[]> {
      await attributeAll(db, partsOf(shop));
      return readTargets(db, shop, 'dirty');
    },
    clearDirtyTargets: (shop: string, targets: readonly string[]) => clearDirtyTargets(db, shop, targets),
    async targets(shop: string): Promise<string[]> {
      await attributeAll(db, partsOf(shop));
      return readTargets(db, shop, 'all');
    },
    async marketingTotals(shop: string, ids: readonly string[]) {
      await attributeAll(db, partsOf(shop));
      return eachKnown(ids, (id) => marketingTotals(db, shop, id));
    },
    async flowTotals(shop: string, ids: readonly string[]) {
      await attributeAll(db, partsOf(shop));
      return eachKnown(ids, (id) => flowTotals(db, shop, id));
    },

    putCosts: (shop: string, costs: readonly Cost[]) => putCosts(db, shop, costs),
    synced: (shop: string) => readSynced(db, shop),
    recordSynced: (shop: string, rows: readonly Synced[]) => recordSynced(db, shop, rows),
    readSetting: (name: string) => readSetting(db, name),
    writeSetting: (name: string, sealed: string) => writeSetting(db, name, sealed),

    near: (shop: string, people: readonly PersonKey[]) => near(db, shop, people),
    erase: (shop: string, erased: ErasedFacts) => erase(db, partsOf(shop), erased),
    exportPerson: (shop: string, people: readonly PersonKey[]) => exportPerson(db, shop, people),
    purge: (shop: string) => purge(db, shop),
    async retain(nowMs: number, logRetentionMs: number): Promise<void> {
      for (const shop of await shopsIn(db)) {
        if (Object.hasOwn(shops, shop)) await attributeAll(db, partsOf(shop));
        await retain(db, partsOf(shop), nowMs, logRetentionMs);
      }
      await writeRetainedMs(db, nowMs - logRetentionMs);
    },
    loggedFromMs: () => readLoggedFromMs(db),
    dropLogged: (shop: string, sinceMs: number) => dropLogged(db, shop, sinceMs),
  };
}
export type Methods = ReturnType<typeof createMethods>;

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
