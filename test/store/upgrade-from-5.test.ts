import { expect, onTestFinished, test } from 'vitest';
import { openLog } from '../../server/store/open.ts';
import { UPGRADE_FROM_5 } from '../../server/store/sqlite/upgrade/schema.ts';
import type { Consumer, Delivery, Store } from '../../server/store/store.ts';
import { order, waiting } from '../support/entries.ts';
import { createFormerStore, expectKillsToUndo } from '../support/former-store.ts';

/**
 * `version-5.sql`: an order sent (#1001) and one held (#1002, Ann's browser showed its cart), a page's word of #1003, views
 * delivered, dead-lettered, waiting for a retry and new, Bob's event that mentions Ann; a request of each of the first three.
 */
const NOW_MS = Date.parse('2026-03-01T00:01:00Z');
const ANN = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const BOB = '3f2504e0-4f89-41d3-9a0c-0305e82c3302';
const CONSUMERS: Consumer[] = [
  { name: 'tiktok', shop: 'shop', audience: 'destinations', decryptsPii: true },
  { name: 'statistics@shop', shop: 'shop', audience: 'statistics', decryptsPii: false },
];
const note = (word: string) => `${word} `.repeat(850);

const createFormer = () => createFormerStore(5);

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

const named = ({ event, skip }: Delivery) => ({ messageId: event.messageId, skip: () => skip('unmapped') });

/** Everything due, acknowledged, by its message. */
async function drain(log: Store, name = 'tiktok'): Promise<Record<string, Delivery>> {
  const deliveries = await log.lease(name, 100);
  for (const delivery of deliveries) delivery.ack();
  return Object.fromEntries(deliveries.map((delivery) => [delivery.event.messageId, delivery]));
}

test('events, orders and evidence of the version before are delivered as they were stored', async () => {
  const { log, clock } = await open(createFormer());
  expect(await log.depth('tiktok')).toMatchObject({ waiting: 5, deadLetters: 1 });
  const placed = { source: 'platform', messageId: 'placed-1003' } as const;
  await log.accept([order('1003', placed, { witness: 'w1' })]);
  clock.nowMs += 60_000;
  const due = await drain(log);
  const expected = ['cart-seen', 'mentions', 'new', 'placed-1002', 'placed-1003', 'retried'];
  expect(Object.keys(due).sort()).toEqual(expected);
  expect(due.retried).toMatchObject({ attempt: 2, event: { properties: { note: note('retried') } } });
  expect(due['placed-1002']?.event).toMatchObject({ orderId: '1002', eventId: 'order:1002' });
  expect(due['placed-1003']?.event.identity).toEqual({ anonymousId: BOB });
  const [dead] = await log.deadLetters({ limit: 10 });
  expect(dead).toMatchObject({ reason: 'rejected', answer: 'no', event: { messageId: 'dead' } });
});

test('its requests stay in the history, and later ones have more columns', async () => {
  const dataDir = createFormer();
  const { log } = await open(dataDir);
  for (const { messageId, skip } of (await log.lease('tiktok', 100)).map(named))
    if (messageId === 'new') skip();
  expect(await log.history({ limit: 10 })).toMatchObject([
    { id: 4, outcome: 'skipped', code: 'unmapped', count: 1, messageIds: ['new'] },
    { id: 3, outcome: 'retry', status: 500, words: 'busy', messageIds: ['retried'] },
    { id: 2, outcome: 'rejected', code: '40002', messageIds: ['dead'] },
    { id: 1, outcome: 'delivered', requestId: 'R-1', words: 'OK', messageIds: ['delivered'] },
  ]);
  await log.erase('shop', { ids: [ANN], browsers: [ANN] });
  const left = (await log.history({ limit: 10 })).map(({ words }) => words);
  expect(left).toEqual([undefined, undefined, undefined, undefined]);
});

test("operators' actions are recorded from now on", async () => {
  const { log } = await open(createFormer());
  await log.addAudit({ action: 'login', who: 'session' });
  expect(await log.audit({ limit: 10 })).toMatchObject([{ id: 1, action: 'login', who: 'session' }]);
});

test('a process that is killed in the middle of the upgrade leaves the directory as it was', () =>
  expectKillsToUndo(5, UPGRADE_FROM_5, open));
