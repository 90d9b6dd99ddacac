/**
 * `state`: a `ConsentState`. `subject`: the digest of an id (`../subject.ts`). Times in epoch ms.
 */
export const CONSENT_SCHEMA = `
  -- What was last said for each purpose. since: when the first was received; used_at: when it was last said or needed,
  -- to the day.
  CREATE TABLE consents (
    shop TEXT NOT NULL,
    subject TEXT NOT NULL,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (shop, subject)
  ) STRICT, WITHOUT ROWID;
  -- The orders that each subject belongs to; each order has the list of its own.
  CREATE TABLE order_subjects (
    subject TEXT NOT NULL,
    order_id INTEGER NOT NULL,
    PRIMARY KEY (subject, order_id)
  ) STRICT, WITHOUT ROWID;
`;

/** The columns of events that an earlier version had not. */
export const EVENT_SUBJECTS = `
  ALTER TABLE events ADD COLUMN visitor TEXT;
  ALTER TABLE events ADD COLUMN person TEXT;
`;
