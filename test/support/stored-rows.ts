import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LOG_SCHEMA } from '../../server/store/open.ts';
import { openConnection } from '../../server/store/postgres/connection.ts';
import { pages } from '../../server/store/sqlite/chunks.ts';
import { type Connection, prepare } from '../../server/store/sqlite/prepare.ts';
import { prepareTexts } from '../../server/store/sqlite/stored-text.ts';

/** Where a collector stores: in PostgreSQL if there is a URL, else in the directory. */
export interface Place {
  dataDir: string;
  databaseUrl?: string | undefined;
}

/** An event, or a piece of evidence. Flags are 0 and 1. */
export interface StoredRow {
  id: number;
  body: string;
  isForStatistics: number;
  /** What statistics alone read of an order or a checkout repeats a report; evidence repeats nothing that was stored as an event. */
  isCopy: number;
  orderId: number | null;
}

const ROWS = [
  `SELECT seq AS id, packed, body, audience = 2 AS isForStatistics,
     audience = 2 AND (length(message_key) = 0 OR order_id IS NOT NULL) AS isCopy, order_id AS orderId
   FROM events WHERE seq > ? ORDER BY seq LIMIT 1000`,
  `SELECT id, packed, body, 0 AS isForStatistics, 1 AS isCopy, NULL AS orderId
   FROM evidence WHERE id > ? ORDER BY id LIMIT 1000`,
];

/** Everything that a collector stored, also one that was killed. */
export function* storedRows(place: Place): Generator<StoredRow> {
  const { connection, close } = open(place);
  try {
    for (const sql of ROWS) {
      const { all } = prepareTexts<StoredRow>(connection, sql);
      for (const rows of pages((after) => all(after))) yield* rows;
    }
  } finally {
    close();
  }
}

/** How many reports of pages count as reports of an order. */
export function reportsOfPages(place: Place): number {
  const { connection, close } = open(place);
  try {
    const sql = `SELECT count(*) AS count FROM order_reports WHERE source = 'browser'`;
    return prepare<{ count: number }>(connection, sql).get()?.count ?? 0;
  } finally {
    close();
  }
}

function open({ dataDir, databaseUrl }: Place): { connection: Connection; close(): void } {
  if (databaseUrl !== undefined) {
    const connection = openConnection(databaseUrl, LOG_SCHEMA);
    return { connection, close: connection.close };
  }
  const connection = new DatabaseSync(join(dataDir, 'store.db'));
  return { connection, close: () => connection.close() };
}
