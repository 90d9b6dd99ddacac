import { type ConsumerState, type OpenStore, reachedSeq } from './open-store.ts';
import { prepare } from './prepare.ts';

/** Exported so that a test can check their query plans. */
export const REACH_SQL = `
  SELECT seq FROM deliveries WHERE consumer = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq LIMIT ?4`;
/** Retries, leases of an earlier process, and holds that an earlier process set by a clock that was ahead. */
const REQUEUED = `(state = 'retry' OR (state = 'leased' AND seq > ?4 AND seq <= ?5) OR (state = 'held' AND due_at > CAST(?6 AS BIGINT) + ?7))`;
const ANY_SQL = `SELECT 1 FROM deliveries WHERE consumer = ?1 AND seq > ?2 AND seq <= ?3 AND ${REQUEUED} LIMIT 1`;
const REQUEUE_SQL = `
  UPDATE deliveries SET due_at = 0, state = 'retry' WHERE consumer = ?1 AND seq > ?2 AND seq <= ?3
    AND due_at > 0 AND (${REQUEUED} OR due_at <= ?6)`;

/**
 * Makes all waiting retries of a consumer due now, oldest first and in steps: beginning costs nothing, and a step costs
 * the same at any backlog.
 */
export interface Requeue {
  begin(consumer: ConsumerState): void;
  isRunning(consumer: ConsumerState): boolean;
  /** Requeues among the next `max` rows. */
  step(consumer: ConsumerState, max: number, nowMs: number): void;
  /** True when a further step will make a delivery due. */
  hasMore(consumer: ConsumerState, nowMs: number): boolean;
}

/** @param holdMs how long an event can be held at most. */
export function createRequeue({ connection }: OpenStore, holdMs: number): Requeue {
  const reach = prepare<{ seq: number }>(connection, REACH_SQL);
  const requeue = prepare(connection, REQUEUE_SQL);
  const any = prepare<object>(connection, ANY_SQL);

  const isRunning = ({ requeuedTo, requeueEnd }: ConsumerState) => requeuedTo < requeueEnd;
  return {
    isRunning,
    begin(consumer) {
      consumer.requeuedTo = 0;
      consumer.requeueEnd = reachedSeq(consumer);
    },
    step(consumer, max, nowMs) {
      const { id, requeuedTo, requeueEnd, resumedTo, resumeEnd } = consumer;
      const rows = reach.all(id, requeuedTo, requeueEnd, max);
      const to = rows.length < max ? requeueEnd : (rows.at(-1)?.seq ?? requeueEnd);
      if (rows.length > 0) requeue.run(id, requeuedTo, to, resumedTo, resumeEnd, nowMs, holdMs);
      consumer.requeuedTo = to;
      consumer.resumedTo = Math.max(resumedTo, to);
    },
    hasMore(consumer, nowMs) {
      const { id, requeuedTo, requeueEnd, resumedTo, resumeEnd } = consumer;
      const found = () => any.get(id, requeuedTo, requeueEnd, resumedTo, resumeEnd, nowMs, holdMs);
      return isRunning(consumer) && found() !== undefined;
    },
  };
}
