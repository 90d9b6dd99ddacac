// @module-tag slow
import { describe, expect, onTestFinished, test } from 'vitest';
import { createSandbox } from '../../server/sandbox/index.ts';
import { messagePayload, signCustomerIo } from '../../server/sandbox/webhooks.ts';
import { type OrderRows, startOrderRows } from '../support/order-rows.ts';
import { tempDir } from '../support/temp-dir.ts';
import { IN_BROWSER } from '../support/webhook-shop.ts';

/** What an order is credited to in SHOPLINE's statistics, and the time they are reported for. */
const KEY = 'customerio-signing-key-0123456789';
const VISITOR = '5c4f2a7e-8f0b-4b63-9d57-0a2b7d1f6e11';
const OTHER = '5c4f2a7e-8f0b-4b63-9d57-0a2b7d1f6e12';
const DAY_MS = 86_400_000;

const land = async (shop: OrderRows, query: string, anonymousId = VISITOR, atMs = Date.now()) => {
  const context = { page: { url: `https://shop.example/?${query}` } };
  const timestamp = new Date(atMs).toISOString();
  const answer = await shop.post('/v1/page', { anonymousId, context, timestamp }, IN_BROWSER);
  expect(await answer.json()).toMatchObject({ accepted: 1 });
};
const totalsOf = async (shop: OrderRows) => {
  const { shops } = (await (await shop.counted()).json()) as {
    shops: { marketing: { marketingEventId: string; orders: number }[] }[];
  };
  return shops.flatMap(({ marketing }) => marketing.map((one) => [one.marketingEventId, one.orders]));
};

describe('a landing from an email is the landing of the person the email was sent to', () => {
  const IN_MAIL = 'utm_id=MA_X&_cio_id=cio0300';
  const STEPS = {
    land: (shop: OrderRows) => land(shop, IN_MAIL),
    report: async (shop: OrderRows) => {
      const timestamp = Math.floor(Date.now() / 1000);
      const body = messagePayload({
        ...{ eventId: 'report-1', metric: 'clicked', deliveryId: 'delivery-1', campaignId: 99, actionId: 1 },
        ...{ timestamp, identifiers: { id: '7100', cioId: 'cio0300' } },
      });
      const { body: text, headers } = signCustomerIo({ key: KEY, timestamp, body });
      expect((await shop.post('/v1/webhooks/customerio', text, headers)).status).toBe(200);
    },
    order: (shop: OrderRows) =>
      shop.startOrder().send('orders/create', { userId: '7100', financialStatus: 'paid' }),
  };
  test.each<{ steps: (keyof typeof STEPS)[]; orders: number }>([
    { steps: ['land', 'report', 'order'], orders: 1 },
    { steps: ['report', 'land', 'order'], orders: 1 },
    { steps: ['land', 'order', 'report'], orders: 1 },
    { steps: ['land', 'order'], orders: 0 },
  ])('$steps, of a campaign that is not listed: $orders', async ({ steps, orders }) => {
    const shop = await startOrderRows({ CUSTOMERIO_WEBHOOK_SIGNING_KEY: KEY });
    for (const step of steps) await STEPS[step](shop);
    expect(await totalsOf(shop)).toEqual([['MA_X', orders]]);
  });
});

test('the newest landing is erased and the collector started again: the time reported does not go back', async () => {
  const sandbox = await createSandbox();
  onTestFinished(() => sandbox.close());
  const options = { sandbox, dataDir: tempDir() };
  const occurredOn = () => sandbox.reports().marketing.map(({ occurred_on }) => occurred_on);
  const shop = await startOrderRows({}, options);
  await land(shop, 'utm_id=MA_X', OTHER, Date.now() - 3 * DAY_MS);
  await land(shop, 'utm_id=MA_X');
  await shop.counted();
  await shop.admin('POST', '/admin/statistics/sync');
  const [before = 0] = occurredOn();
  expect(before).toBeGreaterThan(Date.now() - DAY_MS);
  expect((await shop.admin('DELETE', `/admin/visitors/${VISITOR}`)).status).toBeLessThan(300);
  await shop.stop();
  const again = await startOrderRows({}, options);
  await land(again, 'utm_id=MA_X', '5c4f2a7e-8f0b-4b63-9d57-0a2b7d1f6e13', Date.now() - 2 * DAY_MS);
  await again.counted();
  await again.admin('POST', '/admin/statistics/sync');
  const after = occurredOn();
  expect(after.length).toBeGreaterThan(1);
  expect(Math.min(...after)).toBeGreaterThanOrEqual(before);
});
