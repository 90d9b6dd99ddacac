import { expect, test } from 'vitest';
import { openLog } from '../../server/store/open.ts';
import { toPostgres } from '../../server/store/postgres/to-postgres.ts';
import { NEW_SQL, TRUSTED_SQL } from '../../server/store/sqlite/lease.ts';
import { withClient } from '../support/postgres-client.ts';
import { ownDatabase } from '../support/postgres-for-tests.ts';

test.each([NEW_SQL, TRUSTED_SQL])(
  'a lease reads no more events than it takes, planned while there are none',
  async (sql) => {
    const databaseUrl = await ownDatabase();
    const log = await openLog({ databaseUrl, retentionMs: 86_400_000, dataDir: '', consumers: [] });
    await log.close();
    const lines = await withClient(databaseUrl, async (query) => {
      await query('SET search_path = storebeacon; SET enable_seqscan = off');
      return query(`EXPLAIN (GENERIC_PLAN) ${toPostgres(sql)}`);
    });
    const plan = lines.map((line) => line['QUERY PLAN']).join('\n');
    expect(plan).toMatch(/Index Scan using events_\w+ on events/);
    expect(plan).not.toContain('Sort');
  },
);
