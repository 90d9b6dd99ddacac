import { HISTORY_SCHEMA } from '../history.ts';
import { LEDGER_SCHEMA } from '../ledger.ts';
import { DELIVERY_INDEX, EVENT_INDEXES } from '../schema.ts';
import { ORDER_SCHEMA } from '../schema-orders.ts';

/** From version 2 of the schema. Rows are filled in afterwards (`store.ts`). */
export const UPGRADE_SCHEMA = `${ORDER_SCHEMA}${LEDGER_SCHEMA}${HISTORY_SCHEMA}
  ALTER TABLE events ADD COLUMN voice INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE events ADD COLUMN audience INTEGER NOT NULL DEFAULT 3;
  ALTER TABLE events ADD COLUMN compose INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE events ADD COLUMN order_id INTEGER;
  ALTER TABLE consumers ADD COLUMN trusted_cursor INTEGER NOT NULL DEFAULT 0;
  UPDATE consumers SET trusted_cursor = cursor;
  ${EVENT_INDEXES}
  ALTER TABLE deliveries ADD COLUMN voice INTEGER NOT NULL DEFAULT 0;
  DROP INDEX deliveries_by_due;
  ${DELIVERY_INDEX}
  INSERT INTO facts VALUES ('upgrade', '{"step":"orders"}');
`;

/** From version 3 of the schema. */
export const UPGRADE_FROM_3 = '-- No table differs yet.';
