import { hash } from 'node:crypto';
import { prepare } from '../../storage/database.ts';
import type { Store } from './store.ts';

/** An event as a row. Times in epoch ms. */
export interface AppendRow {
  shop: string;
  messageId: string;
  orderKey: string | null;
  receivedAtMs: number;
  holdUntilMs: number | null;
  anonymousId: string | null;
  userId: string | null;
  previousId: string | null;
  emailSha256: string | null;
  body: string;
  sealed: string | null;
}

/** `bytes`: of what was stored. */
export interface Appended {
  stored: number;
  duplicates: number;
  bytes: number;
}

export interface Windows {
  retentionMs: number;
  orderKeyMs: number;
}

export function createAppend(store: Store, windows: Windows) {
  const { connection, consumers } = store;
  const isSeen = prepare(connection, 'SELECT 1 FROM seen WHERE shop = ? AND key = ? AND expires_at > ?');
  /** Changes no row when the key is still within its window. */
  const see = prepare(
    connection,
    `INSERT INTO seen (shop, key, expires_at) VALUES (?1, ?2, ?3)
     ON CONFLICT DO UPDATE SET expires_at = ?3 WHERE expires_at <= ?4`,
  );
  const insert = prepare<{ seq: number }>(
    connection,
    `INSERT INTO events (shop, received_at, hold_until, anonymous_id, user_id, previous_id, email_sha256, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq`,
  );
  const insertSeal = prepare(connection, 'INSERT INTO seals (seq, sealed) VALUES (?, ?)');

  /** Notes both keys; false, and notes neither, when one of them was seen before. */
  function isFirstSight({ shop, messageId, orderKey }: AppendRow, nowMs: number): boolean {
    const order = orderKey === null ? undefined : digest('order', orderKey);
    if (order && isSeen.get(shop, order, nowMs)) return false;
    if (!see.run(shop, digest('message', messageId), nowMs + windows.retentionMs, nowMs)) return false;
    if (order) see.run(shop, order, nowMs + windows.orderKeyMs, nowMs);
    return true;
  }

  return (rows: readonly AppendRow[], nowMs: number): Appended => {
    let stored = 0;
    let bytes = 0;
    for (const row of rows) {
      if (!isFirstSight(row, nowMs)) continue;
      const { shop, receivedAtMs, holdUntilMs, anonymousId, userId, previousId, emailSha256, body } = row;
      const { seq } = insert.get(
        shop,
        receivedAtMs,
        holdUntilMs,
        anonymousId,
        userId,
        previousId,
        emailSha256,
        body,
      ) as { seq: number };
      const interested = consumers.filter((consumer) => consumer.shop === shop);
      if (row.sealed !== null && interested.some(({ opensSeals }) => opensSeals))
        insertSeal.run(seq, row.sealed);
      for (const consumer of interested) consumer.waiting++;
      stored++;
      bytes += Buffer.byteLength(body);
    }
    return { stored, duplicates: rows.length - stored, bytes };
  };
}

/** Half a SHA-256: small, opaque, and far from any chance meeting. */
function digest(kind: 'message' | 'order', key: string): Uint8Array {
  return hash('sha256', `${kind}\0${key}`, 'buffer').subarray(0, 16);
}
