/**
 * `state`, `choice`: a `ConsentState`. `subject`: the digest of an id (`../subject.ts`). Times in epoch ms.
 */
export const CONSENT_SCHEMA = `
  -- What was last said for each purpose. since: when the first was received; changed_at: the latest change of state;
  -- used_at: when it was last said or needed, to the day.
  CREATE TABLE consents (
    shop TEXT NOT NULL,
    subject TEXT NOT NULL,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (shop, subject)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX consents_by_age ON consents (used_at);
  -- Who belongs to an order, and what they chose where there is no record of it. Subject '': those without one.
  CREATE TABLE order_subjects (
    order_id INTEGER NOT NULL,
    subject TEXT NOT NULL,
    choice TEXT NOT NULL,
    PRIMARY KEY (order_id, subject)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX order_subjects_by_subject ON order_subjects (subject);
`;

/** The columns of events that an earlier version had not. */
export const CONSENT_COLUMNS = `
  ALTER TABLE events ADD COLUMN visitor TEXT;
  ALTER TABLE events ADD COLUMN person TEXT;
`;
