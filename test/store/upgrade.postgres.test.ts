// @module-tag slow
import { expect, onTestFinished, test } from 'vitest';
import { openLog } from '../../server/store/open.ts';
import { VERSION } from '../../server/store/sqlite/schema.ts';
import { event } from '../support/event.ts';
import { query } from '../support/postgres-client.ts';
import { ownDatabase } from '../support/postgres-for-tests.ts';

/** What versions after 7 added, taken away again. */
const AS_VERSION_7 = `
  SET search_path = storebeacon;
  DROP TABLE hourly_counts;
  DROP TABLE denials;
  ALTER TABLE consumers DROP state;
  ALTER TABLE jobs DROP ran_at;
  UPDATE log_state SET schema_version = 7;
  INSERT INTO facts (name, value)
  VALUES ('kept:watchdog', '{"hours":{"shop":{"purchases":{"480000":3,"480001":5}}},"incidents":[]}');
`;

test('tables of version 7 are upgraded at the start, and hold what they held; collectors of that version store nothing more', async () => {
  const databaseUrl = await ownDatabase();
  const shape = async () => {
    const rows = await query(
      databaseUrl,
      `SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
       WHERE table_schema = 'storebeacon' ORDER BY 1, 2`,
    );
    const indexes = await query(
      databaseUrl,
      "SELECT indexdef FROM pg_indexes WHERE schemaname = 'storebeacon' ORDER BY 1",
    );
    return [...rows, ...indexes];
  };
  const open = async () => {
    const consumers = [
      { name: 'tiktok', shop: 'shop', decryptsPii: false, audience: 'destinations' as const },
    ];
    const log = await openLog({ databaseUrl, consumers, retentionMs: 86_400_000, dataDir: '' });
    onTestFinished(() => log.close());
    return log;
  };
  const first = await open();
  await first.accept([{ event: event({ messageId: 'before' }) }]);
  const fresh = await shape();
  await query(databaseUrl, AS_VERSION_7);
  await expect(first.accept([{ event: event({ messageId: 'former' }) }])).rejects.toThrow(
    /schema version 7; this one supports version \d+\. Start that version here too/,
  );

  const upgraded = await open();
  expect(await shape()).toEqual(fresh);
  const rows = await query(
    databaseUrl,
    'SELECT schema_version, (SELECT sum(count) FROM storebeacon.hourly_counts) AS counted FROM storebeacon.log_state',
  );
  expect(rows).toEqual([{ schema_version: String(VERSION), counted: '8' }]);
  const entries = ['before', 'after'].map((messageId) => ({ event: event({ messageId }) }));
  expect((await upgraded.accept(entries)).map(({ isStored }) => isStored)).toEqual([false, true]);
});
