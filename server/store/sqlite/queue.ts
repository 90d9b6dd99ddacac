import type { Depth, Requeued, RequeueOptions } from '../store.ts';
import type { Audit } from './audit.ts';
import { CHUNK, pages } from './chunks.ts';
import type { History } from './history.ts';
import type { OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';
import type { Requeue } from './requeue.ts';
import type { Now, SendAgain } from './send-again.ts';

interface Parts {
  requeue: Requeue;
  sendAgain: SendAgain;
  history: Pick<History, 'since'>;
  audit: Pick<Audit, 'reached'>;
}

/** What waits for a consumer: how much, until when, and replaying it. */
export function createQueue(store: OpenStore, { requeue, sendAgain, history, audit }: Parts) {
  const { connection } = store;
  const nextQueued = prepare<{ dueAtMs: number | null }>(
    connection,
    `SELECT min(due_at) AS dueAtMs FROM (SELECT min(due_at) AS due_at FROM deliveries WHERE consumer = ?1 AND voice = 0
       UNION ALL SELECT min(due_at) FROM deliveries WHERE consumer = ?1 AND voice = 1) due`,
  );
  const nextNew = prepare<{ dueAtMs: number | null }>(
    connection,
    `SELECT min(coalesce(hold_until, 0)) AS dueAtMs FROM
       (SELECT hold_until FROM events WHERE shop = ?1 AND seq > ?2 AND audience & ?4 <> 0 AND (voice = 0 OR seq > ?5)
        ORDER BY seq LIMIT ?3) new`,
  );
  // What was requeued waits since then; it is looked past only so far, so that a replay of all events does not make
  // this slow.
  const oldest = prepare<{ sinceMs: number | null }>(
    connection,
    `WITH queued AS (SELECT seq, requeued_at FROM deliveries WHERE consumer = ?1 ORDER BY seq LIMIT ?6),
       waiting AS (
         SELECT requeued_at AS since FROM queued WHERE requeued_at IS NOT NULL
         UNION ALL SELECT received_at FROM events WHERE seq = (SELECT min(seq) FROM queued WHERE requeued_at IS NULL)
         UNION ALL SELECT received_at FROM events WHERE seq = (
           SELECT seq FROM events WHERE shop = ?2 AND seq > ?3 AND audience & ?4 <> 0 AND (voice = 0 OR seq > ?5)
           ORDER BY seq LIMIT 1))
     SELECT min(since) AS sinceMs FROM waiting`,
  );
  const since = prepare<{ seq: number; receivedAtMs: number }>(
    connection,
    `SELECT seq, received_at AS receivedAtMs FROM events
     WHERE shop = ? AND seq > ? AND seq <= ? AND audience & ? <> 0 ORDER BY seq LIMIT ?`,
  );
  return {
    requeueNow: (name: string): void => requeue.begin(store.consumer(name)),

    nextDueMs(name: string, nowMs: number): number | undefined {
      const consumer = store.consumer(name);
      // Its deliveries are of no concern to this process until it takes the consumer over.
      if (!store.isOwned(consumer)) return undefined;
      if (requeue.hasMore(consumer, nowMs)) return nowMs;
      const { id, shop, cursor, audience, trustedCursor } = consumer;
      const due = [
        nextQueued.get(id)?.dueAtMs,
        nextNew.get(shop, cursor, CHUNK, audience, trustedCursor)?.dueAtMs,
      ];
      const known = due.filter((ms) => ms !== null && ms !== undefined);
      return known.length > 0 ? Math.max(nowMs, Math.min(...known)) : undefined;
    },

    depth(name: string, nowMs: number): Depth {
      const { id, shop, cursor, audience, trustedCursor, waiting, deadLetters } = store.consumer(name);
      const find = () => oldest.get(id, shop, cursor, audience, trustedCursor, CHUNK)?.sinceMs;
      const sinceMs = (waiting > 0 ? find() : undefined) ?? nowMs;
      return { waiting, deadLetters, oldestAgeMs: Math.max(0, nowMs - sinceMs) };
    },

    /** Dead letters of that time are requeued too; what is queued already keeps its place. */
    *replaySince(name: string, sinceMs: number, now: Now): Generator<undefined, number> {
      const consumer = store.consumer(name);
      const { shop, audience, cursor: end } = consumer;
      let replayed = 0;
      for (const rows of pages((after) => since.all(shop, after, end, audience, CHUNK))) {
        const wanted = rows.filter(({ receivedAtMs }) => receivedAtMs >= sinceMs);
        store.transaction(() => {
          for (const { seq } of wanted) if (sendAgain.one(consumer, seq, now) === 'requeued') replayed++;
        });
        yield;
      }
      return replayed;
    },

    *requeue(
      name: string,
      seqs: readonly number[],
      { shown, action }: RequeueOptions,
      now: Now,
    ): Generator<undefined, Requeued> {
      const consumer = store.consumer(name);
      const counts: Requeued = {
        requeued: 0,
        queued: 0,
        notFound: 0,
        changed: 0,
      };
      const requeueSome = (some: readonly number[]) => {
        const { requeued } = counts;
        const settled =
          shown?.isDead === false ? history.since(shown.historyId, consumer.id, new Set(some)) : undefined;
        for (const seq of some) {
          const outcome = settled?.has(seq) ? 'changed' : sendAgain.one(consumer, seq, now, shown?.isDead);
          counts[outcome === 'not-found' ? 'notFound' : outcome]++;
        }
        audit.reached(action, counts.requeued - requeued);
      };
      const each = [...new Set(seqs)];
      for (let start = 0; start < each.length; start += CHUNK) {
        store.transaction(() => requeueSome(each.slice(start, start + CHUNK)));
        yield;
      }
      return counts;
    },
  };
}
