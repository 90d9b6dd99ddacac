import { expect, test } from 'vitest';
import { watchUnconfirmedOrders } from '../../server/lifecycle/unconfirmed-orders.ts';
import { EVERY_JOB } from '../../server/store/jobs.ts';
import { createFakeClock } from '../support/clock.ts';
import { eventually } from '../support/eventually.ts';
import { firstOrder, openShop, START_MS } from './support.ts';

const HOUR_MS = 3_600_000;
const CONFIRM_MS = 48 * HOUR_MS;

type ReadOrders = (shop: string, sinceMs: number) => Promise<void>;

async function openWatched(readOrders?: ReadOrders) {
  const shop = await openShop();
  await shop.accept(firstOrder);
  const counted: string[] = [];
  const lines: string[] = [];
  return {
    ...shop,
    lines,
    counted,
    page: (order_id: string) =>
      shop.accept({
        event: 'Order Completed',
        properties: { order_id, total: 1 },
        identity: { anonymousId: order_id },
      }),
    /** One run at this time. */
    async check(atMs: number) {
      shop.clock.nowMs = atMs;
      const clock = createFakeClock(atMs);
      const note = (_: object, text: string) => void lines.push(text);
      let isDone = false;
      const watching = watchUnconfirmedOrders({
        log: {
          ...shop.log,
          unconfirmedOrders: async (...asked) => {
            const found = await shop.log.unconfirmedOrders(...asked);
            isDone = true;
            return found;
          },
        },
        shops: [{ id: 'shop', ordersFrom: 'platform', orderConfirmMs: CONFIRM_MS }],
        readOrders,
        clock,
        counters: { count: (_name, labels, by) => void counted.push(`${Object.values(labels)} ${by}`) },
        logger: { info: note, warn: note, error: note },
      });
      await eventually(
        () => isDone,
        (done) => done,
      );
      await watching.stop();
    },
  };
}

test('an order that only a page reported is closed as unconfirmed after ORDER_CONFIRM_HOURS, and counted', async () => {
  const { page, check, counted, leased } = await openWatched();
  await page('forged-1');
  await page('forged-2');
  await check(START_MS + CONFIRM_MS);
  expect(counted).toEqual([]);
  await check(START_MS + CONFIRM_MS + 1);
  expect(counted).toEqual(['shop,unconfirmed-order 2']);
  await check(START_MS + CONFIRM_MS + 2 * HOUR_MS);
  expect(counted).toEqual(['shop,unconfirmed-order 2']);
  expect((await leased()).map(({ properties }) => properties.order_id)).toEqual(['first-order']);
});

test('… as not joined when the shop system knows the order, but nothing proves that the page belongs to it', async () => {
  const { page, accept, check, counted } = await openWatched();
  await page('D1001');
  await accept({
    source: 'platform',
    event: 'Order Completed',
    properties: { order_id: '9', order_number: 'D1001' },
  });
  await check(START_MS + CONFIRM_MS + 1);
  expect(counted).toEqual(['shop,not-joined 1']);
});

test('… only after the shop system was asked once more: an order that every webhook and poll missed is found', async () => {
  const asked: number[] = [];
  const { page, check, accept, counted, leased, clock } = await openWatched(async (_shop, sinceMs) => {
    asked.push(sinceMs);
    const found = {
      source: 'platform',
      event: 'Order Completed',
      properties: { order_id: 'missed' },
    } as const;
    await accept(found);
  });
  await page('missed');
  await page('forged');
  await check(START_MS + CONFIRM_MS + 1);
  expect(asked).toEqual([START_MS - HOUR_MS]);
  expect(counted.sort()).toEqual(['shop,not-joined 1', 'shop,unconfirmed-order 1']);
  clock.nowMs += HOUR_MS;
  expect((await leased()).map(({ properties }) => properties.order_id)).toContain('missed');
});

test('… while the shop system does not answer, a day later', async () => {
  const { page, check, counted, lines } = await openWatched(() => Promise.reject(new Error('no answer')));
  await page('forged');
  await check(START_MS + CONFIRM_MS + 1);
  expect(counted).toEqual([]);
  expect(lines.join()).toContain('could not be looked up');
  await check(START_MS + CONFIRM_MS + 24 * HOUR_MS + 1);
  expect(counted).toEqual(['shop,unconfirmed-order 1']);
});

test('pages that invent an order every hour cause a reading of the shop’s orders every other day', async () => {
  const clock = createFakeClock(START_MS);
  let readings = 0;
  let closedUntilMs = START_MS;
  const watching = watchUnconfirmedOrders({
    log: {
      /** One an hour, each open until it is closed. */
      openEvidence: async (_shop, beforeMs) => {
        if (closedUntilMs >= beforeMs - HOUR_MS) return [];
        closedUntilMs += HOUR_MS;
        return [{ id: 1, receivedAtMs: closedUntilMs, isKnown: false }];
      },
      closeEvidence: async () => 1,
      unconfirmedOrders: async () => ({ evidence: 0, hasOrder: true }),
      ...EVERY_JOB,
    },
    shops: [{ id: 'shop', ordersFrom: 'platform', orderConfirmMs: CONFIRM_MS }],
    readOrders: async () => {
      readings++;
    },
    clock,
    counters: { count: () => {} },
    logger: { info: () => {}, warn: () => {}, error: () => {} },
  });
  await clock.advance(10 * 24 * HOUR_MS);
  await watching.stop();
  expect(readings).toBeLessThanOrEqual(5);
  expect(readings).toBeGreaterThanOrEqual(3);
});

test('pages that report orders while the shop system reports none for 6 hours are an error in the log', async () => {
  const { page, accept, check, clock, lines } = await openWatched();
  clock.nowMs += HOUR_MS;
  for (let nth = 0; nth < 4; nth++) await page(`order-${nth}`);
  await check(START_MS + 6.5 * HOUR_MS);
  expect(lines).toEqual([]);
  await page('order-4');
  await check(START_MS + 6.6 * HOUR_MS);
  expect(lines.join()).toContain('none was confirmed for 6 hours');
  await accept({ source: 'platform', event: 'Order Completed', properties: { order_id: '9' } });
  await check(START_MS + 6.7 * HOUR_MS);
  expect(lines).toHaveLength(1);
});
