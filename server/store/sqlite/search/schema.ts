/** Another version is built anew from the store. */
export const VERSION = 4;

/**
 * The index beside `store.db`, attached as `store`. It holds numbers, digests and names of events; every text is read from the
 * store. `consumer`: as in the store. Times in epoch ms.
 */
export const SCHEMA = `
  -- Of which store it is an index, and how far.
  CREATE TABLE progress (store TEXT NOT NULL, seq INTEGER NOT NULL, history_id INTEGER NOT NULL) STRICT;
  -- Rows of the history that were read. Their numbers are used again once the newest rows are removed.
  CREATE TABLE requests (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, total INTEGER NOT NULL) STRICT;
  CREATE TABLE shops (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  -- The name of a track event; '' of every other type. is_counted: it has figures of its own.
  CREATE TABLE labels (
    id INTEGER PRIMARY KEY,
    shop INTEGER NOT NULL,
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    is_counted INTEGER NOT NULL,
    UNIQUE (shop, type, name)
  ) STRICT;
  -- label: NULL of a report that lists leave out. source: as in SOURCES. is_sent: 1 for destinations, 0 for statistics alone.
  CREATE TABLE events (
    shop INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    source INTEGER NOT NULL,
    label INTEGER,
    is_sent INTEGER NOT NULL,
    PRIMARY KEY (shop, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX events_by_label ON events (label, seq) WHERE label IS NOT NULL;
  CREATE INDEX events_by_source ON events (shop, source, seq) WHERE source > 0;
  -- Events whose text is composed later, when they are leased first.
  CREATE TABLE uncomposed (seq INTEGER PRIMARY KEY, shop INTEGER NOT NULL) STRICT;
  -- Between which numbers the events received in one minute are.
  CREATE TABLE minutes (
    minute INTEGER PRIMARY KEY,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL
  ) STRICT;
  -- Digests of ids (keys.ts). A segment is small enough that few pages change with each chunk of events.
  CREATE TABLE keys (
    segment INTEGER NOT NULL,
    key INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (segment, key, seq)
  ) STRICT, WITHOUT ROWID;

  -- Reports of orders, and of browsers where their word makes none, that were read. kind: as in TEXTS. at: when it was received.
  CREATE TABLE texts (
    kind INTEGER NOT NULL,
    id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID;
  -- Digests of the ids of persons in them.
  CREATE TABLE text_keys (
    kind INTEGER NOT NULL,
    segment INTEGER NOT NULL,
    key INTEGER NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (kind, segment, key, id)
  ) STRICT, WITHOUT ROWID;

  -- Reasons and codes, which repeat.
  CREATE TABLE reasons (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  -- The last outcome of an event at a consumer. state: as in FINAL. request: the row of the history.
  CREATE TABLE outcomes (
    seq INTEGER NOT NULL,
    consumer INTEGER NOT NULL,
    state INTEGER NOT NULL,
    reason INTEGER NOT NULL,
    at INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    request INTEGER NOT NULL,
    PRIMARY KEY (seq, consumer)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX outcomes_undelivered ON outcomes (consumer, state, reason, seq) WHERE state > 0;
  -- Requests before that one.
  CREATE TABLE earlier (
    seq INTEGER NOT NULL,
    consumer INTEGER NOT NULL,
    request INTEGER NOT NULL,
    PRIMARY KEY (seq, consumer, request)
  ) STRICT, WITHOUT ROWID;
  -- How many outcomes there are, by the hour they are of.
  CREATE TABLE tallies (
    consumer INTEGER NOT NULL,
    state INTEGER NOT NULL,
    reason INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (consumer, state, reason, hour)
  ) STRICT, WITHOUT ROWID;

  -- Tables of the store whose rows are read by their numbers: how far, and what tells the last row apart (follow.ts).
  CREATE TABLE followed (name TEXT PRIMARY KEY, id INTEGER NOT NULL, mark TEXT) STRICT, WITHOUT ROWID;
  -- What the reports of an order say, as JSON of OrderFacts. version: of which reports.
  CREATE TABLE order_facts (
    id INTEGER PRIMARY KEY,
    placed_at INTEGER NOT NULL,
    version TEXT NOT NULL,
    facts TEXT NOT NULL
  ) STRICT;
  CREATE INDEX order_facts_by_time ON order_facts (placed_at);
  -- What browsers reported where their word makes no order, under the digest of what they call it, and digests of its ids.
  CREATE TABLE evidence (id INTEGER PRIMARY KEY, name INTEGER NOT NULL) STRICT;
  CREATE INDEX evidence_by_name ON evidence (name, id);
  CREATE TABLE evidence_keys (
    key INTEGER NOT NULL,
    evidence_id INTEGER NOT NULL,
    PRIMARY KEY (key, evidence_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX evidence_keys_by_evidence ON evidence_keys (evidence_id);

  -- Figures over time. owner: a shop's name or a consumer's number.
  CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    detail TEXT NOT NULL,
    UNIQUE (kind, owner, detail)
  ) STRICT;
  -- step: as in FIGURES_KEPT_MS. at: when it begins.
  CREATE TABLE figures (
    step INTEGER NOT NULL,
    at INTEGER NOT NULL,
    series INTEGER NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (step, at, series)
  ) STRICT, WITHOUT ROWID;
  -- What delivered events carried. day: of UTC, epoch ms. key: '' for the number of events.
  CREATE TABLE matches (
    day INTEGER NOT NULL,
    consumer INTEGER NOT NULL,
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (day, consumer, name, key)
  ) STRICT, WITHOUT ROWID;
`;

/** In the order of their numbers in the file. Most events are of a browser. */
export const SOURCES = ['browser', 'server', 'platform', 'operator'] as const;
/** Texts of the store beside events, in the order of their numbers. */
export const TEXTS = ['reports', 'evidence'] as const;
/** Outcomes that end a delivery, in the order of their numbers. */
export const FINAL = ['delivered', 'skipped', 'dead'] as const;
export type FinalState = (typeof FINAL)[number];
