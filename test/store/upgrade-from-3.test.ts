import { expect, onTestFinished, test } from 'vitest';
import { type LogOptions, openLog } from '../../server/store/open.ts';
import { UPGRADE_FROM_3 } from '../../server/store/sqlite/upgrade/schema.ts';
import type { Consumer, Delivery, Store } from '../../server/store/store.ts';
import { counted, order, waiting } from '../support/entries.ts';
import { event } from '../support/event.ts';
import { createFormerStore, expectKillsToUndo } from '../support/former-store.ts';

/**
 * `version-3.sql`: an order sent (#1001) and one held (#1002, Ann's browser showed its cart), a page's word of #1003, views
 * delivered, dead-lettered, waiting for a retry and new, redactions read and unread, choices of Ann and Bob.
 */
const NOW_MS = Date.parse('2026-03-01T00:01:00Z');
const DAY_MS = 86_400_000;
const ANN = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const BOB = '3f2504e0-4f89-41d3-9a0c-0305e82c3302';
const CAT = '3f2504e0-4f89-41d3-9a0c-0305e82c3303';
const CART = '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d';
const NONE = { advertising: false, analytics: false, marketing: false };
const consumer = (
  name: string,
  shop: string,
  audience: Consumer['audience'],
  decryptsPii = false,
): Consumer => ({
  ...{ name, shop, audience, decryptsPii },
});
const CONSUMERS = [
  consumer('tiktok', 'shop', 'destinations', true),
  consumer('shopline@shop', 'shop', 'destinations'),
  consumer('statistics@shop', 'shop', 'statistics'),
  consumer('statistics@tea', 'tea', 'statistics'),
];

const createFormer = () => createFormerStore(3);

async function open(dataDir: string, options: Partial<LogOptions> = {}) {
  const clock = { nowMs: NOW_MS };
  const log = await openLog({
    ...{ dataDir, consumers: CONSUMERS, retentionMs: 30 * DAY_MS },
    shops: waiting(30_000, { ordersFrom: 'platform', hasPlatform: true }),
    clock: () => clock.nowMs,
    ...options,
  });
  onTestFinished(() => log.close());
  return { log, clock };
}

/** Everything due, acknowledged. */
async function drain(log: Store, name = 'tiktok'): Promise<Delivery[]> {
  const deliveries = await log.lease(name, 100);
  for (const delivery of deliveries) delivery.ack();
  return deliveries;
}
const ids = (deliveries: readonly Delivery[]) =>
  deliveries.map(({ event: { messageId } }) => messageId).sort();

test('what waits, what is held, retried and dead keeps its place, its attempts and its encrypted values', async () => {
  const { log } = await open(createFormer());
  expect(await log.depth('tiktok')).toMatchObject({ waiting: 5, deadLetters: 1 });
  // After a restart a retry is due at once.
  const due = await drain(log);
  expect(ids(due)).toEqual(['cart-seen', 'linked', 'new', 'placed-1002', 'retried']);
  expect(due.find(({ event }) => event.messageId === 'retried')).toMatchObject({
    ...{ attempt: 2, encryptedPii: 'sealed-of-retried' },
    event: { messageId: 'retried', assumed: ['advertising', 'analytics', 'marketing'] },
  });
  const [dead] = await log.deadLetters({ limit: 10 });
  expect(dead).toMatchObject({ reason: 'rejected', answer: 'no', attempt: 1, event: { messageId: 'dead' } });
  expect(await log.replayDeadLetters({ ids: [dead?.id ?? 0] })).toBe(1);
  expect(await drain(log)).toMatchObject([{ event: { messageId: 'dead' }, encryptedPii: 'sealed-of-dead' }]);
  expect(await log.history({ limit: 10 })).toMatchObject([{ consumer: 'tiktok', status: 400, count: 1 }]);
});

test('what was seen, sent and reserved before is known', async () => {
  const { log, clock } = await open(createFormer());
  await drain(log);
  const view = { event: event({ messageId: 'delivered' }) };
  const placed = order('1001', { source: 'platform', messageId: 'again' });
  expect(counted(await log.accept([view, placed]))).toEqual({ stored: 0, duplicates: 2 });
  const paid = { event: 'Order Updated', properties: { financial_status: 'paid' } };
  await log.accept([order('1001', { source: 'platform', messageId: 'paid-1001', ...paid })]);
  clock.nowMs += 60_000;
  const stages = (await drain(log)).map(({ event }) => event);
  expect(stages).toMatchObject([{ event: 'Order Updated', orderId: '1001', eventId: 'order:1001' }]);
  expect(Object.fromEntries(await log.find('shopline@shop', ['order:1004']))).toEqual({
    'order:1004': { state: 'reserved' },
  });
});

test('an order that is held takes what the browser of its cart showed, under the consent of that browser today', async () => {
  for (const isDenied of [false, true]) {
    const { log, clock } = await open(createFormer());
    if (isDenied) {
      const timestamp = new Date(NOW_MS).toISOString();
      const no = { messageId: 'no', consent: NONE, timestamp, receivedAt: timestamp };
      await log.accept([{ event: event({ ...no, identity: { anonymousId: ANN } }) }]);
    }
    clock.nowMs = NOW_MS + 1;
    const placed = (await drain(log)).find(({ event }) => event.messageId === 'placed-1002')?.event;
    expect(placed?.consent).toMatchObject({ advertising: !isDenied });
    expect(placed?.context.tiktok).toEqual(isDenied ? undefined : { ttclid: 'CLICK' });
    // A later stage asks again.
    const late = new Date(NOW_MS + DAY_MS).toISOString();
    const no = { messageId: 'late no', consent: NONE, timestamp: late, receivedAt: late };
    clock.nowMs = NOW_MS + DAY_MS;
    await log.accept([{ event: event({ ...no, identity: { anonymousId: ANN } }) }]);
    const paid = { event: 'Order Updated', properties: { financial_status: 'paid' } };
    await log.accept([
      order('1002', { source: 'platform', messageId: 'paid-1002', receivedAt: late, ...paid }),
    ]);
    clock.nowMs += 60_000;
    const stage = (await drain(log)).find(({ event }) => event.event === 'Order Updated')?.event;
    expect(stage?.consent).toEqual(NONE);
  }
});

test('a page’s word of an order still waits for the shop system’s, and joins it', async () => {
  const { log, clock } = await open(createFormer());
  expect(await log.openEvidence('shop', NOW_MS, 10)).toMatchObject([{ isKnown: false }]);
  await log.accept([order('1003', { source: 'platform', messageId: 'placed-1003' }, { witness: 'w1' })]);
  clock.nowMs += 60_000;
  const placed = (await drain(log)).find(({ event }) => event.messageId === 'placed-1003')?.event;
  expect(placed).toMatchObject({ identity: { anonymousId: BOB }, consent: { advertising: false } });
});

test('choices become consent records; what nobody chose does not', async () => {
  const { log } = await open(createFormer());
  expect(await log.consentHistory('shop', ANN)).toMatchObject([{ source: 'browser', state: 'ggg' }]);
  expect(await log.consentHistory('shop', BOB)).toMatchObject([{ source: 'browser', state: 'dgg' }]);
  expect(await log.consentHistory('shop', CAT)).toEqual([]);
});

test('redactions that statistics had not carried out wait, due at once; those they had do not', async () => {
  const { log } = await open(createFormer());
  const redactions = await log.redactions({ dueAtMs: NOW_MS });
  expect(redactions.toSorted((a, b) => a.shop.localeCompare(b.shop))).toMatchObject([
    { shop: 'shop', kind: 'customer', status: 'pending', event: { identity: { userId: 'carol' } } },
    { shop: 'tea', kind: 'shop', status: 'pending' },
  ]);
});

test('an erasure reaches what the version before wrote', async () => {
  const { log } = await open(createFormer());
  const erased = await log.erase('shop', { ids: [ANN, 'ann'] });
  expect(erased).toMatchObject({ isFound: true, orders: ['1001', '1002'] });
  expect(await log.consentHistory('shop', ANN)).toEqual([]);
  await log.close();
});

test('views of several tokens stay one view each, and links of earlier rules are gone', async () => {
  const { log } = await open(createFormer());
  const { views, links } = await log.exportPerson('shop', { ids: [ANN, 'ann'] });
  expect(views.flatMap(({ tokens }) => tokens).sort()).toContain(CART);
  expect(links).toEqual([]);
});

test('a process that is killed in the middle of the upgrade leaves the directory as it was', () =>
  expectKillsToUndo(3, UPGRADE_FROM_3, open, 4));
