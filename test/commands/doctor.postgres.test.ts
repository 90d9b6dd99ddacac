// @module-tag slow
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { diagnose, exitCodeOf } from '../../server/commands/doctor.ts';
import { LEAST } from '../config/support.ts';
import { startCollector } from '../support/collector.ts';
import { ownDatabase } from '../support/postgres-for-tests.ts';

/** What `storebeacon doctor` finds of this database. */
async function findingsOf(databaseUrl: string, nowMs = Date.now()) {
  const findings = await diagnose({
    variables: { ...LEAST, DATABASE_URL: databaseUrl },
    readFile: () => '{}',
    http: async () => ({ status: 404, headers: { date: new Date(nowMs).toUTCString() }, body: '' }),
    clock: { now: () => nowMs },
  });
  return findings.filter(({ id }) => id.startsWith('database'));
}

test('a database that can be used: its version, and the connections that are left', async () => {
  const [found, ...more] = await findingsOf(await ownDatabase());
  expect(more).toEqual([]);
  expect(found).toMatchObject({ id: 'database-ready', severity: 'ok' });
  expect(found?.words).toMatch(
    /^PostgreSQL \d+\.\d+ at \S+ can be used\. Connections left for this user: \d+; a collector needs 4\.$/,
  );
});

test('one that cannot be used is an error, with what to do', async () => {
  const findings = await findingsOf('postgres://ann@127.0.0.1:9/shop');
  expect(findings).toMatchObject([
    { id: 'database-unreachable', severity: 'error', todo: expect.stringMatching(/^Start it/) },
  ]);
  expect(exitCodeOf(findings)).toBe(2);
});

test('clocks that differ, and by how much', async () => {
  const databaseUrl = await ownDatabase();
  for (const offMs of [-60_000, 60_000])
    expect(await findingsOf(databaseUrl, Date.now() + offMs)).toContainEqual(
      expect.objectContaining({
        id: 'database-clock',
        severity: 'warning',
        words: expect.stringMatching(/differ by (59|60|61) s\.$/),
      }),
    );
  expect(await findingsOf(databaseUrl, Date.now() + 2_000)).toHaveLength(1);
});

test('too few connections for a further collector', async () => {
  const databaseUrl = await ownDatabase();
  const url = new URL(databaseUrl);
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query(`ALTER DATABASE ${url.pathname.slice(1)} CONNECTION LIMIT 4`);
  onTestFinished(() => client.end());
  expect(await findingsOf(databaseUrl)).toContainEqual(
    expect.objectContaining({
      id: 'database-few-connections',
      severity: 'warning',
      words: expect.stringMatching(/: 3\. Another collector needs 4\.$/),
    }),
  );
});

test('the console’s set-up shows the same, and its overview what the database takes', async () => {
  const databaseUrl = await ownDatabase();
  const collector = await startCollector({ DATABASE_URL: databaseUrl });
  const json = async (path: string) => (await collector.admin('GET', path)).json();
  expect((await json('/admin/setup')).findings).toContainEqual(
    expect.objectContaining({ id: 'database-ready', severity: 'ok' }),
  );
  expect((await json('/admin/overview')).storage).toMatchObject({ synchronous: 'full', gaps: 0 });
  expect((await json('/admin/overview')).storage.bytes).toBeGreaterThan(1_000_000);
});
