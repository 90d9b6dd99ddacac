// @module-tag slow
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { migrate } from '../../server/commands/run-migration.ts';
import { openLog } from '../../server/store/open.ts';
import { CHILD_ENV } from '../support/child-env.ts';
import { eventually } from '../support/eventually.ts';
import { NODE, ROOT } from '../support/fleet-process.ts';
import { query } from '../support/postgres-client.ts';
import { ownDatabase } from '../support/postgres-for-tests.ts';
import { startPostgresProxy } from '../support/postgres-proxy.ts';
import { tempDir } from '../support/temp-dir.ts';
import { wholeLogOptions } from '../support/whole-log.ts';

const ROWS = 20_000;

/** As `storebeacon migrate` starts it. */
function startMigrate(
  args: readonly string[],
  variables: Record<string, string>,
  wrap: readonly string[] = [],
) {
  const [program = NODE, ...rest] = [...wrap, NODE, 'server/commands/storebeacon.ts', 'migrate', ...args];
  const ended = Promise.withResolvers<{ code: unknown; stdout: string; stderr: string }>();
  const env = { ...CHILD_ENV, ...variables };
  const child = execFile(program, rest, { cwd: ROOT, env }, (error, stdout, stderr) =>
    ended.resolve({ code: error ? error.code : 0, stdout, stderr }),
  );
  return { child, ended: ended.promise };
}

/** A log with many rows in one table, and `storebeacon migrate` on it. */
async function setUp() {
  const dataDir = tempDir();
  const databaseUrl = await ownDatabase();
  await (await openLog(wholeLogOptions(dataDir).options)).close();
  const database = new DatabaseSync(join(dataDir, 'store.db'));
  database.exec(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
     INSERT INTO ledger (consumer, key, state, expires_at) SELECT 'tiktok', 'key-' || i, 'settled', 4e12 FROM n`,
  );
  database.close();
  const start = (
    args: readonly string[],
    changed: Record<string, string> = {},
    wrap: readonly string[] = [],
  ) => startMigrate(args, { DATA_DIR: dataDir, DATABASE_URL: databaseUrl, ...changed }, wrap);
  const copied = async () => {
    const [found] = await query(databaseUrl, 'SELECT count(*) AS count FROM storebeacon.ledger').catch(
      () => [],
    );
    return Number(found?.count ?? 0);
  };
  return { dataDir, databaseUrl, start, copied };
}

test('killed in the middle it continues, adds nothing twice, and ends with equal sums', async () => {
  const { start, copied } = await setUp();
  const { child, ended } = start(['--to', 'postgres']);
  await eventually(copied, (count) => count > 0);
  child.kill('SIGKILL');
  await ended;
  const before = await copied();
  expect(before).toBeLessThan(ROWS);
  const { code, stdout } = await start(['--to', 'postgres']).ended;
  expect(stdout).toMatch(/^ledger +20,000 rows [0-9a-f]{16} {2}equal$/m);
  expect(stdout).toContain('start the collector with DATABASE_URL');
  expect({ code, rows: await copied() }).toEqual({ code: 0, rows: ROWS });
});

test('a database that is away in the middle is put in words; afterwards it continues', async () => {
  const { databaseUrl, start, copied } = await setUp();
  const proxy = await startPostgresProxy(databaseUrl);
  const cut = start(['--to', 'postgres'], { DATABASE_URL: proxy.url });
  await eventually(copied, (count) => count > 0);
  proxy.cut();
  const { code, stderr } = await cut.ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /DATABASE_URL: PostgreSQL at \S+ cannot be [\s\S]* start this command again: it continues\.$/m,
  );
  expect(stderr).not.toContain('    at ');
  expect((await start(['--to', 'postgres']).ended).code).toBe(0);
});

test('a full disk is put in words; afterwards it continues', async () => {
  const { databaseUrl, dataDir, start } = await setUp();
  const settings = { dataDir, databaseUrl, retentionMs: 1 };
  const options = { to: 'postgres', isAhead: false, nowMs: 0, say: () => {}, print: () => {} } as const;
  expect(await migrate(settings, options)).toBe(true);
  const back = { DATA_DIR: tempDir() };
  const small = ['sh', '-c', 'ulimit -f 1000; exec "$0" "$@"'];
  const { code, stderr } = await start(['--to', 'sqlite'], back, small).ended;
  expect(stderr).toMatch(/Free some space.* start this command again: it continues\.$/m);
  expect(code).toBe(1);
  expect((await start(['--to', 'sqlite'], back).ended).code).toBe(0);
});

test.each([
  [[], 2, '--to must be postgres or sqlite'],
  [['--from', 'x'], 2, "Unknown option '--from'"],
  [['--to', 'postgres'], 1, 'DATABASE_URL is missing'],
])('called with %j it ends with %i and says what is wrong', async (args, code, words) => {
  const { stderr, ...ended } = await startMigrate(args, {}).ended;
  expect(ended).toEqual({ code, stdout: '' });
  expect(stderr).toContain(words);
});
