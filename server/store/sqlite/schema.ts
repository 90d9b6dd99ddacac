import { AUDIT_SCHEMA } from './audit.ts';
import { HISTORY_SCHEMA } from './history.ts';
import { COUNTS_SCHEMA } from './hourly-counts.ts';
import { LEDGER_SCHEMA } from './ledger.ts';
import { REDACTION_SCHEMA } from './redactions.ts';
import { CONSENT_SCHEMA } from './schema-consent.ts';
import { ORDER_SCHEMA } from './schema-orders.ts';

export const VERSION = 8;

export const EVENT_INDEXES = `
  CREATE INDEX events_trusted ON events (shop, seq) WHERE voice = 1;
  CREATE INDEX events_by_order ON events (order_id) WHERE order_id IS NOT NULL;
`;
export const DEAD_LETTERS_BY_SEQ = 'CREATE INDEX dead_letters_by_seq ON dead_letters (seq);';
export const RETENTION_INDEXES = `
  ${DEAD_LETTERS_BY_SEQ}
  CREATE INDEX dead_letters_by_age ON dead_letters (at);
  CREATE INDEX events_uncomposed ON events (received_at) WHERE compose = 1;
`;
export const DELIVERY_INDEX = 'CREATE INDEX deliveries_by_due ON deliveries (consumer, voice, due_at, seq);';

/**
 * An event is written once, however many consumers there are. A consumer is its cursor plus one `deliveries` row for
 * each event at or below the cursor that was leased or is held, and is not settled; dead letters have a table of their
 * own. An event at or below the cursor and in neither table is settled for the consumer.
 *
 * `seq` is never used twice, or an event could be inserted below a cursor. Times are epoch milliseconds.
 */
export const SCHEMA = `${ORDER_SCHEMA}${CONSENT_SCHEMA}${LEDGER_SCHEMA}${HISTORY_SCHEMA}${REDACTION_SCHEMA}${AUDIT_SCHEMA}${COUNTS_SCHEMA}
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    shop TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    hold_until INTEGER,
    message_key BLOB NOT NULL,
    order_key BLOB,
    -- 1: of a trusted voice, leased before others.
    voice INTEGER NOT NULL,
    -- Bits: 1 destinations, 2 statistics.
    audience INTEGER NOT NULL,
    -- 1: the body is composed when it is leased first; 2: it was.
    compose INTEGER NOT NULL,
    order_id INTEGER,
    -- The subjects of its consent record, '' where there is none; NULL in rows of earlier versions.
    visitor TEXT,
    person TEXT,
    -- The text of the event, as stored-text.ts has it.
    body TEXT NOT NULL,
    packed BLOB
  ) STRICT;
  CREATE INDEX events_by_shop ON events (shop);
  ${EVENT_INDEXES}
  -- Dedup keys, kept longer than the events: digests of messageIds and order keys.
  CREATE TABLE seen (
    shop TEXT NOT NULL,
    key BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (shop, key)
  ) STRICT, WITHOUT ROWID;
  -- The keys of events up to this one are in the table above; those of later events are in the events' rows.
  CREATE TABLE seen_merged (merged_seq INTEGER NOT NULL) STRICT;
  INSERT INTO seen_merged VALUES (0);

  -- Encrypted PII beside the events.
  CREATE TABLE seals (
    seq INTEGER PRIMARY KEY,
    sealed TEXT NOT NULL
  ) STRICT;

  CREATE TABLE consumers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    shop TEXT NOT NULL,
    cursor INTEGER NOT NULL,
    -- Events of trusted voices up to this one were leased ahead of the cursor.
    trusted_cursor INTEGER NOT NULL,
    UNIQUE (name, shop)
  ) STRICT;

  -- due_at 0: due now, leased in the order of seq. attempt: the number of the next attempt. voice: as of its event.
  CREATE TABLE deliveries (
    consumer INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held', 'leased', 'retry')),
    due_at INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    reason TEXT,
    uncertain_since INTEGER,
    voice INTEGER NOT NULL,
    -- When an operator requeued it: it waits since then, else since it was received.
    requeued_at INTEGER,
    PRIMARY KEY (consumer, seq)
  ) STRICT, WITHOUT ROWID;
  ${DELIVERY_INDEX}

  CREATE TABLE dead_letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    consumer INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    reason TEXT NOT NULL,
    answer TEXT,
    attempt INTEGER NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX dead_letters_by_event ON dead_letters (consumer, seq);
  CREATE INDEX dead_letters_by_consumer ON dead_letters (consumer);
  ${RETENTION_INDEXES}

  -- Gaps: ranges of seq that were committed and are gone, with the times of the events at either end.
  CREATE TABLE missing (
    from_seq INTEGER PRIMARY KEY,
    to_seq INTEGER NOT NULL,
    received_after INTEGER,
    received_until INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE probe (id INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;
`;
