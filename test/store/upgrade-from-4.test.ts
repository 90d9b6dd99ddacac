import { expect, onTestFinished, test } from 'vitest';
import { openLog } from '../../server/store/open.ts';
import { UPGRADE_FROM_4 } from '../../server/store/sqlite/upgrade/schema.ts';
import type { Consumer, Delivery, Store } from '../../server/store/store.ts';
import { order, waiting } from '../support/entries.ts';
import { event } from '../support/event.ts';
import { createFormerStore, expectKillsToUndo } from '../support/former-store.ts';

/**
 * `version-4.sql`: an order sent (#1001) and one held (#1002, Ann's browser showed its cart), a page's word of #1003, views
 * delivered, dead-lettered, waiting for a retry and new, Bob's event that mentions Ann. Orders and some of the others are
 * longer than what this version stores whole.
 */
const NOW_MS = Date.parse('2026-03-01T00:01:00Z');
const ANN = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const BOB = '3f2504e0-4f89-41d3-9a0c-0305e82c3302';
const DIGEST = 'e'.repeat(64);
const CONSUMERS: Consumer[] = [
  { name: 'tiktok', shop: 'shop', audience: 'destinations', decryptsPii: true },
  { name: 'statistics@shop', shop: 'shop', audience: 'statistics', decryptsPii: false },
];
const note = (word: string) => `${word} `.repeat(850);

const createFormer = () => createFormerStore(4);

async function open(dataDir: string) {
  const clock = { nowMs: NOW_MS };
  const log = await openLog({
    ...{ dataDir, consumers: CONSUMERS, retentionMs: 30 * 86_400_000 },
    shops: waiting(30_000, { ordersFrom: 'platform', hasPlatform: true }),
    clock: () => clock.nowMs,
  });
  onTestFinished(() => log.close());
  return { log, clock };
}

/** Everything due, acknowledged, by its message. */
async function drain(log: Store, name = 'tiktok'): Promise<Record<string, Delivery>> {
  const deliveries = await log.lease(name, 100);
  for (const delivery of deliveries) delivery.ack();
  return Object.fromEntries(deliveries.map((delivery) => [delivery.event.messageId, delivery]));
}

test('events of the version before are delivered as they were stored, short and long', async () => {
  const { log } = await open(createFormer());
  expect(await log.depth('tiktok')).toMatchObject({ waiting: 5, deadLetters: 1 });
  const due = await drain(log);
  expect(Object.keys(due).sort()).toEqual(['cart-seen', 'mentions', 'new', 'placed-1002', 'retried']);
  expect(due.retried).toMatchObject({
    attempt: 2,
    event: {
      ...{ source: 'browser', type: 'track', properties: { note: note('retried') } },
      ...{ assumed: ['advertising', 'analytics', 'marketing'], context: {}, traits: {} },
    },
  });
  expect(due.new?.event).toEqual(
    event({
      ...{ messageId: 'new', type: 'page', name: 'Home', traits: { plan: 'tea' } },
      ...{ timestamp: '2026-03-01T00:00:40.000Z', receivedAt: '2026-03-01T00:00:40.000Z' },
      identity: { anonymousId: ANN },
    }),
  );
  expect(due['placed-1002']?.event).toMatchObject({
    ...{ orderId: '1002', eventId: 'order:1002', properties: { note: note('1002') } },
    context: { tiktok: { ttclid: 'CLICK' } },
  });
  expect(Object.keys(await drain(log, 'statistics@shop'))).toContain('placed-1002');
  const [dead] = await log.deadLetters({ limit: 10 });
  expect(dead).toMatchObject({ reason: 'rejected', answer: 'no', event: { messageId: 'dead' } });
  expect(await log.replayDeadLetters({ ids: [dead?.id ?? 0] })).toBe(1);
  expect(await drain(log)).toMatchObject({ dead: { encryptedPii: 'sealed-of-dead' } });
});

test('later reports of its orders are joined with what it stored', async () => {
  const { log, clock } = await open(createFormer());
  await drain(log);
  const placed = { source: 'platform', messageId: 'placed-1003' } as const;
  await log.accept([order('1003', placed, { witness: 'w1' })]);
  const paid = { event: 'Order Updated', properties: { financial_status: 'paid', note: note('paid') } };
  await log.accept([order('1001', { source: 'platform', messageId: 'paid-1001', ...paid })]);
  clock.nowMs += 60_000;
  const due = await drain(log);
  expect(due['placed-1003']?.event).toMatchObject({
    identity: { anonymousId: BOB },
    consent: { advertising: false, analytics: true },
  });
  expect(due['paid-1001']?.event).toMatchObject({ orderId: '1001', properties: { note: note('paid') } });
  const { orderReports } = await log.exportPerson('shop', { ids: ['ann'] });
  const notes = orderReports.flatMap(({ reports }) => reports.map(({ properties }) => properties.note));
  expect(notes.sort()).toEqual([note('1001'), note('1002'), note('paid')]);
});

test('an erasure reaches what it stored', async () => {
  const dataDir = createFormer();
  const { log } = await open(dataDir);
  const erased = await log.erase('shop', { ids: ['ann', DIGEST], browsers: [ANN] });
  expect(erased).toMatchObject({ isFound: true, orders: ['1001', '1002'], mentions: 1 });
  const due = await drain(log);
  expect(Object.keys(due)).toEqual(['mentions']);
  expect(due.mentions?.event.properties).toEqual({ note: note('mentions') });
});

test('a process that is killed in the middle of the upgrade leaves the directory as it was', () =>
  expectKillsToUndo(4, UPGRADE_FROM_4, open));
