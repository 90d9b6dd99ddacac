// @module-tag slow
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openAnalyticsStore } from '../../server/analytics/open.ts';
import { backUp } from '../../server/commands/run-backup.ts';
import { migrate } from '../../server/commands/run-migration.ts';
import { restoreBackup } from '../../server/store/backup/restore.ts';
import { openLog } from '../../server/store/open.ts';
import { VERSION } from '../../server/store/sqlite/schema.ts';
import { query } from '../support/postgres-client.ts';
import { ownDatabase } from '../support/postgres-for-tests.ts';
import { tempDir } from '../support/temp-dir.ts';
import { answersOf, fillLog, goOn, START_MS, wholeLogOptions } from '../support/whole-log.ts';

const RETENTION_MS = 30 * 86_400_000;
const say = () => {};

test('a log on PostgreSQL that runs is restored as it was, to a data directory and to an empty database', async () => {
  const databaseUrl = await ownDatabase();
  const { clock, options } = wholeLogOptions('');
  const alarms: string[] = [];
  const watch = { highWaterMarkLost: () => alarms.push('lost'), gapFound: () => alarms.push('gap') };
  const open = async (changed: object) => {
    const log = await openLog({ ...options, watch, ...changed });
    onTestFinished(() => log.close());
    return log;
  };
  const log = await open({ databaseUrl });
  await (await openAnalyticsStore({ dataDir: '', databaseUrl }, [])).close();
  await fillLog(log, clock);
  const expected = await answersOf(log);
  const folder = join(tempDir(), 'backup');
  const backup = (url: string, to = join(tempDir(), 'backup')) =>
    backUp({ dataDir: '', databaseUrl: url, retentionMs: RETENTION_MS }, to, { now: () => clock.nowMs, say });
  const manifest = await backup(databaseUrl, folder);
  expect(Object.keys(manifest.files)).toEqual(['store.mark', 'analytics.db', 'store.db']);
  // What was stored later is not in it.
  await goOn(log, clock, 'later');
  await log.close();

  const dataDir = join(tempDir(), 'data');
  await restoreBackup(folder, dataDir);
  const restored = await open({ dataDir });
  clock.nowMs = Date.parse(manifest.madeAt);
  expect(await answersOf(restored)).toEqual(expected);
  await restored.close();

  const other = await ownDatabase();
  await expect(backup(other)).rejects.toThrow('holds no log. Correct DATABASE_URL');
  const moved = await migrate(
    { dataDir, databaseUrl: other, retentionMs: RETENTION_MS },
    { to: 'postgres', isAhead: false, nowMs: START_MS, say, print: say },
  );
  expect(moved).toBe(true);
  expect(await answersOf(await open({ databaseUrl: other }))).toEqual(expected);
  expect(alarms).toEqual([]);

  await query(databaseUrl, `UPDATE storebeacon.log_state SET schema_version = ${VERSION - 1}`);
  await expect(backup(databaseUrl)).rejects.toThrow(`this program backs up version ${VERSION}`);
  const [state] = await query(databaseUrl, 'SELECT schema_version FROM storebeacon.log_state');
  expect(Number(state?.schema_version)).toBe(VERSION - 1);
});
