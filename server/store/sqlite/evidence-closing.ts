import type { EvidenceOutcome, OpenEvidence } from '../store.ts';
import type { OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';

/** Browsers' reports of orders that no trusted voice has confirmed. */
export function createEvidenceClosing({ connection }: OpenStore) {
  const open = prepare<{ id: number; receivedAtMs: number; isKnown: number }>(
    connection,
    `SELECT e.id, e.received_at AS receivedAtMs, EXISTS (
       SELECT 1 FROM evidence_names n JOIN order_names o ON o.shop = n.shop AND o.name = substr(n.name, 3)
       WHERE n.shop = e.shop AND n.evidence_id = e.id AND n.name LIKE 'n:%' AND o.is_trusted = 1) AS isKnown
     FROM evidence e WHERE e.shop = ? AND e.status = 'open' AND e.received_at < ? ORDER BY e.received_at LIMIT ?`,
  );
  const close = prepare(
    connection,
    `UPDATE evidence SET status = ?2, closed_at = ?3 WHERE status = 'open' AND id IN (SELECT CAST(value AS BIGINT) FROM json_each(?1))`,
  );
  const hasOrder = prepare<object>(
    connection,
    'SELECT 1 FROM orders WHERE shop = ? AND reported_at >= ? LIMIT 1',
  );
  const evidenceSince = prepare<{ count: number }>(
    connection,
    `SELECT count(*) AS count FROM evidence WHERE shop = ? AND status = 'open' AND received_at >= ? AND stage = 'placed'`,
  );
  return {
    open: (shop: string, beforeMs: number, limit: number): OpenEvidence[] =>
      open.all(shop, beforeMs, limit).map(({ isKnown, ...row }) => ({ ...row, isKnown: isKnown === 1 })),
    close: (ids: readonly number[], outcome: EvidenceOutcome, nowMs: number): number =>
      close.changed(JSON.stringify(ids), outcome, nowMs),
    unconfirmed: (shop: string, sinceMs: number) => ({
      evidence: evidenceSince.get(shop, sinceMs)?.count ?? 0,
      hasOrder: hasOrder.get(shop, sinceMs) !== undefined,
    }),
  };
}
