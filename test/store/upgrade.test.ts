import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type LogOptions, openLog } from '../../server/store/open.ts';
import { openDatabase } from '../../server/store/sqlite/database.ts';
import { SCHEMA, VERSION } from '../../server/store/sqlite/schema.ts';
import { renameStoreFiles } from '../../server/store/sqlite/upgrade/files.ts';
import {
  CONSENT_FUNCTIONS,
  UPGRADE_FROM_3,
  UPGRADE_SCHEMA,
} from '../../server/store/sqlite/upgrade/schema.ts';
import { upgradeStore } from '../../server/store/sqlite/upgrade/store.ts';
import type { Consumer, Delivery, Store } from '../../server/store/store.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { counted, order, waiting } from '../support/entries.ts';
import { event } from '../support/event.ts';
import { createFormerDataDir, type FormerParts } from '../support/former-data-dir.ts';
import { tempDir } from '../support/temp-dir.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW_MS = Date.parse('2026-03-01T00:01:00Z');
const HELD_UNTIL_MS = NOW_MS + 20_000;
const SHOP_ID = '21050000000000000000000001';
const CONSUMERS: Consumer[] = [
  { name: 'tiktok', shop: 'shop', decryptsPii: false, audience: 'destinations' },
  { name: 'statistics@shop', shop: 'shop', decryptsPii: false, audience: 'statistics' },
];
const PLATFORM = waiting(30_000, { ordersFrom: 'platform', hasPlatform: true });

const completed = (orderId: string, parts: FormerParts = {}): FormerParts => ({
  event: 'Order Completed',
  orderKey: `order:${orderId}`,
  ...parts,
  properties: { order_id: orderId, ...parts.properties },
});

/**
 * Product views delivered, waiting and dead-lettered; #1001 sent, its payment not; #1002 held, with the page's click;
 * #900 sent long ago; #6666 claimed by a page alone; one row that statistics alone count.
 */
function build(dataDir: string, options: Parameters<typeof createFormerDataDir>[1] = {}): void {
  const former = createFormerDataDir(dataDir, options);
  former.consumer('tiktok', 7);
  former.consumer('statistics@shop', 7);
  former.store({ messageId: 'delivered' });
  const retried = former.store({ messageId: 'retried' });
  const dead = former.store({ messageId: 'dead' });
  former.store(completed('1001', { messageId: 'placed-1001', source: 'webhook' }));
  const click = { context: { tiktok: { ttclid: 'CLICK' } }, identity: { anonymousId: 'buyer' } };
  const page = completed('1002', { messageId: 'placed-1002', ...click, properties: { total: 1 } });
  const held = former.store(page, HELD_UNTIL_MS);
  const counted = former.store(
    completed('1001', { messageId: 'page-1001', only: 'statistics', orderKey: 'order:1001:browser' }),
  );
  former.store(completed('6666', { messageId: 'forged-6666' }));
  former.store(completed('1001', { messageId: 'late', only: 'statistics', orderKey: 'order:1001:webhook' }));
  former.store({ messageId: 'new' });
  former.store({ messageId: 'webhook-view', source: 'webhook', event: 'Cart Viewed' });
  former.deliver('tiktok', retried, 'retry', NOW_MS + HOUR_MS, 3);
  former.deliver('tiktok', held, 'held', HELD_UNTIL_MS, 1);
  former.deliver('tiktok', counted, 'retry', NOW_MS + HOUR_MS, 2);
  former.deadLetter('tiktok', dead, NOW_MS - HOUR_MS);
  former.seen('order', 'order:900', NOW_MS + 300 * DAY_MS);
  former.seen('order', 'refund:R900', NOW_MS + 300 * DAY_MS);
  former.seen('message', 'long-ago', NOW_MS + DAY_MS);
  const webhook = (orderId: string, total: number) =>
    completed(orderId, { source: 'webhook', properties: { total, currency: 'TWD' } });
  former.order('1001', ['1001', SHOP_ID, ' 1001'], { webhook: webhook('1001', 46) });
  former.order('1002', ['1002', ' 1002'], { browser: page, webhook: webhook('1002', 99) });
  former.order('900', ['900', 'checkout:c900', ' 900'], { webhook: webhook('900', 10) });
  former.order('6666', ['6666'], { browser: completed('6666') });
  former.reserve('shopline@shop', 'order:1001', 'settled', 'cdp-1');
  former.reserve('shopline@shop', 'order:1003', 'noted', null);
  former.close();
}

async function open(dataDir: string, options: Partial<LogOptions> = {}) {
  const clock = { nowMs: NOW_MS };
  const log = await openLog({
    ...{ dataDir, consumers: CONSUMERS, shops: PLATFORM, retentionMs: 30 * DAY_MS },
    clock: () => clock.nowMs,
    ...options,
  });
  onTestFinished(() => log.close());
  return { log, clock };
}

/** Everything due, acknowledged. */
async function drain(log: Store, consumer = 'tiktok'): Promise<ProtectedEvent[]> {
  const deliveries: Delivery[] = await log.lease(consumer, 100);
  for (const delivery of deliveries) delivery.ack();
  return deliveries.map((delivery) => delivery.event);
}
const ids = (events: readonly ProtectedEvent[]) => events.map(({ messageId }) => messageId);

const fromPlatform = (messageId: string, parts: Partial<ProtectedEvent>, orderId: string) =>
  order(orderId, {
    ...{ messageId, source: 'platform', receivedAt: new Date(NOW_MS).toISOString() },
    ...parts,
  });

describe('a data directory of the version before voices', () => {
  test('keeps what waits, what is held and what is a dead letter', async () => {
    const dataDir = tempDir();
    build(dataDir);
    const steps: string[] = [];
    const { log, clock } = await open(dataDir, { watch: { upgrading: (step) => void steps.push(step) } });
    expect([...new Set(steps)]).toEqual(['orders', 'events', 'ledger']);
    expect(readdirSync(dataDir).filter((name) => /^(events|state)\./.test(name))).toEqual([]);
    expect(await log.depth('tiktok')).toMatchObject({ waiting: 4, deadLetters: 1 });
    const due = await drain(log);
    expect(ids(due).sort()).toEqual(['new', 'retried', 'webhook-view']);
    expect(due.map(({ source }) => source).sort()).toEqual(['browser', 'browser', 'platform']);
    expect(await log.deadLetters({ limit: 10 })).toMatchObject([
      { reason: 'rejected', answer: 'no', attempt: 2, event: { messageId: 'dead', source: 'browser' } },
    ]);
    expect(await log.nextDueMs('tiktok')).toBe(HELD_UNTIL_MS);
    clock.nowMs = HELD_UNTIL_MS;
    const [held, ...others] = await drain(log);
    expect(others).toEqual([]);
    expect(held).toMatchObject({
      ...{ messageId: 'placed-1002', orderId: '1002', eventId: 'order:1002' },
      properties: { order_id: '1002', total: 99 },
      context: { tiktok: { ttclid: 'CLICK' } },
      identity: { anonymousId: 'buyer' },
    });
    const reports = await drain(log, 'statistics@shop');
    expect(ids(reports).sort()).toEqual(['late', 'new', 'webhook-view']);
    expect(reports.find(({ messageId }) => messageId === 'late')?.orderId).toBe('1001');
  });

  test.each(['today', 'before'] as const)(
    'an order sent before is sent once, whoever repeats it, and its later stages keep its ids (%s)',
    async (tables) => {
      const dataDir = tempDir();
      build(dataDir, { tables });
      const { log, clock } = await open(dataDir);
      await drain(log);
      await log.accept([
        fromPlatform('w1', { properties: { order_number: '1001' } }, SHOP_ID),
        fromPlatform('w2', { properties: { checkout_id: 'c900' } }, '900'),
        order('1001', { messageId: 'p1' }),
        order('900', { messageId: 'p2' }),
        fromPlatform('w3', {}, '1001'),
      ]);
      clock.nowMs += DAY_MS;
      expect(ids(await drain(log))).toEqual(['placed-1002']);
      const paid = { event: 'Order Updated', properties: { financial_status: 'paid' } };
      await log.accept([fromPlatform('paid', paid, SHOP_ID)]);
      clock.nowMs += DAY_MS;
      const stages = await drain(log);
      expect(stages).toMatchObject([
        { event: 'Order Updated', orderId: '1001', eventId: 'order:1001', properties: { order_id: '1001' } },
      ]);
      const refund = { event: 'Order Refunded', properties: { refund_id: 'R900' } };
      await log.accept([fromPlatform('refund', refund, '900')]);
      clock.nowMs += DAY_MS;
      expect(await drain(log)).toEqual([]);
    },
  );

  test('an order that only a page claimed is sent when the shop system reports it, unless pages are believed', async () => {
    for (const ordersFrom of ['platform', 'browser'] as const) {
      const dataDir = tempDir();
      build(dataDir);
      const shops = waiting(1_000, { ordersFrom, hasPlatform: true });
      const { log, clock } = await open(dataDir, { shops });
      await drain(log);
      await log.accept([fromPlatform('genuine', {}, '6666')]);
      clock.nowMs += DAY_MS;
      const sent = ids(await drain(log)).filter((id) => id !== 'placed-1002');
      expect(sent).toEqual(ordersFrom === 'platform' ? ['genuine'] : []);
    }
  });

  test('message ids seen before count for every voice, until their window ends', async () => {
    const dataDir = tempDir();
    build(dataDir);
    const { log, clock } = await open(dataDir);
    const again = (source: ProtectedEvent['source']) => [
      { event: event({ messageId: 'long-ago', source }) },
      { event: event({ messageId: 'delivered', source }) },
    ];
    expect(counted(await log.accept(again('browser')))).toEqual({ stored: 0, duplicates: 2 });
    expect(counted(await log.accept(again('server')))).toEqual({ stored: 0, duplicates: 2 });
    clock.nowMs += 2 * DAY_MS;
    expect(counted(await log.accept(again('server')))).toEqual({ stored: 1, duplicates: 1 });
  });

  test('the ledger keeps its keys', async () => {
    const dataDir = tempDir();
    build(dataDir);
    const { log } = await open(dataDir);
    const found = await log.find('shopline@shop', ['order:1001', 'order:1003']);
    expect(Object.fromEntries(found)).toEqual({
      'order:1001': { state: 'confirmed', remoteId: 'cdp-1' },
      'order:1003': { state: 'reserved' },
    });
  });

  test('an upgrade that is interrupted anywhere continues at the next start', async () => {
    const whole = tempDir();
    build(whole);
    await (await open(whole)).log.close();
    for (let interruptAt = 1; ; interruptAt++) {
      const dataDir = tempDir();
      build(dataDir);
      const wasInterrupted = interrupt(dataDir, interruptAt);
      await (await open(dataDir)).log.close();
      expect(rows(dataDir)).toEqual(rows(whole));
      if (!wasInterrupted) break;
      expect(interruptAt).toBeLessThan(20);
    }
  });

  test('is refused while the earlier version runs on it', async () => {
    const dataDir = tempDir();
    build(dataDir);
    const lock = new DatabaseSync(join(dataDir, 'events.lock'));
    onTestFinished(() => lock.close());
    lock.exec('BEGIN EXCLUSIVE');
    await expect(open(dataDir)).rejects.toThrow(/in use by another process/);
    expect(existsSync(join(dataDir, 'events.db'))).toBe(true);
  });

  test('what was in its write-ahead log alone is kept', async () => {
    const alive = tempDir();
    const former = createFormerDataDir(alive);
    former.consumer('tiktok', 0);
    former.store({ messageId: 'in the log' });
    const dataDir = tempDir();
    cpSync(alive, dataDir, { recursive: true });
    former.close();
    const { log } = await open(dataDir);
    expect(ids(await drain(log))).toEqual(['in the log']);
  });
});

const VISITOR = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const silent = (anonymousId: string) => ({
  event: event({ assumed: ['advertising', 'analytics', 'marketing'], identity: { anonymousId } }),
});

describe('what visitors chose', () => {
  test('in events of the version before voices becomes their consent record, assumed answers do not', async () => {
    const dataDir = tempDir();
    const former = createFormerDataDir(dataDir);
    former.consumer('tiktok', 2);
    const consent = { advertising: false, analytics: true, marketing: true };
    const other = '3f2504e0-4f89-41d3-9a0c-0305e82c3302';
    former.store({ messageId: 'said', identity: { anonymousId: VISITOR }, consent });
    const assumed = { isAssumed: true } as FormerParts;
    former.store({ messageId: 'assumed', identity: { anonymousId: other }, consent, ...assumed });
    former.close();
    const { log } = await open(dataDir);
    expect(await log.consentHistory('shop', VISITOR)).toMatchObject([{ source: 'browser', state: 'dgg' }]);
    expect(await log.consentHistory('shop', other)).toEqual([]);
    await log.accept([silent(VISITOR), silent(other)]);
    const delivered = await drain(log);
    expect(delivered.slice(-2).map(({ consent: { advertising } }) => advertising)).toEqual([false, true]);
  });

  test('as the version before this one kept it becomes their consent record', async () => {
    const dataDir = tempDir();
    await (await open(dataDir)).log.close();
    const database = new DatabaseSync(join(dataDir, 'store.db'));
    database.exec(`
      DROP TABLE consents; DROP TABLE order_subjects; ALTER TABLE orders DROP COLUMN subjects;
      ALTER TABLE events DROP COLUMN visitor; ALTER TABLE events DROP COLUMN person;
      CREATE TABLE choices (shop TEXT NOT NULL, visitor TEXT NOT NULL, received_at INTEGER NOT NULL, consent TEXT NOT NULL,
        PRIMARY KEY (shop, visitor)) STRICT, WITHOUT ROWID;
      INSERT INTO choices VALUES ('shop', '${VISITOR}', ${NOW_MS}, '{"advertising":false,"analytics":true,"marketing":true}')`);
    const at = UPGRADE_FROM_3.indexOf('CREATE TABLE consents');
    const functions = Object.entries(CONSENT_FUNCTIONS) as [string, (...values: unknown[]) => string][];
    for (const [name, compute] of functions) database.function(name, compute);
    database.exec(UPGRADE_FROM_3.slice(UPGRADE_FROM_3.lastIndexOf('--', at)));
    database.close();
    const { log } = await open(dataDir);
    expect(await log.consentHistory('shop', VISITOR)).toEqual([
      { receivedAtMs: NOW_MS, atMs: NOW_MS, source: 'browser', state: 'dgg' },
    ]);
    await log.accept([silent(VISITOR)]);
    expect((await drain(log)).map(({ consent: { advertising } }) => advertising)).toEqual([false]);
  });
});

/** Upgrades until the n-th chunk is done, and stops there as a killed process would. */
function interrupt(dataDir: string, chunk: number): boolean {
  renameStoreFiles(dataDir);
  const database = openDatabase({
    ...{ dataDir, name: 'store', schema: SCHEMA, version: VERSION },
    upgrade: { 2: UPGRADE_SCHEMA },
  });
  let done = 0;
  const onProgress = () => {
    if (++done === chunk) throw new Error('killed');
  };
  try {
    upgradeStore({ database, dataDir, shops: PLATFORM, nowMs: NOW_MS, onProgress });
    return false;
  } catch {
    return true;
  } finally {
    database.close();
  }
}

/** Every row that the upgrade writes. */
function rows(dataDir: string) {
  const database = new DatabaseSync(join(dataDir, 'store.db'), { readOnly: true });
  const tables = ['events', 'deliveries', 'orders', 'order_names', 'order_reports', 'order_stages'];
  const all = [...tables, 'ledger', 'shop_voices', 'consumers', 'seen'].map((table) => {
    const found = database.prepare(`SELECT * FROM ${table}`).all();
    return [
      table,
      found.map((row) => ({
        ...row,
        ...(table === 'order_reports' && { body: '' }),
        ...(table === 'events' && { body: '' }),
      })),
    ];
  });
  database.close();
  return Object.fromEntries(all);
}
