import { TOUCH_MARGIN_MS } from '../attribution.ts';
import type { AttributionParts } from './attribute.ts';
import { closeOldOrders } from './close-orders.ts';
import { foldActions, foldMessages, foldVisits } from './fold.ts';
import { inParts, isAmong } from './rows.ts';
import type { Db } from './tables.ts';

const DAY_MS = 86_400_000;
const VISITORS_MS = 90 * DAY_MS;
const ORDERS_MS = 400 * DAY_MS;
/** Opens, clicks and bounces of a message may arrive this long after the last of them. */
const MESSAGES_MS = 180 * DAY_MS;
/** How much older than its arrival an event may be and still change a credit. */
const LATE_MS = 30 * DAY_MS;

/**
 * Deletes what is past its retention; counts of what is deleted stay in the baseline. Attribute before.
 *
 * @param logRetentionMs how long the log keeps an event. A fact stays as long, because the log may redeliver its event.
 */
export async function retain(
  db: Db,
  parts: AttributionParts,
  nowMs: number,
  logRetentionMs: number,
): Promise<void> {
  const { shop, attributionMs } = parts;
  const touchesFromMs = nowMs - attributionMs - TOUCH_MARGIN_MS - logRetentionMs - LATE_MS;
  const creditedFromMs = touchesFromMs + attributionMs + TOUCH_MARGIN_MS;
  const receivedBeforeMs = nowMs - logRetentionMs;
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
  await closeOldOrders(db, shop, nowMs - ORDERS_MS, receivedBeforeMs);
  await deleteVisitors(db, shop, nowMs - VISITORS_MS, receivedBeforeMs);
  await db
    .deleteFrom('links')
    .where('shop', '=', shop)
    .where('received_at', '<', nowMs - ORDERS_MS)
    .execute();
}

/** Touches and links of older orders are deleted next, and a later refund must not change their credit. */
const freezeCredit = (db: Db, shop: string, beforeMs: number) =>
  db
    .updateTable('orders')
    .set({ credit_frozen: 1 })
    .where('shop', '=', shop)
    .where('credit_frozen', '=', 0)
    .where('counted', '=', 1)
    .where('at', '<', beforeMs)
    .execute();

async function deleteVisitors(
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
  for (const part of inParts(gone.map(({ anonymous_id: id }) => `a:${id}`)))
    for (const column of ['one', 'other'] as const)
      await db
        .deleteFrom('links')
        .where('shop', '=', shop)
        .where(isAmong(db, column, part))
        .where('received_at', '<', receivedBeforeMs)
        .execute();
}
