// @module-tag slow
import { closeSync, copyFileSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { keyOf } from '../../../server/store/sqlite/search/keys.ts';
import { event } from '../../support/event.ts';
import { eventually } from '../../support/eventually.ts';
import {
  CONSUMERS,
  caughtUp,
  findAll,
  openSearch,
  type SearchSetUp,
  settleAs,
} from '../../support/search.ts';

const named = (first: number, count: number) =>
  Array.from({ length: count }, (_, n) => ({
    event: event({ messageId: `m-${first + n}`, identity: { userId: `user-${n % 7}` } }),
  }));

async function settleAll(parts: SearchSetUp): Promise<void> {
  for (const { name } of CONSUMERS)
    for (const delivery of await parts.log.lease(name, 1000))
      settleAs(parts, name, delivery, delivery.seq % 3 === 0 ? 'skipped' : 'delivered');
}
/** What is found of one user, with what became of it. */
async function found(parts: SearchSetUp) {
  await caughtUp(parts);
  const events = await findAll(parts.search, { userId: 'user-3' });
  return events.map(({ event: { messageId }, outcomes }) => [
    messageId,
    ...outcomes.map(({ state }) => state),
  ]);
}

const HARMS: Record<string, (path: string) => void> = {
  'is gone': (path) => rmSync(path),
  'is no database': (path) => writeFileSync(path, 'x'.repeat(10_000)),
  'is damaged from its beginning': (path) => writeFileSync(path, Buffer.alloc(100, 1), { flag: 'r+' }),
  'is another database': (path) => {
    rmSync(path);
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE events (a); PRAGMA user_version = 7');
    other.close();
  },
  'is a database of the same version that is none of ours': (path) => {
    const ours = new DatabaseSync(path);
    const { user_version: version } = ours.prepare('PRAGMA user_version').get() ?? {};
    ours.close();
    rmSync(path);
    const other = new DatabaseSync(path);
    other.exec(`CREATE TABLE events (a); PRAGMA user_version = ${version}`);
    other.close();
  },
  'lacks a table': (path) => {
    const ours = new DatabaseSync(path);
    ours.exec('DROP TABLE keys');
    ours.close();
  },
};

test.each(Object.entries(HARMS))('a search.db that %s is built again, with one report', async (_, harm) => {
  const first = await openSearch();
  await first.log.accept(named(0, 60));
  await settleAll(first);
  const before = await found(first);
  await first.close();
  harm(join(first.dataDir, 'search.db'));
  const parts = await openSearch({}, first);
  expect(await found(parts)).toEqual(before);
  expect(before.length).toBeGreaterThan(5);
  expect(parts.reports).toEqual([expect.stringMatching(/^rebuilding: /)]);
});

test('damage that is found while it is read is mended, and the store never sees it', async () => {
  const first = await openSearch();
  await first.log.accept(named(0, 400));
  await settleAll(first);
  const before = await found(first);
  await first.close();
  const path = join(first.dataDir, 'search.db');
  const file = new DatabaseSync(path);
  const { size } = file.prepare('PRAGMA page_size').get() as { size?: number };
  const pages = Number(file.prepare('PRAGMA page_count').get()?.page_count);
  file.close();
  for (let page = 20; page < pages; page++) writeAt(path, page * (size ?? 4096));
  const parts = await openSearch({}, first);
  await parts.log.accept(named(400, 1));
  await eventually(
    async () => JSON.stringify(await found(parts).catch(() => [])),
    (now) => now === JSON.stringify(before),
  );
  expect(parts.reports.filter((report) => report.startsWith('rebuilding'))).toHaveLength(1);
});
function writeAt(path: string, position: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(4096, 7), 0, 4096, position);
  closeSync(file);
}

test('a search.db that is removed while the collector runs is built again with the next event', async () => {
  const parts = await openSearch();
  await parts.log.accept(named(0, 8));
  await caughtUp(parts);
  await parts.index.remove();
  await parts.log.accept(named(8, 1));
  await eventually(
    async () => parts.reports,
    (reports) => reports.length === 2,
  );
  expect(parts.reports).toEqual(['rebuilding: there was none', 'rebuilding: there was none']);
  await caughtUp(parts);
  expect(await findAll(parts.search, {})).toHaveLength(9);
});

test('an index of another store, or of a store that was restored, is built again', async () => {
  const first = await openSearch();
  await first.log.accept(named(0, 10));
  await caughtUp(first);
  await first.close();
  const backup = join(first.dataDir, 'backup.db');
  copyFileSync(join(first.dataDir, 'store.db'), backup);
  const second = await openSearch({}, first);
  await second.log.accept(named(10, 10));
  await caughtUp(second);
  await second.close();
  for (const ending of ['', '-wal', '-shm'])
    rmSync(join(first.dataDir, `store.db${ending}`), { force: true });
  rmSync(join(first.dataDir, 'store.mark'), { force: true });
  copyFileSync(backup, join(first.dataDir, 'store.db'));
  const parts = await openSearch({}, first);
  await caughtUp(parts);
  expect(parts.reports).toEqual(['rebuilding: the store was restored from a backup']);
  expect(await findAll(parts.search, {})).toHaveLength(10);
});

test('a full disk stops the index alone: it is reported once, and catches up', async () => {
  const parts = await openSearch({ searchPages: 60 });
  await parts.log.accept(named(0, 3000));
  await eventually(
    () => parts.reports,
    (reports) => reports.some((report) => report.startsWith('failed')),
  );
  expect((await parts.search.events({ limit: 5 })).events).toHaveLength(5);
  await parts.log.accept(named(3000, 10));
  await settleAll(parts);
  expect(await parts.log.lease('tiktok@shop', 1000)).toHaveLength(1000);
  await parts.close();
  expect(parts.reports.filter((report) => report.startsWith('failed'))).toHaveLength(1);
  const again = await openSearch({}, parts);
  await caughtUp(again);
  expect(await findAll(again.search, { userId: 'user-3' })).toHaveLength(430);
});

test('an index that cannot be changed is built again without a person who is erased', async () => {
  const parts = await openSearch();
  await parts.log.accept([
    { event: event({ messageId: 'theirs', source: 'server', identity: { userId: 'lin-1' } }) },
  ]);
  await caughtUp(parts);
  const release = await parts.index.hold();
  const erasing = parts.log.erase('shop', { ids: ['lin-1'] });
  await expect(erasing).resolves.toMatchObject({ events: 1 });
  await release();
  await caughtUp(parts);
  expect(await parts.index.count('keys', `key = ${keyOf('u', 'shop', 'lin-1')}`)).toBe(0);
});

test('after a close nothing is answered', async () => {
  const parts = await openSearch();
  await parts.search.close();
  await expect(parts.search.events({ limit: 1 })).rejects.toThrow(/closed/);
});
