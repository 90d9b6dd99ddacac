import type { DeadLetterReason, RetryReason } from '../../../shared/reasons.ts';
import { prepare } from './database.ts';
import type { Seals } from './encrypted-pii.ts';
import type { Store } from './store.ts';

/** How deliveries leased under the same attempt ended. Times in epoch ms. */
export type Settlement = { consumer: string; attempt: number; seqs: number[] } & (
  | { kind: 'ack' }
  | { kind: 'retry'; dueAtMs: number; reason: RetryReason; uncertainSinceMs: number | null }
  | { kind: 'dead-letter'; atMs: number; reason: DeadLetterReason; answer: string | null }
);

export function createSettle(store: Store, seals: Seals) {
  const { connection } = store;
  /** A row's attempt is one ahead of the lease it was given out under; any other lease has lost its say. */
  const held = 'consumer = ?1 AND attempt = ?2 + 1 AND seq IN (SELECT value FROM json_each(?3))';
  const remove = prepare<{ seq: number }>(connection, `DELETE FROM deliveries WHERE ${held} RETURNING seq`);
  const removeUnread = prepare(connection, `DELETE FROM deliveries WHERE ${held}`);
  const postpone = prepare(
    connection,
    `UPDATE deliveries SET state = 'retry', due_at = ?4, reason = ?5, uncertain_since = ?6 WHERE ${held}`,
  );
  const moveToDeadLetters = prepare(
    connection,
    'INSERT INTO dead_letters (consumer, seq, reason, answer, attempt, at) VALUES (?, ?, ?, ?, ?, ?)',
  );

  return (settlements: readonly Settlement[]): void => {
    for (const settlement of settlements) {
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
          seals.dropIfDone(consumer, seq);
        }
      } else {
        consumer.waiting -= removeUnread.run(...lease);
      }
    }
  };
}
