import type { Targets } from '../facts.ts';
import { forParts } from './rows.ts';
import type { Db } from './schema.ts';

/** How a target is called where totals are kept by it. */
export const marketingTarget = (id: string) => `marketing:${id}`;
export const flowTarget = (id: string) => `flow:${id}`;

/** The targets that something is credited to: none, one or both kinds. */
export const targetsOf = ({ marketingEventId, flowId }: Targets): string[] => [
  ...(marketingEventId === undefined ? [] : [marketingTarget(marketingEventId)]),
  ...(flowId === undefined ? [] : [flowTarget(flowId)]),
];

export const targetsOfRow = (row: { marketing_event: string | null; flow?: string | null }): string[] =>
  targetsOf({
    ...(row.marketing_event !== null && { marketingEventId: row.marketing_event }),
    ...(row.flow != null && { flowId: row.flow }),
  });

/** As a row names them. */
export const columnsOf = ({ marketingEventId, flowId, nodeId }: Targets) => ({
  marketing_event: marketingEventId ?? null,
  flow: flowId ?? null,
  node: nodeId ?? null,
});

/** Their totals have to be read again before the next report. */
export async function markDirty(db: Db, shop: string, targets: readonly string[]): Promise<void> {
  const rows = [...new Set(targets)].map((target) => ({ shop, target, pending: 1 }));
  await forParts(rows, (part) =>
    db
      .insertInto('changed')
      .values(part)
      .onConflict((conflict) => conflict.columns(['shop', 'target']).doUpdateSet({ pending: 1 }))
      .execute(),
  );
}
