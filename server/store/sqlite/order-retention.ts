import { toRemains } from '../../orders/remains.ts';
import type { ShopOrders } from '../store.ts';
import { EXPIRES_MS } from '../waiting.ts';
import type { AloneOrders } from './alone.ts';
import { CHUNK, eachRow, STEP, untilDone } from './chunks.ts';
import type { Consents } from './consents.ts';
import type { Windows } from './dedup-keys.ts';
import { createRemoveEvidence } from './evidence.ts';
import type { ReportRow } from './find-orders.ts';
import type { LoneViews } from './lone-views.ts';
import type { OpenStore } from './open-store.ts';
import { createReferences } from './order-references.ts';
import { prepare } from './prepare.ts';
import { toStored, tryRead } from './stored-event.ts';
import { prepareTexts, toStoredText } from './stored-text.ts';

const ORDER_TABLES = ['order_names', 'order_tokens', 'order_reports', 'order_stages'];
const SHOP_TABLES = ['order_names', 'order_tokens', 'views', 'consents', 'person_links', 'shop_voices'];
/** At least; events, views and dead letters of before that are kept for longer need it as long. */
const CONSENTS_MS = 90 * 86_400_000;
/** How many of them one step looks at. */
const CONSENTS = 5_000;
/** After every shop's id. */
const LAST = '\u{10FFFF}';

/** Evidence whose time is over waits this long for an answer of the shop system, which is asked once more. */
const ANSWER_MS = 86_400_000;

/** How long orders and what proves who placed them stay, and how they go with a shop. */
export function createOrderRetention(
  store: OpenStore,
  windows: Windows,
  shops: ReadonlyMap<string, ShopOrders>,
  memory: {
    consents: Pick<Consents, 'forgetAll'>;
    alone: Pick<AloneOrders, 'end'>;
    loneViews: Pick<LoneViews, 'forgetAll'>;
  },
) {
  const { consents, alone, loneViews } = memory;
  const { connection, transaction } = store;
  const oldReports = prepareTexts<ReportRow>(
    connection,
    `SELECT order_id AS orderId, source, stage, part, packed, body FROM order_reports
     WHERE is_reduced = 0 AND received_at < ? ORDER BY received_at LIMIT ?`,
  );
  const reduce = prepare(
    connection,
    `UPDATE order_reports SET is_reduced = 1, packed = ?5, body = ?6
     WHERE order_id = ?1 AND source = ?2 AND stage = ?3 AND part = ?4`,
  );
  const oldOrders = prepare<{ id: number }>(
    connection,
    'SELECT id FROM orders WHERE reported_at < ? ORDER BY reported_at LIMIT ?',
  );
  const ordersOf = prepare<{ id: number }>(
    connection,
    'SELECT id FROM orders WHERE +shop = ? AND id > ? ORDER BY id LIMIT ?',
  );
  const forgetWitness = prepare(connection, 'UPDATE orders SET witness = NULL WHERE id = ?');
  const references = createReferences(connection);
  const removeOrderRows = [
    ...ORDER_TABLES.map((table) => prepare(connection, `DELETE FROM ${table} WHERE order_id = ?`)),
    prepare(connection, 'DELETE FROM orders WHERE id = ?'),
  ];
  const oldEvidence = prepare<{ id: number }>(
    connection,
    'SELECT id FROM evidence WHERE closed_at < ? ORDER BY closed_at LIMIT ?',
  );
  const nextEvidenceShop = prepare<{ shop: string }>(
    connection,
    'SELECT shop FROM evidence WHERE shop > ? ORDER BY shop LIMIT 1',
  );
  const unclosedEvidence = prepare<{ id: number }>(
    connection,
    `SELECT id FROM evidence WHERE shop = ? AND status IN ('open', 'not-joined', 'unconfirmed-order')
       AND received_at < ? LIMIT ?`,
  );
  const evidenceOf = prepare<{ id: number }>(
    connection,
    'SELECT id FROM evidence WHERE +shop = ? AND id > ? ORDER BY id LIMIT ?',
  );
  const removeEvidence = createRemoveEvidence(connection);
  const removeViews = prepare(
    connection,
    'DELETE FROM views WHERE id IN (SELECT id FROM views WHERE received_at < ? ORDER BY received_at LIMIT ?)',
  );
  const nextConsent = prepare<{ shop: string; subject: string }>(
    connection,
    `SELECT shop, subject FROM consents WHERE (shop, subject) > (?, ?) ORDER BY shop, subject LIMIT 1 OFFSET ${CONSENTS}`,
  );
  const removeConsents = prepare(
    connection,
    `DELETE FROM consents WHERE (shop, subject) > (?1, ?2) AND (shop, subject) <= (?3, ?4) AND used_at < ?5
       AND NOT EXISTS (SELECT 1 FROM order_subjects o WHERE o.subject = consents.subject)`,
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

  const removeOrder = (id: number) => {
    alone.end(id);
    references.remove(id);
    for (const statement of removeOrderRows) statement.run(id);
  };

  const removeAll = (rows: readonly { id: number }[], remove: (id: number) => void): number => {
    for (const { id } of rows) remove(id);
    return rows.length;
  };

  /** What was not closed in time: nothing closes evidence of a shop that is gone, or whose browsers' word makes orders. */
  function* retainUnclosed(beforeMs: number): Generator<undefined, void> {
    for (
      let shop = nextEvidenceShop.get('')?.shop;
      shop !== undefined;
      shop = nextEvidenceShop.get(shop)?.shop
    ) {
      const of = shop;
      const receivedBeforeMs = beforeMs - (shops.get(of)?.confirmMs ?? 0) - ANSWER_MS;
      yield* untilDone(store, () =>
        removeAll(unclosedEvidence.all(of, receivedBeforeMs, CHUNK), removeEvidence),
      );
    }
  }

  /** One pass in steps: an index by age would cost every statement more than the pass costs. */
  function* retainConsents(beforeMs: number): Generator<undefined, void> {
    for (let after = { shop: '', subject: '' }; ; ) {
      const to = nextConsent.get(after.shop, after.subject);
      const end = to ?? { shop: LAST, subject: '' };
      transaction(() => removeConsents.run(after.shop, after.subject, end.shop, end.subject, beforeMs));
      consents.forgetAll();
      if (!to) return;
      yield;
      after = to;
    }
  }

  return {
    /**
     * Reports keep ids and amounts, orders leave with their dedup keys, evidence after it was closed, consent when nothing
     * needs it. Compose what waits before: it is made of reports and evidence.
     */
    *retain(nowMs: number): Generator<undefined, void> {
      const beforeMs = nowMs - windows.retentionMs;
      const orderBeforeMs = nowMs - windows.orderKeyMs;
      yield* untilDone(store, () => {
        const rows = oldReports.all(beforeMs, STEP);
        for (const { orderId, source, stage, part, body } of rows) {
          const report = tryRead(body);
          if (report) reduce.run(orderId, source, stage, part, ...toStoredText(toStored(toRemains(report))));
          else removeReport.run(orderId, source, stage, part);
          forgetWitness.run(orderId);
        }
        return rows.length;
      });
      yield* untilDone(store, () => removeAll(oldOrders.all(orderBeforeMs, CHUNK), removeOrder));
      yield* untilDone(store, () => removeAll(oldEvidence.all(beforeMs, CHUNK), removeEvidence));
      yield* retainUnclosed(beforeMs);
      yield* untilDone(store, () => {
        loneViews.forgetAll();
        return removeViews.changed(beforeMs, CHUNK);
      });
      yield* retainConsents(nowMs - Math.max(CONSENTS_MS, windows.retentionMs + EXPIRES_MS));
      yield* untilDone(store, () => removeLinks.changed(orderBeforeMs, CHUNK));
    },

    *purge(shop: string): Generator<undefined, void> {
      yield* eachRow(
        store,
        (after) => ordersOf.all(shop, after, CHUNK),
        ({ id }) => removeOrder(id),
      );
      yield* eachRow(
        store,
        (after) => evidenceOf.all(shop, after, CHUNK),
        ({ id }) => removeEvidence(id),
      );
      transaction(() => {
        for (const purge of purges) purge.run(shop);
        loneViews.forgetAll();
        purgeLedger.run(shop);
      });
      consents.forgetAll();
    },
  };
}
export type OrderRetention = ReturnType<typeof createOrderRetention>;
