import type { DeadLetterReason, RetryReason } from '../../../shared/reasons.ts';
import type { SentRequest } from '../history.ts';
import { prepare } from './database.ts';
import type { EncryptedPii } from './encrypted-pii.ts';
import type { History } from './history.ts';
import type { LedgerRows } from './ledger.ts';
import type { OpenStore } from './open-store.ts';

/** How deliveries leased under the same attempt ended. Times in epoch ms. */
export type DeliverySettlement = { consumer: string; attempt: number; seqs: number[] } & (
  | { kind: 'ack' }
  | { kind: 'retry'; dueAtMs: number; reason: RetryReason; uncertainSinceMs: number | null }
  | { kind: 'dead-letter'; atMs: number; reason: DeadLetterReason; answer: string | null }
);

/** What one request came to: which keys of the ledger it settles, and its row of history. */
export interface RequestSettlement {
  consumer: string;
  kind: 'request';
  confirmed: readonly { key: string; remoteId?: string }[];
  released: readonly string[];
  requests: readonly SentRequest[];
  atMs: number;
}
export type Settlement = DeliverySettlement | RequestSettlement;

/** One transaction for all that is settled together: deliveries, dead letters, ledger, history. */
export function createSettle(
  store: OpenStore,
  encryptedPii: EncryptedPii,
  ledger: LedgerRows,
  history: History,
) {
  const { connection } = store;
  /** A row's attempt is one ahead of that of its current lease; settlements of older leases match no row. */
  const leased = 'consumer = ?1 AND attempt = ?2 + 1 AND seq IN (SELECT value FROM json_each(?3))';
  const remove = prepare<{ seq: number }>(connection, `DELETE FROM deliveries WHERE ${leased} RETURNING seq`);
  const removeUnread = prepare(connection, `DELETE FROM deliveries WHERE ${leased}`);
  const postpone = prepare(
    connection,
    `UPDATE deliveries SET state = 'retry', due_at = ?4, reason = ?5, uncertain_since = ?6 WHERE ${leased}`,
  );
  const moveToDeadLetters = prepare(
    connection,
    'INSERT INTO dead_letters (consumer, seq, reason, answer, attempt, at) VALUES (?, ?, ?, ?, ?, ?)',
  );

  function settleRequest(settlement: RequestSettlement): void {
    const { consumer, confirmed, released, requests, atMs } = settlement;
    if (confirmed.length > 0) ledger.confirm(consumer, confirmed, atMs);
    if (released.length > 0) ledger.release(consumer, released);
    const { id } = store.consumer(consumer);
    for (const request of requests) history.add(id, request);
  }

  return (settlements: readonly Settlement[]): void => {
    for (const settlement of settlements) {
      if (settlement.kind === 'request') {
        settleRequest(settlement);
        continue;
      }
      const { attempt } = settlement;
      const consumer = store.consumer(settlement.consumer);
      const lease = [consumer.id, attempt, JSON.stringify(settlement.seqs)] as const;
      if (settlement.kind === 'retry') {
        const { dueAtMs, reason, uncertainSinceMs } = settlement;
        postpone.run(...lease, dueAtMs, reason, uncertainSinceMs);
      } else if (settlement.kind === 'dead-letter') {
        const { reason, answer, atMs } = settlement;
        for (const { seq } of remove.all(...lease)) {
          moveToDeadLetters.run(consumer.id, seq, reason, answer, attempt, atMs);
          consumer.waiting--;
          consumer.deadLetters++;
        }
      } else if (consumer.decryptsPii) {
        for (const { seq } of remove.all(...lease)) {
          consumer.waiting--;
          encryptedPii.deleteIfSettled(consumer, seq);
        }
      } else {
        consumer.waiting -= removeUnread.run(...lease);
      }
    }
  };
}
