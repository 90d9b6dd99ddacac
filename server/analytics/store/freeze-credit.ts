import { forParts, inParts } from './rows.ts';
import type { Db } from './tables.ts';

/**
 * Orders of others keep the credit that a browser of the person gave them.
 *
 * @param touches only where it is one of these. Undefined: whatever it is.
 */
export async function freezeCredit(
  db: Db,
  shop: string,
  canonicalIds: readonly string[],
  touches?: ReadonlySet<string>,
): Promise<void> {
  const orders = await forParts(canonicalIds, (part) =>
    db
      .selectFrom('orders')
      .select(['canonical_id', 'touch'])
      .where('shop', '=', shop)
      .where('canonical_id', 'in', part)
      .execute(),
  );
  const frozen = touches ? orders.filter(({ touch }) => touch !== null && touches.has(touch)) : orders;
  for (const part of inParts(frozen.map((order) => order.canonical_id)))
    await db
      .updateTable('orders')
      .set({ credit_frozen: 1 })
      .where('shop', '=', shop)
      .where('canonical_id', 'in', part)
      .execute();
}
