import type { AuditEntry, AuditQuery, AuditRow } from '../audit.ts';
import { CHUNK, untilDone } from './chunks.ts';
import { prepare } from './database.ts';
import type { OpenStore } from './open-store.ts';

export const AUDIT_SCHEMA = `
  -- What operators did. events: how many it reached.
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    selection TEXT,
    events INTEGER,
    remark TEXT,
    who TEXT NOT NULL
  ) STRICT;
`;

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
}

/** What operators did, newest first. Rows leave by age and, oldest first, beyond a number of them. */
export function createAudit({ connection, transaction }: OpenStore) {
  const insert = prepare(
    connection,
    'INSERT INTO audit (at, action, selection, events, remark, who) VALUES (?, ?, ?, ?, ?, ?)',
  );
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
    `SELECT id, at AS atMs, action, selection, events AS count, remark, who FROM audit
     WHERE id < ? ORDER BY id DESC LIMIT ?`,
  );
  return {
    add({ action, selection, count, remark, who }: AuditEntry, nowMs: number): void {
      const texts = [selection, remark].map((text) => text?.slice(0, MAX_TEXT) ?? null);
      insert.run(nowMs, action, texts[0] ?? null, count ?? null, texts[1] ?? null, who);
      if (action === 'login-refused') removeRefused.run(MAX_REFUSED);
      removeBeyond.run(MAX_ROWS);
    },
    list: ({ limit, before = NEWEST }: AuditQuery): AuditRow[] =>
      page.all(before, limit).map(({ atMs, selection, count, remark, ...row }) => ({
        ...row,
        at: new Date(atMs).toISOString(),
        ...(selection !== null && { selection }),
        ...(count !== null && { count }),
        ...(remark !== null && { remark }),
      })),
    *retain(nowMs: number): Generator<undefined, void> {
      yield* untilDone({ transaction }, () => removeOld.run(CHUNK, nowMs - KEEP_MS));
    },
  };
}
export type Audit = ReturnType<typeof createAudit>;
