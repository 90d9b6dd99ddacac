import { EXPIRES_MS } from '../waiting.ts';
import { AUDIENCE } from './audience.ts';
import { CHUNK, pages } from './chunks.ts';
import type { History } from './history.ts';
import { type ConsumerState, isAhead, type OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';

interface QueuedRow {
  seq: number;
  attempt: number;
  reason: string | null;
  receivedAtMs: number;
  isExpired: number;
}
interface NewRow {
  seq: number;
  voice: number;
  audience: number;
  receivedAtMs: number;
}

interface Expired {
  seq: number;
  attempts: number;
  /** Of its last retry. */
  reason: string | null;
}

/**
 * Moves what waited too long for a destination to its dead letters. Statistics are counted by this process itself and
 * catch up at every start, so their events do not expire.
 */
export function createExpire(store: OpenStore, history: History, leaseMs: number) {
  const { connection } = store;
  const queued = prepare<QueuedRow>(
    connection,
    `SELECT d.seq, d.attempt, d.reason, e.received_at AS receivedAtMs,
       coalesce(d.requeued_at, e.received_at) < ?4
         AND NOT (d.state = 'leased' AND d.due_at > ?5 AND d.due_at <= CAST(?5 AS BIGINT) + ?6) AS isExpired
     FROM deliveries d JOIN events e ON e.seq = d.seq WHERE d.consumer = ?1 AND d.seq > ?2 ORDER BY d.seq LIMIT ?3`,
  );
  const dequeue = prepare(connection, 'DELETE FROM deliveries WHERE consumer = ? AND seq = ?');
  const unleased = prepare<NewRow>(
    connection,
    `SELECT seq, voice, audience, received_at AS receivedAtMs FROM events WHERE shop = ? AND seq > ? ORDER BY seq LIMIT ?`,
  );
  const moveCursor = prepare(connection, 'UPDATE consumers SET cursor = ? WHERE id = ?');
  const insert = prepare(
    connection,
    `INSERT INTO dead_letters (consumer, seq, reason, answer, attempt, at) VALUES (?, ?, 'expired', ?, ?, ?)`,
  );

  /** With a row of history for those that waited alike. */
  function moveToDeadLetters(consumer: ConsumerState, expired: readonly Expired[], nowMs: number): void {
    const alike = Map.groupBy(expired, ({ attempts, reason }) =>
      attempts === 0 ? 'never sent' : `attempts: ${attempts}${reason ? `, last: ${reason}` : ''}`,
    );
    for (const [words, events] of alike) {
      const attempt = events[0]?.attempts ?? 0;
      const seqs = events.map(({ seq }) => seq);
      for (const seq of seqs) insert.run(consumer.id, seq, words, attempt, nowMs);
      const row = { outcome: 'dead', code: 'expired', words, attempt, seqs } as const;
      history.add(consumer.id, { ...row, atMs: nowMs, ms: 0 });
    }
    consumer.waiting -= expired.length;
    consumer.deadLetters += expired.length;
  }

  /** Events that were leased before. A lease under way ends first. */
  function* expireQueued(
    consumer: ConsumerState,
    nowMs: number,
    steadyNowMs: number,
  ): Generator<undefined, number> {
    const beforeMs = nowMs - EXPIRES_MS;
    let expired = 0;
    for (const rows of pages((after) =>
      queued.all(consumer.id, after, CHUNK, beforeMs, steadyNowMs, leaseMs),
    )) {
      // Events are stored in the order of arrival: after a page without an old one there are no more.
      if (!rows.some(({ receivedAtMs }) => receivedAtMs < beforeMs)) break;
      store.transaction(() => {
        const old = rows.filter(({ isExpired }) => isExpired === 1);
        for (const { seq } of old) dequeue.run(consumer.id, seq);
        const found = old.map(({ seq, attempt, reason }) => ({ seq, attempts: attempt - 1, reason }));
        moveToDeadLetters(consumer, found, nowMs);
        expired += found.length;
      });
      yield;
    }
    return expired;
  }

  /** Events that were never leased, as of a destination that is paused: the cursor moves past them. */
  function* expireUnleased(consumer: ConsumerState, nowMs: number): Generator<undefined, number> {
    const beforeMs = nowMs - EXPIRES_MS;
    let expired = 0;
    for (let isOld = true; isOld; ) {
      const rows = unleased.all(consumer.shop, consumer.cursor, CHUNK);
      const young = rows.findIndex(({ receivedAtMs }) => receivedAtMs >= beforeMs);
      const old = young === -1 ? rows : rows.slice(0, young);
      const last = old.at(-1);
      if (!last) break;
      isOld = young === -1;
      store.transaction(() => {
        const found = old
          .filter((event) => isAhead(consumer, event))
          .map(({ seq }) => ({ seq, attempts: 0, reason: null }));
        moveToDeadLetters(consumer, found, nowMs);
        expired += found.length;
        consumer.cursor = last.seq;
        moveCursor.run(last.seq, consumer.id);
      });
      yield;
    }
    return expired;
  }

  /** @returns by consumer, how many; none for a consumer without. */
  return function* expire(nowMs: number, steadyNowMs: number): Generator<undefined, Record<string, number>> {
    const found: Record<string, number> = {};
    for (const consumer of store.consumers) {
      if (consumer.audience !== AUDIENCE.destinations || !store.isOwned(consumer)) continue;
      const expired =
        (yield* expireQueued(consumer, nowMs, steadyNowMs)) + (yield* expireUnleased(consumer, nowMs));
      if (expired > 0) found[consumer.name] = expired;
    }
    return found;
  };
}
