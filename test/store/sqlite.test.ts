// @module-tag slow
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type LogOptions, openLog } from '../../server/store/open.ts';
import { DUE_SQL, ENQUEUE_SQL, NEW_SQL, TRUSTED_SQL } from '../../server/store/sqlite/lease.ts';
import { REACH_SQL } from '../../server/store/sqlite/requeue.ts';
import { SCHEMA } from '../../server/store/sqlite/schema.ts';
import { type Consumer, DataDirUnusable, LogUnavailable, type Store } from '../../server/store/store.ts';
import { counted } from '../support/entries.ts';
import { event } from '../support/event.ts';
import { eventually } from '../support/eventually.ts';
import { tempDir } from '../support/temp-dir.ts';
import { describeEventLog } from './suite.ts';

describeEventLog('SQLite log', openLog);

const CONSUMERS: Consumer[] = [
  { name: 'tiktok', shop: 'shop', decryptsPii: false, audience: 'destinations' },
  { name: 'tiktok-other', shop: 'other', decryptsPii: false, audience: 'destinations' },
];

async function open(dataDir: string, options: Partial<LogOptions> = {}): Promise<Store> {
  const log = await openLog({ dataDir, consumers: CONSUMERS, retentionMs: 86_400_000, ...options });
  onTestFinished(() => log.close());
  return log;
}

/** Another process that appends until it is killed. `stored` collects the messageIds whose append resolved. */
function startWriter(dataDir: string, prefix: string) {
  const script = new URL('../support/log-writer.ts', import.meta.url).pathname;
  const writer = spawn(process.execPath, [script, dataDir, prefix], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void writer.kill('SIGKILL'));
  const stored: string[] = [];
  const lines = createInterface({ input: writer.stdout }).on('line', (line) => stored.push(line));
  /** Resolves when so many are stored. */
  const reached = async (count: number) => {
    while (stored.length < count) await once(lines, 'line');
  };
  return { process: writer, stored, reached };
}

async function kill(writer: ChildProcess): Promise<void> {
  const closed = once(writer, 'close');
  writer.kill('SIGKILL');
  await closed;
}

describe('SQLite log: one process per data directory', () => {
  test('a second process is refused while the first lives, and accepted as soon as it is killed', async () => {
    const dataDir = tempDir();
    const writer = startWriter(dataDir, 'first');
    await writer.reached(1);
    await expect(open(dataDir)).rejects.toThrow(DataDirUnusable);
    await expect(open(dataDir)).rejects.toThrow(/in use by another process/);
    await kill(writer.process);
    await (await open(dataDir)).check();
  });

  test('a second log in the same process is refused too, and does not disturb the first', async () => {
    const dataDir = tempDir();
    const log = await open(dataDir);
    await expect(open(dataDir)).rejects.toThrow(/in use/);
    await expect(open(dataDir)).rejects.toThrow(/in use/);
    await log.accept([{ event: event() }]);
    await log.close();
    expect((await (await open(dataDir)).depth('tiktok')).waiting).toBe(1);
  });

  test('an operator can read the file meanwhile', async () => {
    const dataDir = tempDir();
    const log = await open(dataDir);
    await log.accept([{ event: event() }]);
    const reader = new DatabaseSync(join(dataDir, 'store.db'), { readOnly: true });
    onTestFinished(() => reader.close());
    expect(reader.prepare('SELECT count(*) AS events FROM events').get()).toEqual({ events: 1 });
  });

  test('directory and file are readable by their owner alone', async () => {
    const dataDir = join(tempDir(), 'made', 'by', 'the log');
    await open(dataDir);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(statSync(join(dataDir, 'store.db')).mode & 0o777).toBe(0o600);
  });
});

describe('SQLite log: an unusable data directory is refused at start with an explanation', () => {
  const newerFile = (path: string) => {
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
  };

  test.each([
    {
      case: 'a file in its place',
      spoil: (dir: string) => writeFileSync(dir, ''),
      words: /is not a directory/,
    },
    {
      case: 'something that is not a database',
      spoil: (dir: string) => writeFileSync(join(makeDir(dir), 'store.db'), 'no database '.repeat(1000)),
      words: /damaged or not a database/,
    },
    {
      case: 'a directory where the file belongs',
      spoil: (dir: string) => makeDir(join(dir, 'store.db')),
      words: /cannot be opened for writing/,
    },
    {
      case: 'a directory where the lock belongs',
      spoil: (dir: string) => makeDir(join(dir, 'store.lock')),
      words: /cannot be locked/,
    },
    {
      case: 'a file of a later version',
      spoil: (dir: string) => newerFile(join(makeDir(dir), 'store.db')),
      words: /schema version 99/,
    },
  ])('$case; mended, it opens', async ({ spoil, words }) => {
    const dataDir = join(tempDir(), 'data');
    spoil(dataDir);
    const refusal = open(dataDir);
    await expect(refusal).rejects.toThrow(DataDirUnusable);
    await expect(refusal).rejects.toThrow(words);
    await expect(refusal).rejects.toThrow(dataDir);
    rmSync(dataDir, { recursive: true });
    await (await open(dataDir)).check();
  });

  test('a read-only one, even for root', async () => {
    await expect(open('/sys/storebeacon')).rejects.toThrow(/DATA_DIR \/sys\/storebeacon cannot be written/);
  });
});

function makeDir(path: string): string {
  mkdirSync(path, { recursive: true });
  return path;
}

describe('SQLite log: durability', () => {
  test('killed three times while writing: every event that was accepted is there', async () => {
    const dataDir = tempDir();
    const accepted: string[] = [];
    for (const run of ['first', 'second', 'third']) {
      const writer = startWriter(dataDir, run);
      await writer.reached(201);
      await kill(writer.process);
      accepted.push(...writer.stored);
    }
    const deliveries = await (await open(dataDir)).lease('tiktok', accepted.length * 2);
    const there = new Set(deliveries.map((delivery) => delivery.event.messageId));
    expect(accepted.length).toBeGreaterThan(600);
    expect(accepted.filter((messageId) => !there.has(messageId))).toEqual([]);
    expect(there.size).toBe(deliveries.length);
  });

  test('appends of one turn share an fsync; a single append has its own', async () => {
    const dataDir = tempDir();
    const log = await open(dataDir);
    keepWal(dataDir);
    const atStart = commits(dataDir);
    for (let index = 0; index < 5; index++) await log.accept([{ event: event() }]);
    expect(commits(dataDir) - atStart).toBe(5);
    await Promise.all(Array.from({ length: 200 }, () => log.accept([{ event: event() }])));
    const together = commits(dataDir) - atStart - 5;
    expect(together).toBeGreaterThan(0);
    expect(together).toBeLessThan(20);
  });

  test('erased values are in no file of the directory', async () => {
    const dataDir = tempDir();
    const log = await open(dataDir);
    const visitor = (anonymousId: string, title: string) => ({
      event: event({ identity: { anonymousId }, properties: { title } }),
    });
    await log.accept([visitor('someone', 'marker-to-erase'), visitor('else', 'marker-to-keep')]);
    expect(filesWith(dataDir, 'marker-to-erase')).not.toBe('');
    await log.erase('shop', { ids: ['someone'] });
    expect(filesWith(dataDir, 'marker-to-erase')).toBe('');
    expect(filesWith(dataDir, 'marker-to-keep')).not.toBe('');
  });
});

test('SQLite log: the file shrinks: keys leave it after their window, free pages after a burst', async () => {
  const dataDir = tempDir();
  const clock = { nowMs: Date.parse('2026-03-01T00:00:00Z') };
  const log = await open(dataDir, { clock: () => clock.nowMs, retentionMs: 1000, orderKeyMs: 5000 });
  const flood = Array.from({ length: 600 }, () => ({
    event: event({ properties: { text: incompressible(5000) } }),
  }));
  await log.accept([...flood, { event: event({ orderKey: 'order:1' }) }]);
  for (const delivery of await log.lease('tiktok', 1000)) delivery.ack();
  const reader = new DatabaseSync(join(dataDir, 'store.db'), { readOnly: true });
  onTestFinished(() => reader.close());
  const pages = () => Number(reader.prepare('PRAGMA page_count').get()?.page_count);
  const keys = () => countKeys(reader);
  const flooded = pages();
  expect(keys()).toBe(602);
  clock.nowMs += 1001;
  await log.retain();
  expect(keys()).toBe(1);
  expect(pages()).toBeLessThan(flooded / 2);
});

/** Dedup keys: merged into their table, or still in the rows of their events. */
const countKeys = (reader: DatabaseSync) =>
  reader
    .prepare(
      `SELECT (SELECT count(*) FROM seen) + (SELECT count(message_key) + count(order_key) FROM events
         WHERE seq > (SELECT merged_seq FROM seen_merged)) AS keys`,
    )
    .get()?.keys;

describe('SQLite log: dedup keys', () => {
  const now = new Date().toISOString();
  const merged = (dataDir: string) => {
    const reader = new DatabaseSync(join(dataDir, 'store.db'), { readOnly: true });
    const { seq } = reader.prepare('SELECT merged_seq AS seq FROM seen_merged').get() as { seq: number };
    reader.close();
    return seq;
  };
  const numbered = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      event: event({ messageId: `m-${from + index}`, receivedAt: now }),
    }));

  test('are known before, during and after a merge, and after a restart at any of these moments', async () => {
    const dataDir = tempDir();
    const log = await open(dataDir);
    const areKnown = async (of: Store, from: number) =>
      expect(counted(await of.accept(numbered(from, 50)))).toEqual({ stored: 0, duplicates: 50 });
    for (let from = 0; from < 40_000; from += 2_000) {
      expect(counted(await log.accept(numbered(from, 2_000))).stored).toBe(2_000);
      await areKnown(log, from / 2);
    }
    // The idle thread merges them; a call would end its idle time.
    await eventually(
      () => merged(dataDir),
      (seq) => seq > 0,
    );
    for (const from of [0, 17_000, 39_950]) await areKnown(log, from);
    expect(counted(await log.accept(numbered(40_000, 100))).stored).toBe(100);
    await log.close();
    const later = await open(dataDir);
    for (const from of [0, 17_000, 39_950, 40_050]) await areKnown(later, from);
  });

  test('stay known when the event was erased, after a restart too', async () => {
    const dataDir = tempDir();
    const log = await open(dataDir);
    const order = {
      event: event({ receivedAt: now, messageId: 'm', orderKey: 'order:1', identity: { anonymousId: 'a' } }),
    };
    await log.accept([order]);
    expect((await log.erase('shop', { ids: ['a'] })).events).toBe(1);
    await log.close();
    const later = await open(dataDir);
    expect(counted(await later.accept([order])).duplicates).toBe(1);
    const sameOrder = { event: event({ messageId: 'other', orderKey: 'order:1' }) };
    expect(counted(await later.accept([sameOrder])).duplicates).toBe(1);
  });

  test('an event that cannot be parsed does not prevent an erasure', async () => {
    const dataDir = tempDir();
    const log = await open(dataDir);
    const of = (anonymousId: string) => ({ event: event({ receivedAt: now, identity: { anonymousId } }) });
    await log.accept([of('damaged'), of('a'), of('b')]);
    const tool = new DatabaseSync(join(dataDir, 'store.db'), { timeout: 1000 });
    tool.exec(`UPDATE events SET body = '{' WHERE seq = 1`);
    tool.close();
    expect((await log.erase('shop', { ids: ['a'] })).events).toBe(1);
  });

  test('of a failed append are dropped', async () => {
    const dataDir = tempDir();
    const log = await open(dataDir, { maxPages: 63 });
    const big = (messageId: string) => ({
      event: event({ messageId, properties: { pad: incompressible(400_000) } }),
    });
    await expect(log.accept([big('too large')])).rejects.toThrow('full');
    const small = { event: event({ messageId: 'too large' }) };
    expect(counted(await log.accept([small]))).toEqual({ stored: 1, duplicates: 0 });
  });
});

/** An open reader keeps the write-ahead log from restarting. */
function keepWal(dataDir: string): void {
  const reader = new DatabaseSync(join(dataDir, 'store.db'), { readOnly: true });
  reader.exec('BEGIN; SELECT count(*) FROM events');
  onTestFinished(() => reader.close());
}

/** How many transactions the write-ahead log holds: frames that name a database size end one. */
function commits(dataDir: string): number {
  const wal = readFileSync(join(dataDir, 'store.db-wal'));
  const frameBytes = 24 + wal.readUInt32BE(8);
  let count = 0;
  for (let at = 32; at + frameBytes <= wal.length; at += frameBytes) {
    if (wal.readUInt32BE(at + 4) > 0) count++;
  }
  return count;
}

/** Of this many characters; it takes three quarters of that at least. */
const incompressible = (length: number) => randomBytes(length).toString('base64').slice(0, length);

/** By another process: opening and closing the file in this process would release SQLite's locks. */
function filesWith(dataDir: string, text: string): string {
  return spawnSync('grep', ['-rlF', text, dataDir], { encoding: 'utf8' }).stdout;
}

describe('SQLite log: disk full', () => {
  const big = (shop: string) => ({ event: event({ shop, properties: { text: incompressible(20_000) } }) });

  test('rejects what it cannot store, loses nothing stored, and works again once there is space', async () => {
    const log = await open(tempDir(), { maxPages: 150 });
    await log.accept(Array.from({ length: 10 }, () => ({ event: event() })));
    const leased = await log.lease('tiktok', 10);
    let stored = 0;
    const fill = async () => {
      for (;;) stored += counted(await log.accept([big('other')])).stored;
    };
    await expect(fill()).rejects.toThrow(LogUnavailable);
    expect(stored).toBeGreaterThan(10);

    const together = await Promise.allSettled([1, 2, 3].map(() => log.accept([big('shop')])));
    expect(together.map((result) => result.status === 'rejected' && result.reason)).toEqual(
      [1, 2, 3].map(() => expect.any(LogUnavailable)),
    );
    for (const delivery of leased) delivery.deadLetter('rejected', 'y'.repeat(2000));
    expect(await log.depth('tiktok')).toMatchObject({ waiting: 10, deadLetters: 0 });
    expect(await log.depth('tiktok-other')).toMatchObject({ waiting: stored });

    await log.purge('other');
    expect(counted(await log.accept([big('shop')]))).toEqual({ stored: 1, duplicates: 0 });
    expect(await log.depth('tiktok')).toMatchObject({ waiting: 1, deadLetters: 10 });
  });
});

describe('SQLite log: leasing costs the same at any backlog', () => {
  test.each([
    {
      statement: 'due again',
      sql: DUE_SQL,
      by: 'deliveries_by_due (consumer=? AND voice=? AND due_at=? AND seq<?)',
    },
    { statement: 'new events', sql: NEW_SQL, by: 'events_by_shop (shop=? AND rowid>?)' },
    {
      statement: 'new events of trusted voices',
      sql: TRUSTED_SQL,
      by: 'events_trusted (shop=? AND seq>?)',
    },
    {
      statement: 'becoming due',
      sql: ENQUEUE_SQL,
      by: 'deliveries_by_due (consumer=? AND voice=? AND due_at>? AND due_at<?)',
    },
    {
      statement: 'what a requeue reaches',
      sql: REACH_SQL,
      by: 'PRIMARY KEY (consumer=? AND seq>? AND seq<?)',
    },
  ])('$statement: reads what it finds and no more, without a sort', ({ sql, by }) => {
    const database = new DatabaseSync(':memory:');
    database.exec(SCHEMA);
    const parameters = [...new Set(sql.match(/\?\d/g))].map(() => 1);
    const plan = database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...parameters)
      .map(({ detail }) => String(detail));
    expect(plan.filter((step) => step.startsWith('SEARCH') && step.endsWith(by))).toHaveLength(1);
    expect(plan.filter((step) => step.startsWith('SCAN') || step.includes('TEMP B-TREE'))).toEqual([]);
  });
});
