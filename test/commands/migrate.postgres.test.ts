// @module-tag slow
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openAnalyticsStore } from '../../server/analytics/open.ts';
import { type Engine, type MigrateOptions, migrate } from '../../server/commands/run-migration.ts';
import { createSandbox } from '../../server/sandbox/index.ts';
import { openLog } from '../../server/store/open.ts';
import { VERSION } from '../../server/store/sqlite/schema.ts';
import { event } from '../support/event.ts';
import { eventually } from '../support/eventually.ts';
import { addHostileRows } from '../support/hostile-rows.ts';
import { query } from '../support/postgres-client.ts';
import { ownDatabase } from '../support/postgres-for-tests.ts';
import { openInProcess } from '../support/store-client.ts';
import { tempDir } from '../support/temp-dir.ts';
import { startWebhookShop } from '../support/webhook-shop.ts';
import { answersOf, fillLog, goOn, START_MS, wholeLogOptions } from '../support/whole-log.ts';

const RETENTION_MS = 30 * 86_400_000;

async function setUp() {
  const dataDir = tempDir();
  const databaseUrl = await ownDatabase();
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const run = (to: Engine, changed: Partial<MigrateOptions> & { dataDir?: string } = {}) =>
    migrate(
      { dataDir, databaseUrl, retentionMs: RETENTION_MS, ...changed },
      { to, isAhead: false, nowMs: START_MS, say, print: say, ...changed },
    );
  const { clock, options } = wholeLogOptions(dataDir);
  const open = async (changed: object = {}) => {
    const log = await openLog({ ...options, ...changed });
    onTestFinished(() => log.close());
    return log;
  };
  const fill = async () => {
    const log = await open();
    await fillLog(log, clock);
    await log.close();
  };
  /** The same time for what is to be compared. */
  const at = async <T>(nowMs: number, work: () => Promise<T>) => {
    clock.nowMs = nowMs;
    return work();
  };
  return { dataDir, databaseUrl, lines, run, open, fill, clock, at };
}

const inFile = <T>(dataDir: string, name: string, work: (database: DatabaseSync) => T): T => {
  const database = new DatabaseSync(join(dataDir, `${name}.db`));
  try {
    return work(database);
  } finally {
    database.close();
  }
};

/** Every row of a file, but for what a migration adds: the place it was moved to, and keys that were in the events' rows alone. */
const everyRow = (dataDir: string, name: string) =>
  inFile(dataDir, name, (database) => {
    const tables = database
      .prepare(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'kysely_*' AND name NOT GLOB 'seen*' AND name NOT GLOB 'sqlite_stat*'",
      )
      .all();
    const read = (table: string) => {
      const statement = database.prepare(`SELECT * FROM ${table}`);
      statement.setReadBigInts(true);
      const text = (row: object) => Object.values(row).join();
      const rows = statement.all().filter((row) => row.name !== 'migration');
      return rows.toSorted((one, other) => (text(one) < text(other) ? -1 : 1));
    };
    return Object.fromEntries(tables.map((table) => [table.name, read(String(table.name))]));
  });

describe('migrate', () => {
  test('the log on PostgreSQL, and on SQLite again, answers and goes on as the one it was copied from', async () => {
    const { dataDir, databaseUrl, run, open, fill, clock, at, lines } = await setUp();
    await fill();
    const control = tempDir();
    cpSync(dataDir, control, { recursive: true });
    expect(await run('postgres')).toBe(true);

    const original = await open({ dataDir: control });
    const onPostgres = await open({ databaseUrl });
    expect(await answersOf(onPostgres)).toEqual(await answersOf(original));
    const firstMs = clock.nowMs;
    const first = await goOn(original, clock, 'first');
    expect(await at(firstMs, () => goOn(onPostgres, clock, 'first'))).toEqual(first);
    await onPostgres.close();

    const back = tempDir();
    expect(await run('sqlite', { dataDir: back })).toBe(true);
    const alarms: string[] = [];
    const watch = { highWaterMarkLost: () => alarms.push('lost'), gapFound: () => alarms.push('gap') };
    const again = await open({ dataDir: back, watch });
    expect(await answersOf(again)).toEqual(await answersOf(original));
    const secondMs = clock.nowMs;
    const second = await goOn(original, clock, 'second');
    expect(await at(secondMs, () => goOn(again, clock, 'second'))).toEqual(second);
    expect(alarms).toEqual([]);
    expect(lines.at(-1)).toContain('start the collector without DATABASE_URL');
  });

  test('values of every kind in every table, of the statistics too, come back as they were', async () => {
    const { dataDir, run, open } = await setUp();
    await (await open()).close();
    await (await openAnalyticsStore({ dataDir, databaseUrl: undefined }, [])).close();
    for (const name of ['store', 'analytics']) inFile(dataDir, name, addHostileRows);
    expect(await run('postgres')).toBe(true);
    const back = tempDir();
    expect(await run('sqlite', { dataDir: back })).toBe(true);
    for (const name of ['store', 'analytics']) expect(everyRow(back, name)).toEqual(everyRow(dataDir, name));
    const merged = (of: string) =>
      inFile(of, 'store', (database) => database.prepare('SELECT * FROM seen_merged').get());
    expect(merged(back)).toEqual({ merged_seq: 1_000_004 });
  });

  test('the bulk is copied while the collector runs, and what changed since afterwards', async () => {
    const { dataDir, databaseUrl, run, open, clock, lines } = await setUp();
    const log = await open();
    await fillLog(log, clock);
    await expect(run('postgres')).rejects.toThrow(/DATA_DIR .* is in use by another process/);
    expect(await run('postgres', { isAhead: true })).toBe(true);
    await expect(open({ databaseUrl })).rejects.toThrow(/is being filled from DATA_DIR .*Run it again/);
    await goOn(log, clock, 'meanwhile');
    await log.erase('shop', { ids: ['retried-visitor'] });
    const expected = await answersOf(log);
    await log.close();
    expect(await run('postgres')).toBe(true);
    expect(await answersOf(await open({ databaseUrl }))).toEqual(expected);
    await expect(open()).rejects.toThrow(
      /was migrated to PostgreSQL at .*Start the collector with that place/,
    );
    expect(await run('postgres')).toBe(true);
    expect(lines.at(-1)).toContain('nothing to do');
    expect(inFile(dataDir, 'store', (database) => database.prepare('PRAGMA quick_check').get())).toEqual({
      quick_check: 'ok',
    });
  });

  test('what is changed while it is copied is found, and no collector starts on the copy', async () => {
    const { dataDir, databaseUrl, run, open, fill, lines } = await setUp();
    await fill();
    const change = () =>
      inFile(dataDir, 'store', (database) =>
        database.exec("UPDATE ledger SET remote_id = 'other' WHERE key = 'confirmed'"),
      );
    const onProgress: MigrateOptions['onProgress'] = (step, table) => {
      if (step === 'copying' && table === 'ledger') change();
    };
    expect(await run('postgres', { onProgress })).toBe(false);
    expect(lines.find((line) => line.startsWith('ledger '))).toMatch(
      /2 rows [0-9a-f]{16} {2}DIFFERENT: 2 rows [0-9a-f]{16}$/,
    );
    expect(lines.at(-1)).toContain('ledger differ: something else has written');
    await expect(open({ databaseUrl })).rejects.toThrow('is being filled');
    expect(await run('postgres')).toBe(true);
    const log = await open({ databaseUrl });
    expect([...(await log.find('customerio', ['confirmed']))]).toEqual([
      ['confirmed', { state: 'confirmed', remoteId: 'other' }],
    ]);
  });

  test('ended between the marks of both places, it completes', async () => {
    const { databaseUrl, run, open, fill } = await setUp();
    await fill();
    expect(await run('postgres', { isAhead: true })).toBe(true);
    const mark = "SELECT value FROM storebeacon.facts WHERE name = 'migration'";
    const [copying] = await query(databaseUrl, mark);
    expect(await run('postgres')).toBe(true);
    expect(await query(databaseUrl, mark)).toEqual([]);
    await query(databaseUrl, `INSERT INTO storebeacon.facts VALUES ('migration', '${copying?.value}')`);
    await expect(open({ databaseUrl })).rejects.toThrow('is being filled');
    await expect(open()).rejects.toThrow('was migrated to');
    expect(await run('postgres')).toBe(true);
    expect(await (await open({ databaseUrl })).depth('tiktok')).toMatchObject({ deadLetters: 1 });
  });

  test('a collector that stood still while its database was migrated away stores nothing there', async () => {
    const { databaseUrl, run } = await setUp();
    const { clock: _, ...options } = wholeLogOptions('').options;
    const log = await openInProcess(new URL('../../server/store/open.ts', import.meta.url).href, {
      ...{ ...options, databaseUrl, aliveMs: 1_000 },
    });
    await log.accept([{ event: event({ messageId: 'before' }) }]);
    log.signal('SIGSTOP');
    await eventually(
      () => run('sqlite', { dataDir: tempDir() }).catch(({ message }) => message),
      (result) => result === true,
    );
    log.signal('SIGCONT');
    await expect(log.accept([{ event: event({ messageId: 'after' }) }])).rejects.toThrow(
      'was migrated to DATA_DIR',
    );
  });

  test('a collector goes on after it: orders are known, statistics and the search have what was before', async () => {
    const { dataDir, databaseUrl, run } = await setUp();
    const sandbox = await createSandbox();
    onTestFinished(() => sandbox.close());
    const place = async (shop: Awaited<ReturnType<typeof startWebhookShop>>, ids: readonly string[]) => {
      for (const id of ids)
        expect((await shop.place(`2105022431212188732466${id}`, `#D${id}`)).status).toBe(200);
      await shop.settled();
      return shop.ordersAt('tiktok').length;
    };
    const first = await startWebhookShop({}, { sandbox, dataDir });
    // Each is placed and paid.
    expect(await place(first, ['0001'])).toBe(2);
    const cost = { marketing_event_id: 'MA_1', day: '2026-03-01', spend: 12.5, impressions: 7, clicks: 3 };
    expect((await first.admin('PUT', '/admin/marketing-costs', [cost])).status).toBe(200);
    const marketing = async ({ counted }: typeof first) =>
      (await (await counted()).json()).shops[0].marketing;
    const before = await marketing(first);
    expect(JSON.stringify(before)).toContain('MA_1');
    await first.stop();
    expect(await run('postgres')).toBe(true);

    const second = await startWebhookShop({ DATABASE_URL: databaseUrl }, { sandbox, dataDir });
    expect(await place(second, ['0001', '0002'])).toBe(4);
    expect(await marketing(second)).toEqual(before);
    await eventually(
      async () => (await second.admin('GET', '/admin/orders')).text(),
      (text) => text.includes('324660001') && text.includes('324660002'),
    );
  });

  describe('refuses in words', () => {
    test('what is no log, is of another version, or has lost events', async () => {
      const { run, fill, dataDir } = await setUp();
      await expect(run('postgres')).rejects.toThrow('holds no log: there is no store.db in it');
      await expect(run('sqlite')).rejects.toThrow('holds no log. Correct DATABASE_URL');
      await fill();
      const setVersion = (version: number) =>
        inFile(dataDir, 'store', (database) => database.exec(`PRAGMA user_version = ${version}`));
      for (const [version, advice] of [
        [VERSION - 1, 'Start the collector of this version on it once'],
        [VERSION + 1, 'Migrate with the version that wrote it'],
      ] as const) {
        setVersion(version);
        await expect(run('postgres')).rejects.toThrow(
          `has schema version ${version}; this program migrates version ${VERSION}. ${advice}`,
        );
      }
      setVersion(VERSION);
      inFile(dataDir, 'store', (database) => database.exec('UPDATE sqlite_sequence SET seq = 1'));
      await expect(run('postgres')).rejects.toThrow(/has lost events .* Start the collector on it once/);
    });

    test('a destination that holds anything else, and a source that collectors use', async () => {
      const { run, open, fill, databaseUrl } = await setUp();
      await fill();
      await query(
        databaseUrl,
        'CREATE SCHEMA storebeacon_analytics; CREATE TABLE storebeacon_analytics.settings (name text)',
      );
      await expect(run('postgres')).rejects.toThrow(/holds data already. Name an empty place/);
      await query(databaseUrl, 'DROP SCHEMA storebeacon_analytics CASCADE');
      const log = await open({ databaseUrl });
      await expect(run('postgres')).rejects.toThrow(/holds data already/);
      await expect(run('sqlite', { dataDir: tempDir() })).rejects.toThrow(
        /in use by 1 collector. Stop it first/,
      );
      await log.close();
      await expect(run('sqlite')).rejects.toThrow(/holds data already/);
    });

    test('the half-done copy of another log, or of another version, and statistics of another version', async () => {
      const { run, open, fill, dataDir, databaseUrl } = await setUp();
      await fill();
      expect(await run('postgres', { isAhead: true })).toBe(true);
      const other = tempDir();
      await (await open({ dataDir: other })).close();
      const isHalfDone = /is being filled from DATA_DIR/;
      await expect(run('postgres', { dataDir: other })).rejects.toThrow(isHalfDone);
      await expect(run('sqlite', { dataDir: tempDir() })).rejects.toThrow(isHalfDone);
      await (await openAnalyticsStore({ dataDir, databaseUrl: undefined }, [])).close();
      inFile(dataDir, 'analytics', (database) =>
        database.exec("INSERT INTO kysely_migration VALUES ('9999', '')"),
      );
      await expect(run('postgres')).rejects.toThrow(
        /The statistics in DATA_DIR .* Migrate with the version that wrote them/,
      );
      await query(databaseUrl, `UPDATE storebeacon.log_state SET schema_version = ${VERSION + 1}`);
      await expect(run('postgres')).rejects.toThrow(
        `has tables of version ${VERSION + 1}; this program supports version ${VERSION}`,
      );
    });
  });
});
