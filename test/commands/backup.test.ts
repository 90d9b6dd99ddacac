// @module-tag slow
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { backUp } from '../../server/commands/run-backup.ts';
import { tiktokDuplicates } from '../../server/sandbox/index.ts';
import { restoreBackup } from '../../server/store/backup/restore.ts';
import { openLog } from '../../server/store/open.ts';
import { openHighWater } from '../../server/store/sqlite/high-water.ts';
import { VERSION } from '../../server/store/sqlite/schema.ts';
import { CHILD_ENV } from '../support/child-env.ts';
import { eventually } from '../support/eventually.ts';
import { NODE, ROOT } from '../support/fleet-process.ts';
import { tempDir } from '../support/temp-dir.ts';
import { startWebhookShop } from '../support/webhook-shop.ts';
import { answersOf, fillLog, goOn, START_MS, wholeLogOptions } from '../support/whole-log.ts';

const RETENTION_MS = 30 * 86_400_000;
const backup = (dataDir: string, folder = join(tempDir(), 'backup')) =>
  backUp({ dataDir, databaseUrl: undefined, retentionMs: RETENTION_MS }, folder, {
    now: () => START_MS,
    say: () => {},
  }).then((manifest) => ({ folder, manifest }));

/** A log with something of every kind, which goes on running. */
async function setUp() {
  const dataDir = tempDir();
  const { clock, options } = wholeLogOptions(dataDir);
  const open = async (of = dataDir) => {
    const alarms: string[] = [];
    const watch = {
      gapFound: ({ from, to }: { from: number; to: number }) => void alarms.push(`${from} to ${to}`),
      highWaterMarkLost: () => void alarms.push('mark lost'),
    };
    const log = await openLog({ ...options, dataDir: of, watch });
    onTestFinished(() => log.close());
    return { log, alarms };
  };
  const { log } = await open();
  await fillLog(log, clock);
  return { dataDir, log, clock, open };
}

function countedOrders(dataDir: string): unknown {
  const analytics = new DatabaseSync(join(dataDir, 'analytics.db'));
  try {
    return analytics.prepare('SELECT count(*) AS count FROM orders').get()?.count;
  } finally {
    analytics.close();
  }
}

describe('backup and restore', () => {
  test('P16: a log that runs comes back as it was, goes on as it would have, and misses nothing', async () => {
    const { dataDir, log, clock, open } = await setUp();
    const expected = await answersOf(log);
    const { folder, manifest } = await backup(dataDir);
    expect(readdirSync(folder).toSorted()).toEqual(['backup.json', 'store.db', 'store.mark']);
    expect(manifest.events.count).toBeGreaterThan(10);
    const target = join(tempDir(), 'data');
    await restoreBackup(folder, target);
    const restored = await open(target);
    expect(restored.alarms).toEqual([]);
    expect(await answersOf(restored.log)).toEqual(expected);
    // A start makes due what was leased.
    await log.close();
    const original = await open();
    const startMs = clock.nowMs;
    const went = await goOn(original.log, clock, 'after');
    clock.nowMs = startMs;
    expect(await goOn(restored.log, clock, 'after')).toEqual(went);
  });

  test('made under load, what came after it can be sent again: each order is counted once, under the same ids', async () => {
    const first = await startWebhookShop();
    const { sandbox } = first;
    const orders: object[] = [];
    const place = async ({ sendWebhook, order }: typeof first, count: number) => {
      orders[count] ??= order(`21050224312121887324${100_000 + count}`, `#D${count}`);
      const body = orders[count];
      expect((await sendWebhook('orders/create', body, `create-${count}`)).status).toBe(200);
    };
    let isOver = false;
    let placed = 0;
    const placing = (async () => {
      while (!isOver) {
        await place(first, placed);
        placed++;
      }
    })();
    await eventually(() => placed > 5, Boolean);
    const before = placed;
    const { folder, manifest } = await backup(first.dataDir);
    expect(manifest.events.count).toBeGreaterThanOrEqual(before);
    await eventually(() => placed > before + 5, Boolean);
    isOver = true;
    await placing;
    await first.settled();
    await first.counted();
    await first.stop();

    const dataDir = join(tempDir(), 'data');
    await restoreBackup(folder, dataDir);
    const second = await startWebhookShop({}, { sandbox, dataDir });
    for (let count = before; count < placed; count++) await place(second, count);
    await second.settled();
    await second.counted();
    await second.stop();
    expect(countedOrders(dataDir)).toBe(placed);
    expect(second.lines.filter((line) => /missing|damaged/.test(line))).toEqual([]);
    const purchases = sandbox.accepted('tiktok') as { event_id: string }[];
    expect(new Set(purchases.map(({ event_id }) => event_id)).size).toBe(placed);
    expect(tiktokDuplicates(sandbox.received('tiktok')).filter(({ differs }) => differs)).toEqual([]);
  });

  test('a loss that the mark shows, and no start has recorded, is reported after the restoration', async () => {
    const { dataDir, log, open } = await setUp();
    await log.close();
    const path = join(dataDir, 'store.mark');
    const mark = openHighWater(path);
    if (typeof mark.found === 'string') throw new Error(mark.found);
    const { seq } = mark.found;
    mark.advance({ seq: seq + 3, atMs: START_MS });
    mark.close();
    const { folder } = await backup(dataDir);
    const target = join(tempDir(), 'data');
    await restoreBackup(folder, target);
    expect((await open(target)).alarms).toEqual([`${seq + 1} to ${seq + 3}`]);
  });

  describe('refuses in words, and leaves nothing behind', () => {
    test('a backup that is cut short, damaged, or of a newer version', async () => {
      const { dataDir } = await setUp();
      const { folder } = await backup(dataDir);
      const target = join(tempDir(), 'data');
      const path = join(folder, 'backup.json');
      const whole = readFileSync(path, 'utf8');
      const restore = () => restoreBackup(folder, target);
      const manifest = JSON.parse(whole);
      for (const [text, words] of [
        [
          { ...manifest, schema: VERSION + 1 },
          'was backed up by version 0.1.0, which is newer than this program',
        ],
        [{ ...manifest, format: 2, files: 'other' }, 'Restore it with that version'],
        [{ ...manifest, files: { '../store.db': manifest.files['store.db'] } }, 'backup.json is damaged'],
        ['{', 'backup.json is damaged'],
      ] as const) {
        writeFileSync(path, typeof text === 'string' ? text : JSON.stringify(text));
        await expect(restore()).rejects.toThrow(words);
      }
      rmSync(path);
      await expect(restore()).rejects.toThrow('holds no whole backup');
      writeFileSync(path, whole);
      const store = readFileSync(join(folder, 'store.db'));
      store[5_000] = (store[5_000] ?? 0) ^ 1;
      writeFileSync(join(folder, 'store.db'), store);
      await expect(restore()).rejects.toThrow(
        'store.db is damaged: it is not what was backed up. Nothing was',
      );
      rmSync(join(folder, 'store.db'));
      await expect(restore()).rejects.toThrow('store.db is missing');
      expect(readdirSync(target)).toEqual([]);
    });

    test('a data directory that holds anything, or where a collector runs', async () => {
      const { dataDir, log } = await setUp();
      const { folder } = await backup(dataDir);
      await expect(restoreBackup(folder, dataDir)).rejects.toThrow(
        'in use by another process. Stop that process',
      );
      await log.close();
      await expect(restoreBackup(folder, dataDir)).rejects.toThrow(
        /is not empty \(.*\)\. Move what is in it away/,
      );
    });

    test('to back up what is no log, is damaged, or into a folder that is not empty', async () => {
      const { dataDir, log } = await setUp();
      const { folder } = await backup(dataDir);
      await expect(backup(dataDir, folder)).rejects.toThrow('name a new folder for each backup');
      await expect(backup(tempDir())).rejects.toThrow('holds no log');
      await log.close();
      const store = new DatabaseSync(join(dataDir, 'store.db'));
      store.exec(`PRAGMA user_version = ${VERSION + 1}`);
      await expect(backup(dataDir)).rejects.toThrow('which is newer than this program');
      store.exec(`PRAGMA user_version = ${VERSION}; PRAGMA wal_checkpoint(TRUNCATE)`);
      store.close();
      const pages = readFileSync(join(dataDir, 'store.db'));
      pages.fill(7, 3 * 4_096, 12 * 4_096);
      writeFileSync(join(dataDir, 'store.db'), pages);
      const other = join(tempDir(), 'backup');
      await expect(backup(dataDir, other)).rejects.toThrow('damaged');
      expect(readdirSync(other)).toEqual([]);
    });
  });

  test('the commands print what they did', async () => {
    const { dataDir } = await setUp();
    const folder = join(tempDir(), 'backup');
    const target = join(tempDir(), 'data');
    const run = (command: string, args: string[], variables: object) =>
      promisify(execFile)(NODE, ['server/commands/storebeacon.ts', command, ...args], {
        cwd: ROOT,
        env: { ...CHILD_ENV, ...variables },
      });
    const made = await run('backup', [folder], { DATA_DIR: dataDir });
    expect(made.stdout).toMatch(/^backup: DATA_DIR .* as it was at .* is in .*: \d+ events\n$/);
    const restored = await run('restore', [folder], { DATA_DIR: target });
    expect(restored.stdout).toMatch(/^restore: DATA_DIR .* is DATA_DIR .*Start the collector\.\n$/);
    expect(existsSync(join(target, 'store.db'))).toBe(true);
  });
});
