// @module-tag slow
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { zstdCompressSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { openLog } from '../../server/store/open.ts';
import { type Consumer, DataDirUnusable, type Gap, type Store } from '../../server/store/store.ts';
import { cut, flip } from '../support/damage.ts';
import { event } from '../support/event.ts';
import { tempDir } from '../support/temp-dir.ts';

const EVENTS = 30;
const PINNED_AFTER = 10;
const CONSUMERS: Consumer[] = [
  { name: 'tiktok', shop: 'shop', decryptsPii: false, audience: 'destinations' },
];
const RECEIVED_MS = Date.parse('2026-03-01T00:00:00Z');
const receivedAt = (number: number) => new Date(RECEIVED_MS + number * 1000).toISOString();

interface Opened {
  log: Store;
  found: { gaps: Gap[]; highWaterMarksLost: number };
}

async function open(dataDir: string): Promise<Opened> {
  const found: Opened['found'] = { gaps: [], highWaterMarksLost: 0 };
  const log = await openLog({
    dataDir,
    consumers: CONSUMERS,
    retentionMs: 86_400_000,
    clock: () => RECEIVED_MS,
    watch: {
      gapFound: (range) => void found.gaps.push(range),
      highWaterMarkLost: () => void found.highWaterMarksLost++,
    },
  });
  onTestFinished(() => log.close());
  return { log, found };
}

const append = (log: Store, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index).reduce(async (before, number) => {
    await before;
    await log.accept([{ event: event({ messageId: `m-${number}`, receivedAt: receivedAt(number) }) }]);
  }, Promise.resolve());

const leaseAll = async (log: Store) =>
  (await log.lease('tiktok', 1000)).map((delivery) => {
    const { messageId } = delivery.event;
    delivery.ack();
    return messageId;
  });

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `m-${from + index}`);

/**
 * The directory of a log whose process died: 30 events stored, those after the 10th still in the write-ahead log alone,
 * because a reader kept them from being copied into the file.
 */
async function diedDirectory(): Promise<string> {
  const alive = tempDir();
  const { log } = await open(alive);
  await append(log, 1, PINNED_AFTER);
  const reader = new DatabaseSync(join(alive, 'store.db'));
  onTestFinished(() => reader.close());
  // Busy while the log's own checkpoint runs.
  const truncate = reader.prepare('PRAGMA wal_checkpoint(TRUNCATE)');
  while (truncate.get()?.busy !== 0);
  reader.exec('BEGIN; SELECT count(*) FROM events');
  await append(log, PINNED_AFTER + 1, EVENTS);
  return copyOf(alive);
}

function copyOf(directory: string): string {
  const copy = tempDir();
  for (const name of ['store.db', 'store.db-wal', 'store.mark'])
    if (existsSync(join(directory, name))) cpSync(join(directory, name), join(copy, name));
  return copy;
}

test.each([
  { damage: 'truncated', harm: (wal: string) => cut(wal, 0.7), firstLost: [12, 29] },
  { damage: 'bit-flipped near its end', harm: (wal: string) => flip(wal, 0.9), firstLost: [20, 30] },
  { damage: 'deleted', harm: (wal: string) => rmSync(wal), firstLost: [11, 11] },
] as const)('a write-ahead log $damage: the log opens and reports the gap', async ({ harm, firstLost }) => {
  const directory = await diedDirectory();
  harm(join(directory, 'store.db-wal'));
  const { log, found } = await open(directory);

  const from = found.gaps[0]?.from ?? 0;
  expect(found).toEqual({
    highWaterMarksLost: 0,
    gaps: [{ from, to: EVENTS, receivedAfter: receivedAt(from - 1), receivedUntil: receivedAt(EVENTS) }],
  });
  expect(from).toBeGreaterThanOrEqual(firstLost[0]);
  expect(from).toBeLessThanOrEqual(firstLost[1]);
  expect((await log.check()).gaps).toEqual(found.gaps);
  expect(await leaseAll(log)).toEqual(numbers(1, from - 1));

  // The lost events can be sent again, and the log works as before.
  await append(log, from, EVENTS + 5);
  expect(await leaseAll(log)).toEqual(numbers(from, EVENTS + 5));
  await log.close();
  const next = await open(directory);
  expect(next.found).toEqual({ gaps: [], highWaterMarksLost: 0 });
  expect((await next.log.check()).gaps).toEqual(found.gaps);
});

test('everything but the mark is deleted: the gap covers all events', async () => {
  const directory = await diedDirectory();
  rmSync(join(directory, 'store.db'));
  rmSync(join(directory, 'store.db-wal'));
  const { log, found } = await open(directory);
  expect(found.gaps).toEqual([{ from: 1, to: EVENTS, receivedUntil: receivedAt(EVENTS) }]);
  await log.close();
  const next = await open(directory);
  expect(next.found.gaps).toEqual([]);
  expect((await next.log.check()).gaps).toEqual(found.gaps);
});

test('without damage there is no gap', async () => {
  const { log, found } = await open(await diedDirectory());
  expect(found).toEqual({ gaps: [], highWaterMarksLost: 0 });
  expect(await leaseAll(log)).toEqual(numbers(1, EVENTS));
});

test.each([
  { what: 'gone', harm: (mark: string) => rmSync(mark) },
  { what: 'empty', harm: (mark: string) => truncateSync(mark, 0) },
  { what: 'truncated', harm: (mark: string) => truncateSync(mark, 10) },
  { what: 'overwritten', harm: (mark: string) => writeFileSync(mark, Buffer.alloc(8192, 0xa5)) },
])('the mark is $what: the log reports a lost mark, and keeps everything', async ({ harm }) => {
  const directory = await diedDirectory();
  harm(join(directory, 'store.mark'));
  const { log, found } = await open(directory);
  expect(found).toEqual({ gaps: [], highWaterMarksLost: 1 });
  expect(await leaseAll(log)).toEqual(numbers(1, EVENTS));
  await log.close();
  expect((await open(directory)).found).toEqual({ gaps: [], highWaterMarksLost: 0 });
});

test('a store without a table of its version is refused; the start does not wait for ever', async () => {
  const dataDir = tempDir();
  await (await open(dataDir)).log.close();
  const database = new DatabaseSync(join(dataDir, 'store.db'));
  database.exec('DROP TABLE deliveries');
  database.close();
  await expect(open(dataDir)).rejects.toThrow('no such table: deliveries');
});

test('an empty log never reports a lost mark, however often it starts', async () => {
  const directory = tempDir();
  for (let start = 0; start < 3; start++) {
    const { log, found } = await open(directory);
    expect(found).toEqual({ gaps: [], highWaterMarksLost: 0 });
    await log.close();
  }
});

test('one damaged slot of the mark: the other is used, one commit earlier', async () => {
  const directory = await diedDirectory();
  const mark = join(directory, 'store.mark');
  flip(mark, EVENTS % 2 === 0 ? 0 : 4096 / 8192);
  rmSync(join(directory, 'store.db-wal'));
  const { found } = await open(directory);
  expect(found.gaps).toMatchObject([{ from: PINNED_AFTER + 1, to: EVENTS - 1 }]);
});

test('a mark behind the log reports no gap', async () => {
  const directory = await diedDirectory();
  const late = tempDir();
  const { log: young } = await open(late);
  await append(young, 1, 5);
  await young.close();
  cpSync(join(late, 'store.mark'), join(directory, 'store.mark'));
  const { log, found } = await open(directory);
  expect(found).toEqual({ gaps: [], highWaterMarksLost: 0 });
  expect(await leaseAll(log)).toEqual(numbers(1, EVENTS));
});

test.each([
  { damage: 'cut in its middle', harm: (path: string) => cut(path, 0.5) },
  { damage: 'overwritten at its beginning', harm: (path: string) => flip(path, 0) },
])('a database $damage is refused with instructions', async ({ harm }) => {
  const directory = await diedDirectory();
  rmSync(join(directory, 'store.db-wal'));
  harm(join(directory, 'store.db'));
  const refused = open(directory);
  await expect(refused).rejects.toThrow(DataDirUnusable);
  await expect(refused).rejects.toThrow(
    /store\.db is damaged or not a database .*Restore it from a backup, or move/,
  );
});

test('an event that cannot be parsed becomes a dead letter; the others of its lease are delivered', async () => {
  const directory = tempDir();
  const { log } = await open(directory);
  await append(log, 1, 3);
  await log.close();
  const database = new DatabaseSync(join(directory, 'store.db'));
  database.exec('UPDATE events SET body = substr(body, 1, 20) WHERE seq = 2');
  database.close();
  const { log: damaged } = await open(directory);
  expect(await leaseAll(damaged)).toEqual(['m-1', '', 'm-3']);
  expect(await damaged.depth('tiktok')).toMatchObject({ waiting: 0, deadLetters: 1 });
  expect(await damaged.deadLetters({ limit: 10 })).toMatchObject([
    { reason: 'damaged', answer: 'the stored event cannot be parsed', event: { messageId: '' } },
  ]);
});

test.each([
  { what: 'cut', harm: (packed: Uint8Array) => packed.subarray(0, 100) },
  { what: 'changed in one bit', harm: (packed: Uint8Array) => packed.with(200, (packed[200] ?? 0) ^ 1) },
  { what: 'no compressed text', harm: () => Buffer.from('tea') },
  { what: 'so that it unfolds to 100 MB', harm: () => zstdCompressSync(Buffer.alloc(100_000_000, 'a')) },
])('the same of a long event whose packed text is $what', async ({ harm }) => {
  const directory = tempDir();
  const { log } = await open(directory);
  const text = randomBytes(5_000).toString('base64');
  const long = (id: string) => ({ event: event({ messageId: id, properties: { text } }) });
  await log.accept([long('m-1'), long('m-2'), long('m-3')]);
  await log.close();
  const database = new DatabaseSync(join(directory, 'store.db'));
  const row = database.prepare('SELECT packed FROM events WHERE seq = 2').get();
  database.prepare('UPDATE events SET packed = ? WHERE seq = 2').run(harm(row?.packed as Uint8Array));
  database.close();
  const { log: damaged } = await open(directory);
  expect(await leaseAll(damaged)).toEqual(['m-1', '', 'm-3']);
  expect(await damaged.deadLetters({ limit: 10 })).toMatchObject([
    { reason: 'damaged', answer: 'the stored event cannot be parsed', event: { messageId: '' } },
  ]);
  expect(await damaged.erase('shop', { ids: ['nobody'] })).toMatchObject({ isFound: false });
});
