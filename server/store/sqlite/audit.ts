import type { AuditEntry, AuditQuery, AuditRow } from '../audit.ts';
import { CHUNK, untilDone } from './chunks.ts';
import type { OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';

export const AUDIT_SCHEMA = `
  -- What operators did. events: how many it reached.
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    selection TEXT,
    events INTEGER,
    remark TEXT,
    who TEXT NOT NULL,
    -- running or interrupted: of an action in steps that is not completed.
    state TEXT
  ) STRICT;
`;
/** The column that version 6 had not. */
export const UPGRADE_AUDIT = 'ALTER TABLE audit ADD COLUMN state TEXT;';

const MAX_ROWS = 10_000;
/** Anybody can add these: they must not push out what operators did. */
const MAX_REFUSED = 1_000;
const KEEP_MS = 400 * 86_400_000;
const MAX_TEXT = 500;
const NEWEST = Number.MAX_SAFE_INTEGER;

interface Row {
  id: number;
  atMs: number;
  action: AuditEntry['action'];
  selection: string | null;
  count: number | null;
  remark: string | null;
  who: AuditEntry['who'];
  state: 'running' | 'interrupted' | null;
}

/** What operators did, newest first. Rows leave by age and, oldest first, beyond a number of them. */
export function createAudit({ connection, transaction }: OpenStore) {
  const insert = prepare(
    connection,
    'INSERT INTO audit (at, action, selection, events, remark, who, state) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const addCount = prepare(connection, 'UPDATE audit SET events = events + ? WHERE id = ?');
  const setState = prepare(connection, 'UPDATE audit SET state = ? WHERE id = ?');
  const removeBeyond = prepare(
    connection,
    'DELETE FROM audit WHERE id <= (SELECT id FROM audit ORDER BY id DESC LIMIT 1 OFFSET ?)',
  );
  const removeRefused = prepare(
    connection,
    `DELETE FROM audit WHERE action = 'login-refused' AND id <= (
       SELECT id FROM audit WHERE action = 'login-refused' ORDER BY id DESC LIMIT 1 OFFSET ?)`,
  );
  const removeOld = prepare(
    connection,
    'DELETE FROM audit WHERE id IN (SELECT id FROM audit ORDER BY id LIMIT ?) AND at < ?',
  );
  const page = prepare<Row>(
    connection,
    `SELECT id, at AS atMs, action, selection, events AS count, remark, who, state FROM audit
     WHERE id < ? ORDER BY id DESC LIMIT ?`,
  );
  /** What runs according to a row up to this one ran in an earlier process. */
  const lastOfEarlier = page.get(NEWEST, 1)?.id ?? 0;
  const stateOf = ({ id, state }: Pick<Row, 'id' | 'state'>) =>
    state === 'running' && id <= lastOfEarlier ? 'interrupted' : state;

  function add(
    { action, selection, count, remark, who }: AuditEntry,
    nowMs: number,
    state: Row['state'] = null,
  ): void {
    const texts = [selection, remark].map((text) => text?.slice(0, MAX_TEXT) ?? null);
    insert.run(nowMs, action, texts[0] ?? null, count ?? null, texts[1] ?? null, who, state);
    if (action === 'login-refused') removeRefused.run(MAX_REFUSED);
    removeBeyond.run(MAX_ROWS);
  }

  return {
    add,
    begin(entry: Omit<AuditEntry, 'count'>, nowMs: number): number {
      add({ ...entry, count: 0 }, nowMs, 'running');
      return page.get(NEWEST, 1)?.id ?? 0;
    },
    /** In the transaction of a step: what it reached. @param id undefined: the step belongs to no action. */
    reached(id: number | undefined, count: number): void {
      if (id !== undefined && count > 0) addCount.run(count, id);
    },
    end: (id: number, state: 'completed' | 'interrupted'): void =>
      void setState.run(state === 'completed' ? null : state, id),
    list: ({ limit, before = NEWEST }: AuditQuery): AuditRow[] =>
      page.all(before, limit).map((row) => {
        const { id, atMs, action, who, selection, count, remark } = row;
        const state = stateOf(row);
        return {
          ...{ id, at: new Date(atMs).toISOString(), action, who },
          ...(selection !== null && { selection }),
          ...(count !== null && { count }),
          ...(remark !== null && { remark }),
          ...(state !== null && { state }),
        };
      }),
    *retain(nowMs: number): Generator<undefined, void> {
      yield* untilDone({ transaction }, () => removeOld.changed(CHUNK, nowMs - KEEP_MS));
    },
  };
}
export type Audit = ReturnType<typeof createAudit>;
