import { toRemains } from '../../orders/remains.ts';
import { CHUNK } from './chunks.ts';
import { prepare } from './database.ts';
import type { Windows } from './dedup.ts';
import type { ReportRow } from './find-orders.ts';
import type { OpenStore } from './open-store.ts';
import { tryRead } from './person-scan.ts';

const ORDER_TABLES = ['order_names', 'order_tokens', 'order_reports', 'order_stages'];
const SHOP_TABLES = ['order_names', 'order_tokens', 'views', 'choices', 'person_links', 'shop_voices'];
const CHOICES_MS = 90 * 86_400_000;

/** How long orders and what proves who placed them stay, and how they go with a shop. */
export function createOrderRetention({ connection, transaction }: OpenStore, windows: Windows) {
  const oldReports = prepare<ReportRow>(
    connection,
    `SELECT order_id AS orderId, source, stage, part, body FROM order_reports
     WHERE is_reduced = 0 AND received_at < ? ORDER BY received_at LIMIT ?`,
  );
  const reduce = prepare(
    connection,
    `UPDATE order_reports SET is_reduced = 1, body = ?5
     WHERE order_id = ?1 AND source = ?2 AND stage = ?3 AND part = ?4`,
  );
  const oldOrders = prepare<{ id: number }>(
    connection,
    'SELECT id FROM orders WHERE reported_at < ? ORDER BY reported_at LIMIT ?',
  );
  const ordersOf = prepare<{ id: number }>(
    connection,
    'SELECT id FROM orders WHERE shop = ? AND id > ? ORDER BY id LIMIT ?',
  );
  const removeOrderRows = [
    ...ORDER_TABLES.map((table) => prepare(connection, `DELETE FROM ${table} WHERE order_id = ?`)),
    prepare(connection, 'DELETE FROM orders WHERE id = ?'),
  ];
  const oldEvidence = prepare<{ id: number }>(
    connection,
    'SELECT id FROM evidence WHERE closed_at < ? ORDER BY closed_at LIMIT ?',
  );
  const evidenceOf = prepare<{ id: number }>(
    connection,
    'SELECT id FROM evidence WHERE shop = ? AND id > ? ORDER BY id LIMIT ?',
  );
  const removeEvidenceRows = [
    prepare(connection, 'DELETE FROM evidence_names WHERE evidence_id = ?'),
    prepare(connection, 'DELETE FROM evidence WHERE id = ?'),
  ];
  const removeViews = prepare(
    connection,
    'DELETE FROM views WHERE id IN (SELECT id FROM views WHERE received_at < ? ORDER BY received_at LIMIT ?)',
  );
  const removeChoices = prepare(
    connection,
    `DELETE FROM choices WHERE (shop, visitor) IN
       (SELECT shop, visitor FROM choices WHERE received_at < ? ORDER BY received_at LIMIT ?)`,
  );
  const removeLinks = prepare(
    connection,
    `DELETE FROM person_links WHERE (shop, user_id, key) IN
       (SELECT shop, user_id, key FROM person_links WHERE at < ? ORDER BY at LIMIT ?)`,
  );
  const removeReport = prepare(
    connection,
    'DELETE FROM order_reports WHERE order_id = ? AND source = ? AND stage = ? AND part = ?',
  );
  const purges = SHOP_TABLES.map((table) => prepare(connection, `DELETE FROM ${table} WHERE shop = ?`));
  const purgeLedger = prepare(
    connection,
    'DELETE FROM ledger WHERE consumer IN (SELECT name FROM consumers WHERE shop = ?)',
  );

  const removeOrder = (id: number) => removeOrderRows.forEach((statement) => void statement.run(id));
  const removeEvidence = (id: number) => removeEvidenceRows.forEach((statement) => void statement.run(id));

  /** Repeats one chunk until it finds nothing more. */
  function* untilDone(chunk: () => number): Generator<undefined, void> {
    while (transaction(chunk) > 0) yield;
  }

  function* each<Row extends { id: number }>(
    read: (after: number) => Row[],
    apply: (row: Row) => void,
  ): Generator<undefined, void> {
    for (let after = 0; ; ) {
      const rows = read(after);
      const last = rows.at(-1);
      if (!last) return;
      transaction(() => rows.forEach(apply));
      yield;
      after = last.id;
    }
  }

  return {
    /** Reports keep ids and amounts, orders leave with their dedup keys, evidence after it was closed. */
    *retain(nowMs: number): Generator<undefined, void> {
      const beforeMs = nowMs - windows.retentionMs;
      const orderBeforeMs = nowMs - windows.orderKeyMs;
      yield* untilDone(() => {
        const rows = oldReports.all(beforeMs, CHUNK);
        for (const { orderId, source, stage, part, body } of rows) {
          const report = tryRead(body);
          if (report) reduce.run(orderId, source, stage, part, JSON.stringify(toRemains(report)));
          else removeReport.run(orderId, source, stage, part);
        }
        return rows.length;
      });
      yield* untilDone(() => {
        const rows = oldOrders.all(orderBeforeMs, CHUNK);
        for (const { id } of rows) removeOrder(id);
        return rows.length;
      });
      yield* untilDone(() => {
        const rows = oldEvidence.all(beforeMs, CHUNK);
        for (const { id } of rows) removeEvidence(id);
        return rows.length;
      });
      yield* untilDone(() => removeViews.run(beforeMs, CHUNK));
      yield* untilDone(() => removeChoices.run(nowMs - CHOICES_MS, CHUNK));
      yield* untilDone(() => removeLinks.run(orderBeforeMs, CHUNK));
    },

    *purge(shop: string): Generator<undefined, void> {
      yield* each(
        (after) => ordersOf.all(shop, after, CHUNK),
        ({ id }) => removeOrder(id),
      );
      yield* each(
        (after) => evidenceOf.all(shop, after, CHUNK),
        ({ id }) => removeEvidence(id),
      );
      transaction(() => {
        for (const purge of purges) purge.run(shop);
        purgeLedger.run(shop);
      });
    },
  };
}
export type OrderRetention = ReturnType<typeof createOrderRetention>;
