import { stateOf } from '../../../../shared/consent.ts';
import { visitorSubject } from '../../subject.ts';
import { AUDIT_SCHEMA, UPGRADE_AUDIT } from '../audit.ts';
import { formerRecord } from '../consents.ts';
import { HISTORY_SCHEMA, UPGRADE_HISTORY } from '../history.ts';
import { UPGRADE_COUNTS } from '../hourly-counts.ts';
import { LEDGER_SCHEMA } from '../ledger.ts';
import { REDACTION_SCHEMA, UPGRADE_REDACTIONS } from '../redactions.ts';
import { DEAD_LETTERS_BY_SEQ, DELIVERY_INDEX, EVENT_INDEXES, RETENTION_INDEXES } from '../schema.ts';
import { CONSENT_SCHEMA, EVENT_SUBJECTS } from '../schema-consent.ts';
import { ORDER_SCHEMA, REPORT_TABLE, VIEW_TABLES } from '../schema-orders.ts';

/** The column for the beginning of long texts, which versions before 5 stored whole. */
const addPacked = (...tables: string[]): string =>
  tables.map((table) => `ALTER TABLE ${table} ADD COLUMN packed BLOB;`).join('');

/** From version 2 of the schema. Rows are filled in afterwards (`store.ts`). */
export const UPGRADE_SCHEMA = `${ORDER_SCHEMA}${CONSENT_SCHEMA}${EVENT_SUBJECTS}${LEDGER_SCHEMA}${HISTORY_SCHEMA}${REDACTION_SCHEMA}${AUDIT_SCHEMA}${UPGRADE_COUNTS}${addPacked('events')}
  ALTER TABLE events ADD COLUMN voice INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE events ADD COLUMN audience INTEGER NOT NULL DEFAULT 3;
  ALTER TABLE events ADD COLUMN compose INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE events ADD COLUMN order_id INTEGER;
  ALTER TABLE consumers ADD COLUMN trusted_cursor INTEGER NOT NULL DEFAULT 0;
  UPDATE consumers SET trusted_cursor = cursor;
  ${EVENT_INDEXES}
  ${UPGRADE_REDACTIONS}
  ALTER TABLE deliveries ADD COLUMN voice INTEGER NOT NULL DEFAULT 0;
  DROP INDEX deliveries_by_due;
  ${DELIVERY_INDEX}
  ALTER TABLE deliveries ADD COLUMN requeued_at INTEGER;
  ${RETENTION_INDEXES}
  INSERT INTO facts VALUES ('upgrade', '{"step":"orders"}');
`;

/** What a browser showed was kept once for each token. Its number is the place of its row in the key's order. */
export const UPGRADE_VIEWS = `
  ALTER TABLE token_views RENAME TO former_views;
  DROP INDEX token_views_by_age;
  ${VIEW_TABLES}
  INSERT INTO views (id, shop, visitor, user_id, received_at, tokens, body)
    SELECT row_number() OVER (ORDER BY shop, token, visitor, user_id), shop, visitor, user_id, received_at,
      json_array(token), body FROM former_views;
  INSERT INTO token_views (shop, token, view_id, first_at)
    SELECT shop, token, row_number() OVER (ORDER BY shop, token, visitor, user_id), first_at FROM former_views;
  DROP TABLE former_views;
`;

/** From version 3 of the schema. */
export const UPGRADE_FROM_3 = `${UPGRADE_VIEWS}${addPacked('events', 'evidence')}
  ALTER TABLE order_reports RENAME TO former_reports;
  DROP INDEX order_reports_by_age;
  ${REPORT_TABLE}
  -- None counts as reduced: more of a report is left out by now, and the next retention reduces all of them again.
  INSERT INTO order_reports (order_id, source, stage, part, received_at, body)
    SELECT order_id, source, stage, part, received_at, body FROM former_reports;
  DROP TABLE former_reports;
  ALTER TABLE deliveries ADD COLUMN requeued_at INTEGER;
  ${RETENTION_INDEXES}
  ${REDACTION_SCHEMA}${UPGRADE_REDACTIONS}${UPGRADE_HISTORY}${AUDIT_SCHEMA}${UPGRADE_COUNTS}
  -- Emails typed at checkouts and in unpaid orders were among them.
  DELETE FROM person_links;
  ${CONSENT_SCHEMA}${EVENT_SUBJECTS}
  ALTER TABLE orders ADD COLUMN subjects TEXT;
  INSERT INTO consents (shop, subject, state, since, used_at, record)
  SELECT shop, subject, state, received_at, received_at, former_record(state, received_at) FROM (
    SELECT shop, visitor_subject(visitor) AS subject, former_state(consent) AS state, received_at FROM choices)
  WHERE subject <> '' ON CONFLICT DO NOTHING;
  DROP TABLE choices;
`;

/** From version 4 of the schema. */
export const UPGRADE_FROM_4 = `${addPacked('events', 'evidence', 'order_reports')}
  ${DEAD_LETTERS_BY_SEQ}
  ${UPGRADE_HISTORY}${AUDIT_SCHEMA}${UPGRADE_COUNTS}
`;

/** From version 5 of the schema. */
export const UPGRADE_FROM_5 = `${UPGRADE_HISTORY}${AUDIT_SCHEMA}${UPGRADE_COUNTS}`;

/** From version 6 of the schema. */
export const UPGRADE_FROM_6 = `${UPGRADE_AUDIT}${UPGRADE_COUNTS}`;

/** From version 7 of the schema. */
export const UPGRADE_FROM_7 = UPGRADE_COUNTS;

/** What a former choice becomes. */
export const CONSENT_FUNCTIONS = {
  visitor_subject: (visitor: string): string => visitorSubject(visitor),
  former_state: (consent: string): string => stateOf(JSON.parse(consent)),
  former_record: (state: string, receivedAtMs: number): string => formerRecord(state, receivedAtMs),
};
