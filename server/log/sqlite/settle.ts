import type { DeadLetterReason, RetryReason } from '../../../shared/reasons.ts';
import { prepare } from '../../storage/database.ts';
import type { Seals } from './seals.ts';
import type { Store } from './store.ts';

/** How one delivery ended. Times in epoch ms. */
export type Settlement = { consumer: string; seq: number; attempt: number } & (
  | { kind: 'ack' }
  | { kind: 'retry'; dueAtMs: number; reason: RetryReason; uncertainSinceMs: number | null }
  | { kind: 'dead-letter'; atMs: number; reason: DeadLetterReason; answer: string | null }
);

export function createSettle(store: Store, seals: Seals) {
  const { connection } = store;
  /** A row's attempt is one ahead of the lease it was given out under; any other lease has lost its say. */
  const held = 'consumer = ? AND seq = ? AND attempt = ? + 1';
  const remove = prepare(connection, `DELETE FROM deliveries WHERE ${held}`);
  const postpone = prepare(
    connection,
    `UPDATE deliveries SET state = 'retry', due_at = ?, reason = ?, uncertain_since = ? WHERE ${held}`,
  );
  const bury = prepare(
    connection,
    'INSERT INTO dead_letters (consumer, seq, reason, answer, attempt, at) VALUES (?, ?, ?, ?, ?, ?)',
  );

  return (settlements: readonly Settlement[]): void => {
    for (const settlement of settlements) {
      const { seq, attempt } = settlement;
      const consumer = store.consumer(settlement.consumer);
      if (settlement.kind === 'retry') {
        const { dueAtMs, reason, uncertainSinceMs } = settlement;
        postpone.run(dueAtMs, reason, uncertainSinceMs, consumer.id, seq, attempt);
        continue;
      }
      if (remove.run(consumer.id, seq, attempt) === 0) continue;
      consumer.waiting--;
      if (settlement.kind === 'ack') {
        seals.dropIfDone(consumer, seq);
      } else {
        bury.run(consumer.id, seq, settlement.reason, settlement.answer, attempt, settlement.atMs);
        consumer.deadLetters++;
      }
    }
  };
}
