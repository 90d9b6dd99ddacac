import { prepare } from './database.ts';
import type { ConsumerState, Store } from './store.ts';

/** Exported so that a test can ask SQLite how it goes about them. */
export const REACH_SQL = `
  SELECT seq FROM deliveries WHERE consumer = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq LIMIT ?4`;
/** What waits, and what a process before this one had leased. */
const IN_A_HURRY = `(state = 'retry' OR (state = 'leased' AND seq > ?4 AND seq <= ?5))`;
const ANY_SQL = `SELECT 1 FROM deliveries WHERE consumer = ?1 AND seq > ?2 AND seq <= ?3 AND ${IN_A_HURRY} LIMIT 1`;
const HURRY_SQL = `
  UPDATE deliveries SET due_at = 0, state = 'retry' WHERE consumer = ?1 AND seq > ?2 AND seq <= ?3
    AND due_at > 0 AND (${IN_A_HURRY} OR due_at <= ?6)`;

/** Makes everything that waits due at once, little by little, oldest first: a wake costs nothing, a step the same always. */
export interface Hurry {
  /** Everything that waits now. */
  begin(consumer: ConsumerState): void;
  isUnderWay(consumer: ConsumerState): boolean;
  /** Reaches the next `max` rows. */
  step(consumer: ConsumerState, max: number, nowMs: number): void;
  /** True when there is something that a step will make due. */
  hasMore(consumer: ConsumerState): boolean;
}

export function createHurry({ connection }: Store): Hurry {
  const reach = prepare<{ seq: number }>(connection, REACH_SQL);
  const hurry = prepare(connection, HURRY_SQL);
  const any = prepare<object>(connection, ANY_SQL);

  const isUnderWay = ({ hurriedTo, hurryEnd }: ConsumerState) => hurriedTo < hurryEnd;
  return {
    isUnderWay,
    begin(consumer) {
      consumer.hurriedTo = 0;
      consumer.hurryEnd = consumer.cursor;
    },
    step(consumer, max, nowMs) {
      const { id, hurriedTo, hurryEnd, resumedTo, resumeEnd } = consumer;
      const rows = reach.all(id, hurriedTo, hurryEnd, max);
      const to = rows.length < max ? hurryEnd : (rows.at(-1)?.seq ?? hurryEnd);
      if (rows.length > 0) hurry.run(id, hurriedTo, to, resumedTo, resumeEnd, nowMs);
      consumer.hurriedTo = to;
      consumer.resumedTo = Math.max(resumedTo, to);
    },
    hasMore(consumer) {
      const { id, hurriedTo, hurryEnd, resumedTo, resumeEnd } = consumer;
      return isUnderWay(consumer) && any.get(id, hurriedTo, hurryEnd, resumedTo, resumeEnd) !== undefined;
    },
  };
}
