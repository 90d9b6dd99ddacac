import { hash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { event } from './event.ts';

/** The tables of the version before voices: `events.db` (schema 2), `state.db`, and of `statistics.db` what is read. */
const EVENTS = `
  CREATE TABLE events (seq INTEGER PRIMARY KEY AUTOINCREMENT, shop TEXT NOT NULL, received_at INTEGER NOT NULL,
    hold_until INTEGER, message_key BLOB NOT NULL, order_key BLOB, body TEXT NOT NULL) STRICT;
  CREATE INDEX events_by_shop ON events (shop);
  CREATE TABLE seen (shop TEXT NOT NULL, key BLOB NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY (shop, key)) STRICT, WITHOUT ROWID;
  CREATE TABLE seen_merged (merged_seq INTEGER NOT NULL) STRICT;
  INSERT INTO seen_merged VALUES (0);
  CREATE TABLE seals (seq INTEGER PRIMARY KEY, sealed TEXT NOT NULL) STRICT;
  CREATE TABLE consumers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, shop TEXT NOT NULL, cursor INTEGER NOT NULL, UNIQUE (name, shop)) STRICT;
  CREATE TABLE deliveries (consumer INTEGER NOT NULL, seq INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held', 'leased', 'retry')), due_at INTEGER NOT NULL, attempt INTEGER NOT NULL,
    reason TEXT, uncertain_since INTEGER, PRIMARY KEY (consumer, seq)) STRICT, WITHOUT ROWID;
  CREATE INDEX deliveries_by_due ON deliveries (consumer, due_at, seq);
  CREATE TABLE dead_letters (id INTEGER PRIMARY KEY AUTOINCREMENT, consumer INTEGER NOT NULL, seq INTEGER NOT NULL,
    reason TEXT NOT NULL, answer TEXT, attempt INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
  CREATE UNIQUE INDEX dead_letters_by_event ON dead_letters (consumer, seq);
  CREATE INDEX dead_letters_by_consumer ON dead_letters (consumer);
  CREATE TABLE missing (from_seq INTEGER PRIMARY KEY, to_seq INTEGER NOT NULL, received_after INTEGER, received_until INTEGER NOT NULL) STRICT;
  CREATE TABLE probe (id INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;
  PRAGMA user_version = 2;`;
const LEDGER = `
  CREATE TABLE ledger (consumer TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('noted', 'settled')),
    remote_id TEXT, expires_at INTEGER NOT NULL, PRIMARY KEY (consumer, key)) STRICT, WITHOUT ROWID;
  CREATE INDEX ledger_by_expiry ON ledger (expires_at);
  PRAGMA user_version = 1;`;
const STATISTICS = {
  today: `
  CREATE TABLE order_names (shop TEXT NOT NULL, name TEXT NOT NULL, canonical_id TEXT NOT NULL, PRIMARY KEY (shop, name)) STRICT, WITHOUT ROWID;
  CREATE TABLE order_events (shop TEXT NOT NULL, canonical_id TEXT NOT NULL, source TEXT NOT NULL, body TEXT NOT NULL,
    at INTEGER NOT NULL, PRIMARY KEY (shop, canonical_id, source)) STRICT, WITHOUT ROWID;`,
  before: `
  CREATE TABLE order_names (shop TEXT NOT NULL, name TEXT NOT NULL, root TEXT NOT NULL, PRIMARY KEY (shop, name)) STRICT, WITHOUT ROWID;
  CREATE TABLE reports (shop TEXT NOT NULL, name TEXT NOT NULL, source TEXT NOT NULL, body TEXT NOT NULL,
    at INTEGER NOT NULL, PRIMARY KEY (shop, name, source)) STRICT, WITHOUT ROWID;`,
  whole: '',
  'whole before': '',
};

const WAL = 'PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;';
const keyOf = (kind: 'message' | 'order', key: string) =>
  Buffer.from(hash('sha256', `${kind}\0${key}`, 'latin1').slice(0, 16), 'latin1');

/** An event as that version stored it. */
export type FormerParts = Omit<Partial<ProtectedEvent>, 'source'> & {
  source?: 'webhook';
  only?: 'statistics';
  orderName?: string;
};

/**
 * Writes a data directory as the version before voices left it.
 *
 * @param tables of its statistics: `whole` adds to the file that `writeFormerStatistics` wrote. Those `before` have the names of the first version.
 */
export function createFormerDataDir(
  dataDir: string,
  { tables = 'today' }: { tables?: keyof typeof STATISTICS } = {},
) {
  const open = (name: string, schema: string) => {
    const database = new DatabaseSync(join(dataDir, name));
    database.exec(WAL + schema);
    return database;
  };
  const events = open('events.db', EVENTS);
  const ledger = open('state.db', LEDGER);
  const statistics = open('statistics.db', STATISTICS[tables]);
  const toBody = (parts: FormerParts) => {
    const { source, ...rest } = { ...event(parts as unknown as Partial<ProtectedEvent>) };
    return JSON.stringify(parts.source === undefined ? rest : { ...rest, source });
  };
  const consumers = new Map<string, number>();
  return {
    /** A consumer that has read every event up to `cursor`. */
    consumer(name: string, cursor: number) {
      const { lastInsertRowid } = events
        .prepare('INSERT INTO consumers (name, shop, cursor) VALUES (?, ?, ?)')
        .run(name, 'shop', cursor);
      consumers.set(name, Number(lastInsertRowid));
    },
    store(parts: FormerParts, holdUntilMs: number | null = null): number {
      const body = toBody(parts);
      const { messageId, orderKey, receivedAt } = JSON.parse(body);
      const { lastInsertRowid } = events
        .prepare(
          'INSERT INTO events (shop, received_at, hold_until, message_key, order_key, body) VALUES (?, ?, ?, ?, ?, ?)',
        )
        .run(
          'shop',
          Date.parse(receivedAt),
          holdUntilMs,
          keyOf('message', messageId),
          orderKey === undefined ? null : keyOf('order', orderKey),
          body,
        );
      return Number(lastInsertRowid);
    },
    deliver(consumer: string, seq: number, state: 'held' | 'retry', dueAtMs: number, attempt: number) {
      events
        .prepare('INSERT INTO deliveries (consumer, seq, state, due_at, attempt) VALUES (?, ?, ?, ?, ?)')
        .run(consumers.get(consumer) ?? 0, seq, state, dueAtMs, attempt);
    },
    deadLetter(consumer: string, seq: number, atMs: number) {
      events
        .prepare(
          "INSERT INTO dead_letters (consumer, seq, reason, answer, attempt, at) VALUES (?, ?, 'rejected', 'no', 2, ?)",
        )
        .run(consumers.get(consumer) ?? 0, seq, atMs);
    },
    /** A key whose event has left already. */
    seen(kind: 'message' | 'order', key: string, expiresAtMs: number) {
      events.prepare('INSERT INTO seen VALUES (?, ?, ?)').run('shop', keyOf(kind, key), expiresAtMs);
    },
    order(canonicalId: string, names: readonly string[], reports: Record<string, FormerParts>) {
      const put = statistics.prepare('INSERT INTO order_names VALUES (?, ?, ?)');
      for (const name of names) put.run('shop', name, canonicalId);
      const table = tables.endsWith('before') ? 'reports' : 'order_events';
      for (const [source, parts] of Object.entries(reports))
        statistics
          .prepare(`INSERT INTO ${table} VALUES (?, ?, ?, ?, ?)`)
          .run('shop', canonicalId, source, toBody(parts), 0);
    },
    reserve(consumer: string, key: string, state: 'noted' | 'settled', remoteId: string | null) {
      ledger.prepare('INSERT INTO ledger VALUES (?, ?, ?, ?, ?)').run(consumer, key, state, remoteId, 4e12);
    },
    close() {
      for (const database of [events, ledger, statistics]) database.close();
    },
  };
}
