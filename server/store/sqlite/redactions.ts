import type { Redaction, RedactionRequest } from '../redactions.ts';
import { CHUNK, untilDone } from './chunks.ts';
import type { OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';
import { tryRead } from './stored-event.ts';

export const REDACTION_SCHEMA = `
  -- What shop systems ask to be erased. due_at NULL: waits for a confirmation. body NULL: finished.
  CREATE TABLE redactions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    shop TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('customer', 'shop')),
    received_at INTEGER NOT NULL,
    due_at INTEGER,
    status TEXT NOT NULL CHECK (status IN ('pending', 'done', 'cancelled')),
    is_found INTEGER,
    finished_at INTEGER,
    body TEXT
  ) STRICT;
`;

/** Versions before stored a redaction as an event, which the statistics carried out: those that they have not read. */
export const UPGRADE_REDACTIONS = `
  INSERT INTO redactions (shop, kind, received_at, due_at, status, body)
  SELECT e.shop, iif(e.body ->> '$.event' = 'Shop Redacted', 'shop', 'customer'), e.received_at, e.received_at,
    'pending', e.body
  FROM consumers c JOIN events e ON e.shop = c.shop
  WHERE c.name = 'statistics@' || c.shop AND json_valid(e.body)
    AND (e.seq > max(c.cursor, c.trusted_cursor)
      OR EXISTS (SELECT 1 FROM deliveries d WHERE d.consumer = c.id AND d.seq = e.seq))
    AND e.body ->> '$.event' IN ('Customer Redacted', 'Shop Redacted')
    AND e.body ->> '$.source' IN ('platform', 'webhook');
`;

/** Of finished redactions. */
const KEEP_MS = 400 * 86_400_000;
const MOST_LISTED = 500;

interface Row {
  id: number;
  shop: string;
  kind: Redaction['kind'];
  receivedAtMs: number;
  dueAtMs: number | null;
  status: Redaction['status'];
  isFound: number | null;
  finishedAtMs: number | null;
  body: string | null;
}

/** Redactions until they are carried out or called off, and for a time what became of them. */
export function createRedactions({ connection, transaction }: OpenStore) {
  const select = `SELECT id, shop, kind, received_at AS receivedAtMs, due_at AS dueAtMs, status, is_found AS isFound,
    finished_at AS finishedAtMs, body FROM redactions`;
  const newest = prepare<Row>(connection, `${select} ORDER BY id DESC LIMIT ${MOST_LISTED}`);
  const due = prepare<Row>(
    connection,
    `${select} WHERE status = 'pending' AND due_at IS NOT NULL AND due_at <= ? ORDER BY due_at LIMIT ${MOST_LISTED}`,
  );
  const byId = prepare<Row>(connection, `${select} WHERE id = ?`);
  const insert = prepare(
    connection,
    `INSERT INTO redactions (shop, kind, received_at, due_at, status, body) VALUES (?, ?, ?, ?, 'pending', ?)`,
  );
  const confirm = prepare(
    connection,
    "UPDATE redactions SET due_at = ?2 WHERE id = ?1 AND status = 'pending'",
  );
  const finish = prepare(
    connection,
    `UPDATE redactions SET status = ?2, is_found = ?3, finished_at = ?4, body = NULL
     WHERE id = ?1 AND status = 'pending'`,
  );
  const removeOld = prepare(
    connection,
    'DELETE FROM redactions WHERE id IN (SELECT id FROM redactions WHERE finished_at < ? LIMIT ?)',
  );

  return {
    add(shop: string, { kind, dueAtMs }: RedactionRequest, receivedAtMs: number, body: string): void {
      insert.run(shop, kind, receivedAtMs, dueAtMs ?? null, body);
    },
    list: (dueAtMs?: number): Redaction[] =>
      (dueAtMs === undefined ? newest.all() : due.all(dueAtMs)).map(toRedaction),
    get(id: number): Redaction | undefined {
      const row = byId.get(id);
      return row && toRedaction(row);
    },
    confirm: (id: number, nowMs: number): boolean => confirm.changed(id, nowMs) > 0,
    finish: (id: number, isFound: boolean | undefined, nowMs: number): boolean =>
      finish.changed(
        id,
        isFound === undefined ? 'cancelled' : 'done',
        isFound === undefined ? null : Number(isFound),
        nowMs,
      ) > 0,
    retain: (nowMs: number) => untilDone({ transaction }, () => removeOld.changed(nowMs - KEEP_MS, CHUNK)),
  };
}
export type Redactions = ReturnType<typeof createRedactions>;

function toRedaction({ dueAtMs, isFound, finishedAtMs, body, ...row }: Row): Redaction {
  const event = body === null ? undefined : tryRead(body);
  return {
    ...row,
    ...(dueAtMs !== null && { dueAtMs }),
    ...(isFound !== null && { isFound: isFound === 1 }),
    ...(finishedAtMs !== null && { finishedAtMs }),
    ...(event && { event }),
  };
}
