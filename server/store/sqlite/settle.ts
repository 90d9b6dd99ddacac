import type { DeadLetterReason, RetryReason, SkipReason } from '../../../shared/reasons.ts';
import type { SentRequest } from '../history.ts';
import type { EncryptedPii } from './encrypted-pii.ts';
import type { History, NewRow } from './history.ts';
import type { LedgerRows } from './ledger.ts';
import type { ConsumerState, OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';

/** How deliveries leased under the same attempt ended. Times in epoch ms. */
export type DeliverySettlement = { consumer: string; attempt: number; fence: number; seqs: number[] } & (
  | { kind: 'ack' }
  | { kind: 'skip'; atMs: number; reason: SkipReason }
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
  const leased =
    'consumer = ?1 AND attempt = ?2 + 1 AND seq IN (SELECT CAST(value AS BIGINT) FROM json_each(?3))';
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

  /** They are settled without a request: one row of history for all of them. */
  function addUnsent(
    consumerId: number,
    { attempt, atMs, reason }: Extract<DeliverySettlement, { kind: 'skip' | 'dead-letter' }>,
    row: Pick<NewRow, 'outcome' | 'seqs' | 'words'>,
  ): void {
    if (row.seqs.length > 0) history.add(consumerId, { ...row, atMs, ms: 0, attempt, code: reason });
  }

  function settleDead(
    consumer: ConsumerState,
    settlement: Extract<DeliverySettlement, { kind: 'dead-letter' }>,
    seqs: readonly number[],
  ): void {
    const { reason, answer, attempt, atMs } = settlement;
    for (const seq of seqs) moveToDeadLetters.run(consumer.id, seq, reason, answer, attempt, atMs);
    consumer.deadLetters += seqs.length;
    const words = answer === null ? {} : { words: answer };
    // What an API refused was sent: its request has a row.
    if (reason !== 'rejected') addUnsent(consumer.id, settlement, { outcome: 'dead', seqs, ...words });
  }

  return (settlements: readonly Settlement[]): void => {
    for (const settlement of settlements) {
      if (settlement.kind === 'request') {
        settleRequest(settlement);
        continue;
      }
      const { attempt } = settlement;
      const consumer = store.consumer(settlement.consumer);
      // Another process took the consumer over while this one stood still: it leases again what was not settled.
      if (settlement.fence !== consumer.fence) continue;
      const lease = [consumer.id, attempt, JSON.stringify(settlement.seqs)] as const;
      if (settlement.kind === 'retry') {
        const { dueAtMs, reason, uncertainSinceMs } = settlement;
        postpone.run(...lease, dueAtMs, reason, uncertainSinceMs);
      } else if (settlement.kind === 'ack' && !consumer.decryptsPii) {
        consumer.waiting -= removeUnread.changed(...lease);
      } else {
        const seqs = remove.all(...lease).map(({ seq }) => seq);
        consumer.waiting -= seqs.length;
        if (settlement.kind === 'dead-letter') settleDead(consumer, settlement, seqs);
        else if (consumer.decryptsPii) for (const seq of seqs) encryptedPii.deleteIfSettled(consumer, seq);
        if (settlement.kind === 'skip') addUnsent(consumer.id, settlement, { outcome: 'skipped', seqs });
      }
    }
  };
}
