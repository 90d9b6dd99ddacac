import type { Targets } from '../facts.ts';
import { forParts, inParts, insertRows, isAmong } from './rows.ts';
import type { Db } from './tables.ts';

/** The key of a target in the tables `targets`, `members`, `baseline` and `synced`. */
export const marketingTarget = (id: string) => `marketing:${id}`;
export const flowTarget = (id: string) => `flow:${id}`;

/** The targets that something is credited to: none, one, or one of each kind. */
export const targetsOf = ({ marketingEventId, flowId }: Targets): string[] => [
  ...(marketingEventId === undefined ? [] : [marketingTarget(marketingEventId)]),
  ...(flowId === undefined ? [] : [flowTarget(flowId)]),
];

export const targetsOfRow = (row: { marketing_event: string | null; flow?: string | null }): string[] =>
  targetsOf({
    ...(row.marketing_event !== null && { marketingEventId: row.marketing_event }),
    ...(row.flow != null && { flowId: row.flow }),
  });

/** Targets as columns of a row. */
export const columnsOf = ({ marketingEventId, flowId, nodeId }: Targets) => ({
  marketing_event: marketingEventId ?? null,
  flow: flowId ?? null,
  node: nodeId ?? null,
});

/** Totals of these targets are to be read again before the next report. */
export async function markDirty(db: Db, shop: string, targets: readonly string[]): Promise<void> {
  const rows = [...new Set(targets)].map((target) => ({ shop, target, pending: 1 }));
  await forParts(rows, (part) =>
    insertRows(db, 'targets', part)
      .onConflict((conflict) => conflict.columns(['shop', 'target']).doUpdateSet({ pending: 1 }))
      .execute(),
  );
}

export async function clearDirtyTargets(db: Db, shop: string, targets: readonly string[]): Promise<void> {
  for (const part of inParts(targets))
    await db
      .updateTable('targets')
      .set({ pending: 0 })
      .where('shop', '=', shop)
      .where(isAmong(db, 'target', part))
      .execute();
}

/** Targets with totals, in order. @param which `dirty`: those that may have changed since they were cleared. */
export async function readTargets(db: Db, shop: string, which: 'all' | 'dirty'): Promise<string[]> {
  let found = db.selectFrom('targets').select('target').where('shop', '=', shop);
  if (which === 'dirty') found = found.where('pending', '=', 1);
  return (await found.orderBy('target').execute()).map(({ target }) => target);
}
