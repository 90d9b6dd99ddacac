/** What browsers showed together with tokens: the latest of each visitor and user, once for all the tokens of a view. */
export const VIEW_TABLES = `
  CREATE TABLE views (
    id INTEGER PRIMARY KEY,
    shop TEXT NOT NULL,
    visitor TEXT NOT NULL,
    user_id TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    -- JSON: those with a row in token_views.
    tokens TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX views_by_age ON views (received_at);
  CREATE TABLE token_views (
    shop TEXT NOT NULL,
    token TEXT NOT NULL,
    view_id INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    PRIMARY KEY (shop, token, view_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER views_removed AFTER DELETE ON views BEGIN
    DELETE FROM token_views
    WHERE shop = old.shop AND token IN (SELECT value FROM json_each(old.tokens)) AND view_id = old.id;
  END;
`;

/** With a rowid: without, most of a body of 2 KB would be in a page of its own. */
export const REPORT_TABLE = `
  CREATE TABLE order_reports (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL,
    source TEXT NOT NULL,
    stage TEXT NOT NULL,
    part TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    packed BLOB,
    -- 1: past the retention; only ids and amounts are left.
    is_reduced INTEGER NOT NULL DEFAULT 0,
    UNIQUE (order_id, source, stage, part)
  ) STRICT;
  CREATE INDEX order_reports_by_age ON order_reports (received_at) WHERE is_reduced = 0;
`;

/** Orders, what proves that a browser belongs to one, and what each destination was sent. */
export const ORDER_SCHEMA = `
  -- One row for each order that a trusted voice reported (any voice where browsers' word makes an order).
  CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    shop TEXT NOT NULL,
    canonical_id TEXT NOT NULL,
    reported_at INTEGER NOT NULL,
    window_until INTEGER NOT NULL,
    user_id TEXT,
    witness TEXT,
    event_id TEXT,
    is_cancelled INTEGER NOT NULL DEFAULT 0,
    -- JSON of Joined[]: who belongs to it, and what they chose where there is no record of it.
    subjects TEXT,
    UNIQUE (shop, canonical_id)
  ) STRICT;
  CREATE INDEX orders_by_age ON orders (reported_at);
  -- is_trusted: a trusted voice reported the order under this name.
  CREATE TABLE order_names (
    shop TEXT NOT NULL,
    name TEXT NOT NULL,
    order_id INTEGER NOT NULL,
    is_trusted INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (shop, name)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX order_names_by_order ON order_names (order_id);
  CREATE TABLE order_tokens (
    shop TEXT NOT NULL,
    token TEXT NOT NULL,
    order_id INTEGER NOT NULL,
    PRIMARY KEY (shop, token, order_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX order_tokens_by_order ON order_tokens (order_id);
  ${REPORT_TABLE}
  -- What destinations are sent, or were. seq 0: before this table existed.
  CREATE TABLE order_stages (
    order_id INTEGER NOT NULL,
    stage TEXT NOT NULL,
    part TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (order_id, stage, part)
  ) STRICT, WITHOUT ROWID;
  -- Reports of browsers where their word does not make an order.
  CREATE TABLE evidence (
    id INTEGER PRIMARY KEY,
    shop TEXT NOT NULL,
    key BLOB NOT NULL,
    stage TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'joined', 'not-joined', 'unconfirmed-order')),
    order_id INTEGER,
    received_at INTEGER NOT NULL,
    closed_at INTEGER,
    visitor TEXT,
    user_id TEXT,
    witness TEXT,
    body TEXT NOT NULL,
    packed BLOB,
    UNIQUE (shop, key)
  ) STRICT;
  CREATE INDEX evidence_by_status ON evidence (shop, status, received_at);
  CREATE INDEX evidence_by_closing ON evidence (closed_at) WHERE closed_at IS NOT NULL;
  CREATE INDEX evidence_by_order ON evidence (order_id) WHERE order_id IS NOT NULL;
  CREATE TABLE evidence_names (
    shop TEXT NOT NULL,
    name TEXT NOT NULL,
    evidence_id INTEGER NOT NULL,
    PRIMARY KEY (shop, name, evidence_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX evidence_names_by_evidence ON evidence_names (evidence_id);
  ${VIEW_TABLES}
  CREATE TABLE person_links (
    shop TEXT NOT NULL,
    user_id TEXT NOT NULL,
    key TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (shop, user_id, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX person_links_by_age ON person_links (at);
  CREATE INDEX person_links_by_key ON person_links (shop, key);
  -- Small facts of this installation: the key of witnesses.
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE shop_voices (shop TEXT PRIMARY KEY, first_order_at INTEGER NOT NULL, last_order_at INTEGER NOT NULL) STRICT;
`;
