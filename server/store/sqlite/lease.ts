import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import { storageFault } from '../errors.ts';
import { AUDIENCE } from './audience.ts';
import type { ComposeRow } from './compose-row.ts';
import { type ConsumerState, type OpenStore, reachedSeq } from './open-store.ts';
import { prepare } from './prepare.ts';
import { RECORDED_COLUMNS, RECORDED_TABLES, type RecordedRows, type RowSubjects } from './recorded.ts';
import type { Requeue } from './requeue.ts';
import { prepareTexts, type ReadText } from './stored-text.ts';

/** One leased delivery. When it is settled, `attempt` also proves that it was not leased again since. */
export interface LeasedRow {
  seq: number;
  attempt: number;
  /** Of its consumer when it was leased. */
  fence: number;
  uncertainSinceMs: number | null;
  /** By the clock of dates, unlike the other times. */
  waitingSinceMs: number;
  isOrder: number;
  body: string;
  encryptedPii: string | null;
  /** As `readConsent` reads it. */
  consent: string | null;
  /** How many denials were recorded when it was leased: a later one of these subjects is not applied yet. */
  denials: number;
}
/** A row as it is read. */
interface ReadRow extends Omit<LeasedRow, 'consent' | 'denials' | 'fence'>, RowSubjects, ReadText {
  orderId: number | null;
  /** 1: the body is not composed yet; 2: it was composed. */
  compose: number;
}

/** `composed`: the event, where its body was composed just now. */
interface FrozenRow {
  row: ReadRow;
  body: string;
  composed?: ProtectedEvent | undefined;
}

const EVENT_COLUMNS = `e.shop, e.order_id AS orderId, e.compose, e.order_key IS NOT NULL AS isOrder, e.packed, e.body, s.sealed AS encryptedPii,
  ${RECORDED_COLUMNS}`;
/** Exported so that a test can check their query plans. Without hints SQLite reads all that waits for the consumer, or all of the shop. */
export const DUE_SQL = `
  SELECT d.seq, d.attempt, d.uncertain_since AS uncertainSinceMs, coalesce(d.requeued_at, e.received_at) AS waitingSinceMs, ${EVENT_COLUMNS}
  FROM deliveries d INDEXED BY deliveries_by_due JOIN events e ON e.seq = d.seq LEFT JOIN seals s ON s.seq = d.seq AND ?2 = 1 ${RECORDED_TABLES}
  WHERE d.consumer = ?1 AND d.voice = ?5 AND d.due_at = 0 AND d.seq <= ?4 ORDER BY d.seq LIMIT ?3`;
export const NEW_SQL = `
  SELECT e.seq, e.hold_until AS holdUntilMs, 1 AS attempt, NULL AS uncertainSinceMs, e.received_at AS waitingSinceMs, ${EVENT_COLUMNS}
  FROM events e LEFT JOIN seals s ON s.seq = e.seq AND ?3 = 1 ${RECORDED_TABLES}
  WHERE e.shop = ?1 AND e.seq > ?2 AND e.audience & ?5 <> 0 AND (e.voice = 0 OR e.seq > ?6) ORDER BY e.seq LIMIT ?4`;
export const TRUSTED_SQL = `
  SELECT e.seq, e.hold_until AS holdUntilMs, 1 AS attempt, NULL AS uncertainSinceMs, e.received_at AS waitingSinceMs, ${EVENT_COLUMNS}
  FROM events e INDEXED BY events_trusted LEFT JOIN seals s ON s.seq = e.seq AND ?3 = 1 ${RECORDED_TABLES}
  WHERE e.shop = ?1 AND e.voice = 1 AND e.seq > ?2 AND e.audience & ?5 <> 0 ORDER BY e.seq LIMIT ?4`;
export const ENQUEUE_SQL = `
  UPDATE deliveries SET due_at = 0 WHERE consumer = ?1 AND seq IN (
    SELECT seq FROM deliveries WHERE consumer = ?1 AND voice = ?4 AND due_at > 0 AND due_at <= ?2
    ORDER BY due_at LIMIT ?3)`;

/** How many deliveries one transaction leases; fewer while most are composed, which takes as long as reading tens of others. */
const CHUNK = 200;
const COMPOSED_CHUNK = 50;
/** More than a chunk, so that of the deliveries that became due together the oldest is leased first. */
const ENQUEUE = 1000;
/** Of what is leased at once, the share that events of trusted voices may have while others wait. */
const TRUSTED_SHARE = 0.75;

export function createLease(
  store: OpenStore,
  requeue: Requeue,
  parts: {
    composeRow: ComposeRow;
    recorded: RecordedRows;
    denials: () => number;
  },
  { leaseMs, holdMs }: { leaseMs: number; holdMs: number },
) {
  const { composeRow, recorded, denials } = parts;
  const { connection } = store;
  const enqueue = prepare(connection, ENQUEUE_SQL);
  const due = prepareTexts<ReadRow>(connection, DUE_SQL);
  const fresh = prepareTexts<ReadRow & { holdUntilMs: number | null }>(connection, NEW_SQL);
  const trusted = prepareTexts<ReadRow & { holdUntilMs: number | null }>(connection, TRUSTED_SQL);
  const leaseAgain = prepare(
    connection,
    `UPDATE deliveries SET state = 'leased', due_at = ?2, attempt = attempt + 1, reason = NULL,
       uncertain_since = coalesce(uncertain_since, ?3)
     WHERE consumer = ?1 AND seq IN (SELECT CAST(value AS BIGINT) FROM json_each(?4))`,
  );
  /** A row for each new event that was read: leased, or held until its time. */
  const leaseNew = prepare(
    connection,
    `INSERT INTO deliveries (consumer, seq, state, due_at, attempt, uncertain_since, voice)
     SELECT CAST(?1 AS BIGINT), seq, CASE WHEN is_held THEN 'held' ELSE 'leased' END,
       CASE WHEN is_held THEN hold_until ELSE CAST(?2 AS BIGINT) END, CASE WHEN is_held THEN 1 ELSE 2 END,
       CASE WHEN is_held THEN NULL ELSE CAST(?3 AS BIGINT) END, voice
     FROM (SELECT seq, voice, hold_until,
             coalesce(hold_until > CAST(?3 AS BIGINT) AND hold_until <= CAST(?10 AS BIGINT), FALSE) AS is_held FROM events
           WHERE shop = ?4 AND seq > ?5 AND seq <= ?6 AND audience & ?7 <> 0
             AND CASE WHEN ?8 = 1 THEN voice = 1 ELSE voice = 0 OR seq > ?9 END) new`,
  );
  const moveCursors = prepare(connection, 'UPDATE consumers SET cursor = ?, trusted_cursor = ? WHERE id = ?');
  const newest = prepare<{ seq: number | null }>(
    connection,
    'SELECT max(seq) AS seq FROM events WHERE shop = ?',
  );

  /** A hold beyond `holdMs` was set by a clock that was ahead: the event is due. */
  const isHeld = (holdUntilMs: number | null, nowMs: number) =>
    holdUntilMs !== null && holdUntilMs > nowMs && holdUntilMs <= nowMs + holdMs;

  /**
   * A lease is a row that is committed before the delivery is returned. If the process dies, the next lease of that
   * event carries `uncertain_since`: it may have been sent.
   *
   * @param isTrusted only events of trusted voices, ahead of the cursor; else every event that was not leased yet.
   */
  function leaseNewEvents(
    consumer: ConsumerState,
    max: number,
    nowMs: number,
    isTrusted: boolean,
  ): ReadRow[] {
    const { id, shop, audience } = consumer;
    const leased: ReadRow[] = [];
    const withPii = Number(consumer.decryptsPii);
    while (leased.length < max) {
      const free = max - leased.length;
      const after = isTrusted ? Math.max(consumer.trustedCursor, consumer.cursor) : consumer.cursor;
      const page = isTrusted
        ? trusted.all(shop, after, withPii, free, audience)
        : fresh.all(shop, after, withPii, free, audience, consumer.trustedCursor);
      // After a short page there is nothing left: what is for others is passed over, too.
      const last = page.length < free ? (newest.get(shop)?.seq ?? after) : (page.at(-1)?.seq ?? after);
      if (page.length > 0)
        leaseNew.run(
          id,
          nowMs + leaseMs,
          nowMs,
          shop,
          after,
          last,
          audience,
          Number(isTrusted),
          consumer.trustedCursor,
          nowMs + holdMs,
        );
      if (isTrusted) consumer.trustedCursor = Math.max(after, last);
      else consumer.cursor = Math.max(after, last);
      for (const row of page) if (!isHeld(row.holdUntilMs, nowMs)) leased.push(row);
      if (page.length < free) break;
    }
    return leased;
  }

  /** What is due again of one kind of voice: retries, and orders whose window ended. */
  function leaseDue(consumer: ConsumerState, max: number, nowMs: number, isTrusted: boolean): ReadRow[] {
    const { id } = consumer;
    const isRequeuing = requeue.isRunning(consumer);
    // During a requeue only what it has reached is leased, so that the oldest is leased first.
    const end = isRequeuing ? consumer.requeuedTo : reachedSeq(consumer);
    const voice = Number(isTrusted);
    const read = () => due.all(id, Number(consumer.decryptsPii), max, end, voice);
    let rows = read();
    if (rows.length < max && !isRequeuing && enqueue.changed(id, nowMs, ENQUEUE, voice) > 0) rows = read();
    const seqs = JSON.stringify(rows.map(({ seq }) => seq));
    if (rows.length > 0) leaseAgain.run(id, nowMs + leaseMs, nowMs, seqs);
    return rows;
  }

  function leaseSome(consumer: ConsumerState, max: number, nowMs: number): LeasedRow[] {
    if (!store.isOwned(consumer)) return [];
    const { cursor, trustedCursor } = consumer;
    if (requeue.isRunning(consumer)) requeue.step(consumer, max, nowMs);
    const leased: ReadRow[] = [];
    const leaseUpTo = (upTo: number, isTrusted: boolean) => {
      const before = leased.length;
      leased.push(...leaseDue(consumer, upTo, nowMs, isTrusted));
      const free = upTo - (leased.length - before);
      if (free > 0 && !requeue.isRunning(consumer))
        leased.push(...leaseNewEvents(consumer, free, nowMs, isTrusted));
    };
    const share = Math.ceil(max * TRUSTED_SHARE);
    leaseUpTo(share, true);
    const isShareTaken = leased.length === share;
    leaseUpTo(max - leased.length, false);
    if (isShareTaken && leased.length < max) leaseUpTo(max - leased.length, true);
    if (consumer.cursor !== cursor || consumer.trustedCursor !== trustedCursor)
      moveCursors.run(consumer.cursor, consumer.trustedCursor, consumer.id);
    const isPast = consumer.audience === AUDIENCE.statistics;
    return frozen(leased, isPast).map((one) => ({ ...withConsent(one, isPast), fence: consumer.fence }));
  }

  /** The last lease composed most of what it leased: appends waited for that. */
  let isComposing = false;

  function frozen(rows: readonly ReadRow[], isPast: boolean): FrozenRow[] {
    const composed = rows.filter(({ compose }) => compose === 1);
    // Several processes share the tables: there a chunk costs a number of round trips, however few it has.
    isComposing = !store.isShared && composed.length > rows.length / 2;
    if (store.isShared) composeRow.readAhead(composed);
    const all = rows.map((row): FrozenRow => {
      const { body, event } = row.compose === 1 ? composeRow.compose(row) : { body: row.body };
      return { row, body, composed: event };
    });
    if (store.isShared) recorded.readAhead(all, isPast);
    return all;
  }

  function withConsent({ row, body, composed }: FrozenRow, isPast: boolean): Omit<LeasedRow, 'fence'> {
    return {
      seq: row.seq,
      attempt: row.attempt,
      uncertainSinceMs: row.uncertainSinceMs,
      waitingSinceMs: row.waitingSinceMs,
      isOrder: row.isOrder,
      body,
      encryptedPii: row.encryptedPii,
      consent: recorded.of(row, isPast, composed),
      denials: denials(),
    };
  }

  /** A full disk may have space for one lease: then events are delivered one by one, and each frees space. */
  function leaseChunk(consumer: ConsumerState, size: number, nowMs: number): LeasedRow[] {
    try {
      return store.transaction(() => leaseSome(consumer, size, nowMs));
    } catch (error) {
      if (size === 1 || storageFault(error) !== 'full') throw error;
      return store.transaction(() => leaseSome(consumer, 1, nowMs));
    }
  }

  /** A large lease is split into chunks, so that appends do not wait for all of it. */
  return function* lease(name: string, max: number, nowMs: number): Generator<undefined, LeasedRow[]> {
    const consumer = store.consumer(name);
    const leased: LeasedRow[] = [];
    // Within the transaction it is asked again: meanwhile another process may have taken the consumer over.
    while (leased.length < max && store.isOwned(consumer)) {
      const size = Math.min(max - leased.length, isComposing ? COMPOSED_CHUNK : CHUNK);
      const rows = leaseChunk(consumer, size, nowMs);
      leased.push(...rows);
      if (rows.length < size && !requeue.isRunning(consumer)) break;
      yield;
    }
    return leased;
  };
}
