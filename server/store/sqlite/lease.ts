import { sqliteFault } from '../errors.ts';
import { prepare } from './database.ts';
import type { Hurry } from './requeue.ts';
import type { ConsumerState, Store } from './store.ts';

/** One delivery handed out. `attempt` also proves, when it is settled, that it was not given to another since. */
export interface LeasedRow {
  seq: number;
  attempt: number;
  uncertainSinceMs: number | null;
  isOrder: number;
  body: string;
  sealed: string | null;
}

/** Exported so that a test can ask SQLite how it goes about them. */
export const DUE_SQL = `
  SELECT d.seq, d.attempt, d.uncertain_since AS uncertainSinceMs, e.order_key IS NOT NULL AS isOrder, e.body, s.sealed
  FROM deliveries d JOIN events e ON e.seq = d.seq LEFT JOIN seals s ON s.seq = d.seq AND ?2
  WHERE d.consumer = ?1 AND d.due_at = 0 AND d.seq <= ?4 ORDER BY d.seq LIMIT ?3`;
export const NEW_SQL = `
  SELECT e.seq, e.hold_until AS holdUntilMs, 1 AS attempt, NULL AS uncertainSinceMs,
    e.order_key IS NOT NULL AS isOrder, e.body, s.sealed
  FROM events e LEFT JOIN seals s ON s.seq = e.seq AND ?3
  WHERE e.shop = ?1 AND e.seq > ?2 ORDER BY e.seq LIMIT ?4`;
export const LINE_UP_SQL = `
  UPDATE deliveries SET due_at = 0 WHERE consumer = ?1 AND seq IN (
    SELECT seq FROM deliveries WHERE consumer = ?1 AND due_at > 0 AND due_at <= ?2 ORDER BY due_at LIMIT ?3)`;

/** How many deliveries one transaction leases. */
const PORTION = 200;
/** More than a portion, so that among those that became due together the oldest event still goes first. */
const LINE_UP = 1000;
/** No hold lasts until then. */
const NEVER_MS = Number.MAX_SAFE_INTEGER;

export function createLease(store: Store, hurry: Hurry, leaseMs: number) {
  const { connection } = store;
  const lineUp = prepare(connection, LINE_UP_SQL);
  const due = prepare<LeasedRow>(connection, DUE_SQL);
  const fresh = prepare<LeasedRow & { holdUntilMs: number | null }>(connection, NEW_SQL);
  const leaseAgain = prepare(
    connection,
    `UPDATE deliveries SET state = 'leased', due_at = ?2, attempt = attempt + 1, reason = NULL,
       uncertain_since = coalesce(uncertain_since, ?3)
     WHERE consumer = ?1 AND seq IN (SELECT value FROM json_each(?4))`,
  );
  /** Everything new up to an event: a lease each, but a parking place for what is held. */
  const leaseNew = prepare(
    connection,
    `INSERT INTO deliveries (consumer, seq, state, due_at, attempt, uncertain_since)
     SELECT ?1, seq, iif(is_held, 'held', 'leased'), iif(is_held, hold_until, ?2), iif(is_held, 1, 2), iif(is_held, NULL, ?3)
     FROM (SELECT seq, hold_until, coalesce(hold_until > ?7, 0) AS is_held
           FROM events WHERE shop = ?4 AND seq > ?5 AND seq <= ?6)`,
  );
  const moveCursor = prepare(connection, 'UPDATE consumers SET cursor = ? WHERE id = ?');

  /**
   * A lease is a row, written before the delivery is handed out: whatever happens to this process, an event that may
   * have been sent says so (`uncertain_since`) when it is given out again.
   */
  function takeNew(consumer: ConsumerState, room: number, nowMs: number): LeasedRow[] {
    const taken: LeasedRow[] = [];
    const opens = Number(consumer.decryptsPii);
    const heldAfterMs = consumer.ignoresHolds ? NEVER_MS : nowMs;
    while (taken.length < room) {
      const page = fresh.all(consumer.shop, consumer.cursor, opens, room - taken.length);
      const last = page.at(-1);
      if (!last) break;
      const range = [consumer.shop, consumer.cursor, last.seq] as const;
      leaseNew.run(consumer.id, nowMs + leaseMs, nowMs, ...range, heldAfterMs);
      consumer.cursor = last.seq;
      for (const { holdUntilMs, ...row } of page)
        if (holdUntilMs === null || holdUntilMs <= heldAfterMs) taken.push(row);
    }
    return taken;
  }

  function takeSome(consumer: ConsumerState, max: number, nowMs: number): LeasedRow[] {
    const { cursor } = consumer;
    if (hurry.isUnderWay(consumer)) hurry.step(consumer, max, nowMs);
    const isHurrying = hurry.isUnderWay(consumer);
    // What lies ahead of a hurry has its turn when the hurry comes to it: oldest first.
    const end = isHurrying ? consumer.hurriedTo : consumer.cursor;
    const readLine = () => due.all(consumer.id, Number(consumer.decryptsPii), max, end);
    let waiting = readLine();
    const mayLineUp = waiting.length < max && !isHurrying;
    if (mayLineUp && lineUp.run(consumer.id, nowMs, LINE_UP) > 0) waiting = readLine();
    const seqs = JSON.stringify(waiting.map(({ seq }) => seq));
    if (waiting.length > 0) leaseAgain.run(consumer.id, nowMs + leaseMs, nowMs, seqs);
    if (isHurrying) return waiting;
    const taken = [...waiting, ...takeNew(consumer, max - waiting.length, nowMs)];
    if (consumer.cursor !== cursor) moveCursor.run(consumer.cursor, consumer.id);
    return taken;
  }

  /** A full disk may still have room for one lease: then events leave one by one, and make room for the next. */
  function takePortion(consumer: ConsumerState, size: number, nowMs: number): LeasedRow[] {
    try {
      return store.transaction(() => takeSome(consumer, size, nowMs));
    } catch (error) {
      if (size === 1 || sqliteFault(error) !== 'full') throw error;
      return store.transaction(() => takeSome(consumer, 1, nowMs));
    }
  }

  /** A large take goes in portions, so that appends need not wait for all of it. */
  return function* take(name: string, max: number, nowMs: number): Generator<undefined, LeasedRow[]> {
    const consumer = store.consumer(name);
    const taken: LeasedRow[] = [];
    while (taken.length < max) {
      const size = Math.min(max - taken.length, PORTION);
      const portion = takePortion(consumer, size, nowMs);
      taken.push(...portion);
      if (portion.length < size && !hurry.isUnderWay(consumer)) break;
      yield;
    }
    return taken;
  };
}
