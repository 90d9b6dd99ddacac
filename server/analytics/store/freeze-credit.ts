import { inParts, isAmong } from './rows.ts';
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
  touches?: readonly string[],
): Promise<void> {
  for (const part of inParts(canonicalIds)) {
    const orders = db
      .updateTable('orders')
      .set({ credit_frozen: 1 })
      .where('shop', '=', shop)
      .where(isAmong(db, 'canonical_id', part));
    if (touches === undefined) await orders.execute();
    else for (const some of inParts(touches)) await orders.where(isAmong(db, 'touch', some)).execute();
  }
}
