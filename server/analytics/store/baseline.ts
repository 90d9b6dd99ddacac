import type { Db, Tables } from './tables.ts';

/** Counts of deleted facts, by measure and dimension (a country or node; blank for the whole). */
export interface Baseline {
  sum(measure: string, dimension?: string): number;
  byDimension(measure: string): Map<string, number>;
  /** Every dimension with a count. */
  dimensions(): string[];
  /** When the newest deleted fact happened, of one dimension or of all; 0 without one. */
  newestMs(dimension?: string): number;
}

/** A measure whose largest value is stored instead of its sum. */
const NEWEST = 'newest';

export async function baselineOf(db: Db, shop: string, target: string): Promise<Baseline> {
  const rows = await db
    .selectFrom('baseline')
    .select(['measure', 'dimension', 'value'])
    .where((eb) => eb.and({ shop, target }))
    .execute();
  const values = new Map(rows.map((row) => [`${row.measure}\n${row.dimension}`, Number(row.value)]));
  const sum = (measure: string, dimension = '') => values.get(`${measure}\n${dimension}`) ?? 0;
  return {
    sum,
    byDimension: (measure) =>
      new Map(
        rows
          .filter((row) => row.measure === measure)
          .map(({ dimension, value }) => [dimension, Number(value)]),
      ),
    dimensions: () => [...new Set(rows.map(({ dimension }) => dimension))],
    newestMs: (dimension) =>
      Math.max(
        0,
        ...rows
          .filter((row) => row.measure === NEWEST && (dimension ?? row.dimension) === row.dimension)
          .map(({ value }) => Number(value)),
      ),
  };
}

/** Counts to add to the baseline in the transaction that deletes their facts. */
export interface Folded {
  target: string;
  measure: string;
  dimension?: string;
  value: number;
  /** When the newest of those facts happened. */
  newestMs: number;
}

export async function addToBaseline(db: Db, shop: string, folded: readonly Folded[]): Promise<void> {
  for (const { target, measure, dimension = '', value, newestMs } of folded) {
    await put(db, { shop, target, measure, dimension, value }, 'add');
    await put(db, { shop, target, measure: NEWEST, dimension, value: newestMs }, 'keep-largest');
  }
}

const put = (db: Db, row: Tables['baseline'], how: 'add' | 'keep-largest') =>
  db
    .insertInto('baseline')
    .values(row)
    .onConflict((conflict) => {
      const upsert = conflict.columns(['shop', 'target', 'measure', 'dimension']);
      return how === 'add'
        ? upsert.doUpdateSet((eb) => ({ value: eb('baseline.value', '+', eb.ref('excluded.value')) }))
        : upsert
            .doUpdateSet((eb) => ({ value: eb.ref('excluded.value') }))
            .whereRef('excluded.value', '>', 'baseline.value');
    })
    .execute();
