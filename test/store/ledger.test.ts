// @module-tag slow
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openLog } from '../../server/store/open.ts';
import type { Consumer, Store } from '../../server/store/store.ts';
import { tempDir } from '../support/temp-dir.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const CONSUMERS: Consumer[] = ['shopline', 'other'].map((name) => ({
  name,
  shop: 'shop',
  decryptsPii: false,
  audience: 'destinations',
}));

async function setUp() {
  const clock = { nowMs: Date.parse('2026-03-01T00:00:00Z') };
  const dataDir = tempDir();
  const open = async () => {
    const log = await openLog({
      dataDir,
      consumers: CONSUMERS,
      retentionMs: DAY_MS,
      clock: () => clock.nowMs,
    });
    onTestFinished(() => log.close());
    return log;
  };
  return { ledger: await open(), clock, dataDir, reopen: open };
}

const confirm = (log: Store, ...confirmed: { key: string; remoteId?: string }[]) =>
  log.settle('shopline', { confirmed, released: [], requests: [] });
const release = (log: Store, ...released: string[]) =>
  log.settle('shopline', { confirmed: [], released, requests: [] });

describe('the ledger', () => {
  test('knows nothing of keys that were never reserved', async () => {
    const { ledger } = await setUp();
    expect(await ledger.find('shopline', ['a'])).toEqual(new Map());
    expect(await ledger.reserve('shopline', [])).toEqual(new Map());
    expect(await ledger.reserve('shopline', ['a', 'a'])).toEqual(new Map());
  });

  test('a reserved key that was not confirmed may have been sent: the next reserve returns it', async () => {
    const { ledger, reopen } = await setUp();
    await ledger.reserve('shopline', ['a']);
    await ledger.close();
    const later = await reopen();
    expect(await later.reserve('shopline', ['a', 'b'])).toEqual(new Map([['a', { state: 'reserved' }]]));
  });

  test('confirmed keys stay confirmed, with the id of the API', async () => {
    const { ledger, reopen } = await setUp();
    await ledger.reserve('shopline', ['a', 'b']);
    confirm(ledger, { key: 'a', remoteId: 'cdp-1' }, { key: 'b' });
    confirm(ledger, { key: 'a' });
    await ledger.close();
    const later = await reopen();
    const known = new Map([
      ['a', { state: 'confirmed', remoteId: 'cdp-1' }],
      ['b', { state: 'confirmed' }],
    ]);
    expect(await later.reserve('shopline', ['a', 'b'])).toEqual(known);
    release(later, 'a', 'b');
    expect(await later.find('shopline', ['a', 'b', 'c'])).toEqual(known);
  });

  test('released keys are deleted', async () => {
    const { ledger } = await setUp();
    await ledger.reserve('shopline', ['a']);
    release(ledger, 'a', 'unknown');
    expect(await ledger.find('shopline', ['a'])).toEqual(new Map());
  });

  test('keys belong to one consumer', async () => {
    const { ledger } = await setUp();
    confirm(ledger, { key: 'a' });
    expect(await ledger.reserve('other', ['a'])).toEqual(new Map());
  });

  test('keys are kept for 400 days', async () => {
    const { ledger, clock } = await setUp();
    confirm(ledger, { key: 'a', remoteId: 'cdp-1' });
    clock.nowMs += 400 * DAY_MS - 1;
    expect((await ledger.find('shopline', ['a'])).size).toBe(1);
    clock.nowMs += 1;
    expect((await ledger.find('shopline', ['a'])).size).toBe(0);
    expect(await ledger.reserve('shopline', ['a'])).toEqual(new Map());
    expect(await ledger.find('shopline', ['a'])).toEqual(new Map([['a', { state: 'reserved' }]]));
  });

  test('a key confirmed long after its reservation is kept from then on, with the id of the API', async () => {
    const { ledger, clock } = await setUp();
    await ledger.reserve('shopline', ['a']);
    clock.nowMs += 2 * DAY_MS;
    confirm(ledger, { key: 'a', remoteId: 'cdp-1' });
    clock.nowMs += 2 * DAY_MS;
    confirm(ledger, { key: 'a' });
    clock.nowMs += 400 * DAY_MS - 1;
    const known = new Map([['a', { state: 'confirmed', remoteId: 'cdp-1' }]]);
    expect(await ledger.find('shopline', ['a'])).toEqual(known);
  });

  test('expired keys are removed as new ones are reserved', async () => {
    const { ledger, clock, dataDir } = await setUp();
    await ledger.reserve('shopline', ['a', 'b', 'c']);
    clock.nowMs += 400 * DAY_MS;
    await ledger.reserve('shopline', ['d']);
    await ledger.reserve('shopline', ['e']);
    const reader = new DatabaseSync(join(dataDir, 'store.db'), { readOnly: true });
    onTestFinished(() => reader.close());
    expect(reader.prepare('SELECT key FROM ledger').all()).toEqual([{ key: 'd' }, { key: 'e' }]);
  });
});
