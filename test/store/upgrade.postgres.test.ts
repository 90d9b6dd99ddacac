// @module-tag slow
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { openLog } from '../../server/store/open.ts';
import { VERSION } from '../../server/store/sqlite/schema.ts';
import { waiting } from '../support/entries.ts';
import { event } from '../support/event.ts';
import { query } from '../support/postgres-client.ts';
import { ownDatabase } from '../support/postgres-for-tests.ts';

/** With the rows of `version-7.sql`. */
const FORMER = readFileSync(new URL('version-7.postgres.sql', import.meta.url), 'utf8');
const NOW_MS = Date.parse('2026-03-01T01:01:00Z');

async function open(databaseUrl: string) {
  const log = await openLog({
    ...{ databaseUrl, retentionMs: 30 * 86_400_000, dataDir: '', clock: () => NOW_MS },
    consumers: [{ name: 'tiktok', shop: 'shop', decryptsPii: true, audience: 'destinations' }],
    shops: waiting(30_000, { ordersFrom: 'platform', hasPlatform: true }),
  });
  onTestFinished(() => log.close());
  return log;
}

/** Columns, indexes, functions and triggers, in words that can be compared. */
const shapeOf = (databaseUrl: string) =>
  query(
    databaseUrl,
    `SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) AS part
     FROM information_schema.columns WHERE table_schema = 'storebeacon'
     UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'storebeacon'
     UNION ALL SELECT regexp_replace(pg_get_functiondef(oid), '\\s', '', 'g') FROM pg_proc WHERE pronamespace = 'storebeacon'::regnamespace
     UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
     ORDER BY 1`,
  );

test('a database of version 7 is upgraded at the start to the tables of this version, and holds what it held', async () => {
  const fresh = await ownDatabase();
  await open(fresh);
  const databaseUrl = await ownDatabase();
  await query(databaseUrl, FORMER);
  const log = await open(databaseUrl);
  expect(await shapeOf(databaseUrl)).toEqual(await shapeOf(fresh));
  const [state] = await query(databaseUrl, 'SELECT schema_version FROM storebeacon.log_state');
  expect(state).toEqual({ schema_version: String(VERSION) });
  const entries = ['delivered', 'after'].map((messageId) => ({ event: event({ messageId }) }));
  expect((await log.accept(entries)).map(({ isStored }) => isStored)).toEqual([false, true]);
  const due = await log.lease('tiktok', 100);
  for (const delivery of due) delivery.ack();
  const ids = due.map(({ event: { messageId } }) => messageId);
  expect(ids.toSorted()).toEqual(['after', 'new', 'placed-1002', 'retried']);
  expect(await log.deadLetters({ limit: 10 })).toMatchObject([
    { answer: 'no', event: { messageId: 'dead' } },
  ]);
  const history = await log.history({ limit: 10 });
  expect(history.map(({ outcome }) => outcome)).toEqual(['retry', 'rejected', 'delivered']);
  const counts = await log.counts(['accepted', 'rejected'], 0);
  expect(counts.map(({ what, count }) => [what, count])).toEqual([
    ['accepted', 4],
    ['accepted', 2],
    ['rejected', 1],
  ]);
});

test('collectors store nothing more in tables that another version has', async () => {
  const databaseUrl = await ownDatabase();
  const log = await open(databaseUrl);
  await query(databaseUrl, 'UPDATE storebeacon.log_state SET schema_version = 7');
  await expect(log.accept([{ event: event() }])).rejects.toThrow(
    /schema version 7; this one supports version \d+\. Start that version here too/,
  );
});
