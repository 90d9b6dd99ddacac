import { prepare } from './database.ts';
import { messageKey, orderKeyOf, type Seen, type SeenKey, toBlob, type Windows } from './dedup.ts';
import type { Store } from './store.ts';

/** An event on its way to a row; a tuple, because that is what crosses to a thread most cheaply. Times in epoch ms. */
export type AppendRow = [
  shop: string,
  messageId: string,
  orderKey: string | null,
  receivedAtMs: number,
  holdUntilMs: number | null,
  body: string,
  sealed: string | null,
];

/** `bytes`: of what was stored. */
export interface Appended {
  stored: number;
  duplicates: number;
  bytes: number;
}

export function createAppend(store: Store, seen: Seen, windows: Windows) {
  const { connection, consumers } = store;
  const insert = prepare(
    connection,
    `INSERT INTO events (shop, received_at, hold_until, message_key, order_key, body) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const insertSeal = prepare(connection, 'INSERT INTO seals (seq, sealed) VALUES (?, ?)');

  /** Notes both keys; false, and notes neither, when one of them was seen before. */
  function isFirstSight(shop: string, message: SeenKey, order: SeenKey | null, nowMs: number): boolean {
    if (seen.has(shop, message, nowMs) || (order !== null && seen.has(shop, order, nowMs))) return false;
    seen.add(shop, message, nowMs + windows.retentionMs);
    if (order !== null) seen.add(shop, order, nowMs + windows.orderKeyMs);
    return true;
  }

  return (rows: readonly AppendRow[], nowMs: number): Appended => {
    let stored = 0;
    let bytes = 0;
    for (const [shop, messageId, orderKey, receivedAtMs, holdUntilMs, body, sealed] of rows) {
      const message = messageKey(messageId);
      const order = orderKey === null ? null : orderKeyOf(orderKey);
      if (!isFirstSight(shop, message, order, nowMs)) continue;
      const keys = [toBlob(message), order === null ? null : toBlob(order)] as const;
      const seq = insert.insert(shop, receivedAtMs, holdUntilMs, ...keys, body);
      const interested = consumers.filter((consumer) => consumer.shop === shop);
      if (sealed !== null && interested.some(({ decryptsPii }) => decryptsPii)) insertSeal.run(seq, sealed);
      for (const consumer of interested) consumer.waiting++;
      stored++;
      bytes += Buffer.byteLength(body);
    }
    return { stored, duplicates: rows.length - stored, bytes };
  };
}
