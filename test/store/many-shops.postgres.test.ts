// @module-tag slow
import pg from 'pg';
import { expect, test } from 'vitest';
import { basic, eventually, startCollector } from '../support/collector.ts';
import { ownDatabase } from '../support/postgres-for-tests.ts';

const SHOPS = Array.from({ length: 50 }, (_, index) => `shop-${index}`);
/** The look for what other collectors stored is four a second, that for changed owners and the search's job are each one in two. */
const MOST_PER_SECOND = 15;
const SECONDS = 3;

test('50 shops on one PostgreSQL: each delivers, and at rest they ask for no more than one shop does', async () => {
  const databaseUrl = await ownDatabase();
  const shops = Object.fromEntries(SHOPS.map((shop) => [shop, { WRITE_KEY: `key-of-${shop}` }]));
  const collector = await startCollector({ DATABASE_URL: databaseUrl }, { shops });
  const names = ['shop-0', 'shop-25', 'shop-49'];
  for (const shop of names) {
    const message = { type: 'track', event: 'Seen', messageId: shop, anonymousId: 'ann', properties: {} };
    expect(
      (await collector.post('/v1/track', message, { authorization: basic(`key-of-${shop}`) })).status,
    ).toBe(200);
  }
  await eventually(
    () => collector.sandbox.accepted('customerio').length,
    (count) => count === names.length,
  );

  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const committed = async () => {
    const { rows } = await client.query<{ count: string; connections: number }>(
      'SELECT xact_commit AS count, numbackends AS connections FROM pg_stat_database WHERE datname = current_database()',
    );
    return { count: Number(rows[0]?.count), connections: rows[0]?.connections ?? 0 };
  };
  const perSecond = async () => {
    const before = (await committed()).count;
    await new Promise((resolve) => setTimeout(resolve, SECONDS * 1_000));
    return ((await committed()).count - before) / SECONDS;
  };
  // What was just delivered is settled, counted and indexed for a moment longer.
  await eventually(perSecond, (count) => count <= MOST_PER_SECOND, 30_000);
  expect((await committed()).connections).toBeLessThanOrEqual(10);
  await client.end();
});
