import { type ConsumerState, isAhead, type OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';

/** When something is sent again: by the clock of dates, and by the clock of holds. */
export interface Now {
  nowMs: number;
  steadyMs: number;
}

/**
 * `queued`: it waits already, and keeps its place. `not-found`: not stored, or not for this consumer. `changed`: it is no dead
 * letter any more.
 */
export type SentAgain = 'requeued' | 'queued' | 'not-found' | 'changed';

/** Events become first attempts of a consumer, also those that it has settled, or that were stored before it was added. */
export interface SendAgain {
  /** @param isDead only where it is a dead letter. */
  one(consumer: ConsumerState, seq: number, now: Now, isDead?: boolean): SentAgain;
  /** Of a consumer that is not configured: the event waits until it is. */
  ofOther(consumerId: number, seq: number, now: Now): void;
}

/** @param holdMs how long an event can be held at most. */
export function createSendAgain({ connection }: OpenStore, holdMs: number): SendAgain {
  const find = prepare<{ seq: number; voice: number; audience: number }>(
    connection,
    'SELECT seq, voice, audience FROM events WHERE seq = ? AND shop = ? AND audience & ? <> 0',
  );
  // An order that no destination was sent yet may still be held, so that its reports come together.
  const enqueue = prepare(
    connection,
    `INSERT INTO deliveries (consumer, seq, state, due_at, attempt, voice, requeued_at)
     SELECT CAST(?1 AS BIGINT), seq, CASE WHEN is_held THEN 'held' ELSE 'retry' END,
       CASE WHEN is_held THEN hold_until ELSE 0 END, 1, voice, CAST(?3 AS BIGINT)
     FROM (SELECT seq, voice, hold_until,
             coalesce(hold_until > ?4 AND hold_until <= ?5, FALSE) AS is_held
           FROM events WHERE seq = ?2) found
     WHERE true ON CONFLICT DO NOTHING`,
  );
  const removeDeadLetter = prepare(connection, 'DELETE FROM dead_letters WHERE consumer = ? AND seq = ?');
  const waits = prepare<object>(connection, 'SELECT 1 FROM deliveries WHERE consumer = ? AND seq = ?');

  const add = (consumerId: number, seq: number, { nowMs, steadyMs }: Now): boolean =>
    enqueue.changed(consumerId, seq, nowMs, steadyMs, steadyMs + holdMs) > 0;

  return {
    one(consumer, seq, now, isDead = false) {
      const { id, shop, audience } = consumer;
      const event = find.get(seq, shop, audience);
      if (!event) return 'not-found';
      if (isAhead(consumer, event)) return 'queued';
      const deadLetters = removeDeadLetter.changed(id, seq);
      consumer.deadLetters -= deadLetters;
      if (isDead && deadLetters === 0) return waits.get(id, seq) ? 'queued' : 'changed';
      if (!add(id, seq, now)) return 'queued';
      consumer.waiting++;
      return 'requeued';
    },
    ofOther(consumerId, seq, now) {
      removeDeadLetter.run(consumerId, seq);
      add(consumerId, seq, now);
    },
  };
}
