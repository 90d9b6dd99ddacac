import type { Db, Tables } from './schema.ts';

/** What was counted of facts that are gone, by measure and dimension (a country, a node; blank for the whole). */
export interface Baseline {
  sum(measure: string, dimension?: string): number;
  byDimension(measure: string): Map<string, number>;
  /** Nodes that anything is known of. */
  dimensions(): string[];
  /** When the newest of what is gone happened; 0 when nothing is. */
  newestMs(dimension?: string): number;
}

/** Not a count: the largest of what was there is kept. */
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
    newestMs: (dimension) => sum(NEWEST, dimension),
  };
}

/** What is to be added to the baseline before its facts go. */
export interface Folded {
  target: string;
  measure: string;
  dimension?: string;
  value: number;
  /** When the newest of it happened. */
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
      const known = conflict.columns(['shop', 'target', 'measure', 'dimension']);
      return how === 'add'
        ? known.doUpdateSet((eb) => ({ value: eb('baseline.value', '+', eb.ref('excluded.value')) }))
        : known
            .doUpdateSet((eb) => ({ value: eb.ref('excluded.value') }))
            .whereRef('excluded.value', '>', 'baseline.value');
    })
    .execute();
