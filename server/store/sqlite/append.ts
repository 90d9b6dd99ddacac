import { prepare } from './database.ts';
import { type Dedup, type DedupKey, messageKey, orderKeyOf, toBlob, type Windows } from './dedup.ts';
import type { Store } from './store.ts';

/** An event as it is sent to the thread: a tuple, the cheapest to clone. Times in epoch ms. */
export type AppendRow = [
  shop: string,
  messageId: string,
  orderKey: string | null,
  receivedAtMs: number,
  holdUntilMs: number | null,
  body: string,
  encryptedPii: string | null,
];

/** `bytes` counts the stored events only. */
export interface Appended {
  stored: number;
  duplicates: number;
  bytes: number;
}

export function createAppend(store: Store, dedup: Dedup, windows: Windows) {
  const { connection, consumers } = store;
  const insert = prepare(
    connection,
    `INSERT INTO events (shop, received_at, hold_until, message_key, order_key, body) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const insertPii = prepare(connection, 'INSERT INTO seals (seq, sealed) VALUES (?, ?)');

  /** Records both keys; false, and records neither, when one of them was seen before. */
  function isNew(shop: string, message: DedupKey, order: DedupKey | null, nowMs: number): boolean {
    if (dedup.has(shop, message, nowMs) || (order !== null && dedup.has(shop, order, nowMs))) return false;
    dedup.add(shop, message, nowMs + windows.retentionMs);
    if (order !== null) dedup.add(shop, order, nowMs + windows.orderKeyMs);
    return true;
  }

  return (rows: readonly AppendRow[], nowMs: number): Appended => {
    let stored = 0;
    let bytes = 0;
    for (const [shop, messageId, orderKey, receivedAtMs, holdUntilMs, body, encryptedPii] of rows) {
      const message = messageKey(messageId);
      const order = orderKey === null ? null : orderKeyOf(orderKey);
      if (!isNew(shop, message, order, nowMs)) continue;
      const keys = [toBlob(message), order === null ? null : toBlob(order)] as const;
      const seq = insert.insert(shop, receivedAtMs, holdUntilMs, ...keys, body);
      const interested = consumers.filter((consumer) => consumer.shop === shop);
      if (encryptedPii !== null && interested.some(({ decryptsPii }) => decryptsPii))
        insertPii.run(seq, encryptedPii);
      for (const consumer of interested) consumer.waiting++;
      stored++;
      bytes += Buffer.byteLength(body);
    }
    return { stored, duplicates: rows.length - stored, bytes };
  };
}
