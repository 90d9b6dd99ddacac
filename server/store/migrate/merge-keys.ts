import type { Windows } from '../sqlite/dedup-keys.ts';
import { prepare } from '../sqlite/prepare.ts';
import type { Side } from './side.ts';

/** Events of one transaction. */
const STEP = 2_000;

/**
 * Dedup keys that SQLite has only in the events' rows are put into the table of keys, which is all that PostgreSQL reads. Done again,
 * it changes nothing.
 */
export function mergeKeys({ connection, transaction }: Side, { retentionMs, orderKeyMs }: Windows): void {
  const merged = prepare<{ seq: number }>(connection, 'SELECT merged_seq AS seq FROM seen_merged');
  const setMerged = prepare(connection, 'UPDATE seen_merged SET merged_seq = ?');
  const endOfStep = prepare<{ seq: number | null }>(
    connection,
    `SELECT max(seq) AS seq FROM (SELECT seq FROM events WHERE seq > ? ORDER BY seq LIMIT ${STEP}) AS step`,
  );
  const put = (column: string, condition: string) =>
    prepare(
      connection,
      `INSERT INTO seen (shop, key, expires_at)
       SELECT shop, ${column}, max(received_at) + CAST(? AS BIGINT) FROM events
       WHERE seq > ? AND seq <= ? AND ${condition} GROUP BY shop, ${column}
       ON CONFLICT (shop, key) DO UPDATE SET expires_at = max(seen.expires_at, excluded.expires_at)`,
    );
  const putMessages = put('message_key', 'length(message_key) > 0');
  const putOrders = put('order_key', 'order_key IS NOT NULL');
  for (let after = merged.get()?.seq ?? 0; ; ) {
    const until = endOfStep.get(after)?.seq;
    if (until === null || until === undefined) break;
    transaction(() => {
      putMessages.run(retentionMs, after, until);
      putOrders.run(orderKeyMs, after, until);
      setMerged.run(until);
    });
    after = until;
  }
}
