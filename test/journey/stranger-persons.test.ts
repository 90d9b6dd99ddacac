// @module-tag slow
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { basic } from '../support/collector.ts';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

/** What a page can say of a customer at Customer.io, which has the email of everybody here. */
const SERVER_KEY = 'server-key-of-the-backend-0123';
const PII_KEY = Buffer.alloc(32, 'pii-key').toString('base64');
const shop = await startWebhookShop({ CUSTOMERIO_PII: 'raw', PII_KEY, SERVER_KEY }, { whenOver: afterAll });
const place = (nth: number, email: string) =>
  shop.place(`210502243121218873246${nth}`, `#D${nth}`, { userId: `customer-${nth}`, email });
await place(7000, 'ann@example.com');
await place(7001, 'bob@example.com');
await shop.settled();

type Item = { type: string; messageId: string; userId?: string; traits?: object };
const atCustomerIo = async (type: string) => {
  await shop.settled();
  const sent = shop.sandbox.accepted('customerio') as Item[];
  shop.sandbox.clear();
  return sent.filter((item) => item.type === type);
};
const BY_BACKEND = { authorization: basic(SERVER_KEY) };
const identify = (userId: string, traits: object, headers: Record<string, string> = IN_BROWSER) =>
  shop.post('/v1/identify', { userId, anonymousId: randomUUID(), traits }, headers);
const alias = (userId: string, previousId: string, headers: Record<string, string> = IN_BROWSER) =>
  shop.post('/v1/alias', { userId, previousId }, headers);

describe('the email of a customer', () => {
  test('whom the shop system knows by another is not replaced by a page', async () => {
    await identify('customer-7000', { email: 'evil@example.com', plan: 'gold' });
    const [item] = await atCustomerIo('identify');
    expect(item).toMatchObject({ userId: 'customer-7000', traits: { plan: 'gold' } });
    expect(JSON.stringify(item)).not.toMatch(/evil|sha256/);
  });

  test.each([
    ['the same email', 'customer-7000', 'Ann@Example.com'],
    ['a customer of whom no order was paid', 'customer-new', 'new@example.com'],
  ])('is sent from a page: %s', async (_, userId, email) => {
    await identify(userId, { email });
    expect(await atCustomerIo('identify')).toMatchObject([
      { userId, traits: { email: email.toLowerCase() } },
    ]);
  });

  test('is replaced by the backend', async () => {
    await identify('customer-7000', { email: 'new-ann@example.com' }, BY_BACKEND);
    expect(await atCustomerIo('identify')).toMatchObject([{ traits: { email: 'new-ann@example.com' } }]);
  });
});

describe('profiles are merged', () => {
  test.each([
    ['an id', 'customer-7001'],
    ['an email', 'bob@example.com'],
  ])(
    'by no page where the former one is a customer whom the shop system knows by %s',
    async (_, previousId) => {
      await alias('customer-evil', previousId);
      expect(await atCustomerIo('alias')).toEqual([]);
    },
  );

  test('by a page where the former one is a visitor, and by the backend', async () => {
    await alias('customer-7000', 'visitor-1');
    await alias('customer-7000', 'customer-7001', BY_BACKEND);
    expect(await atCustomerIo('alias')).toHaveLength(2);
  });
});

test('a page neither subscribes nor unsubscribes a person', async () => {
  const traits = {
    unsubscribed: false,
    cio_subscription_preferences: { topics: { topic_1: true } },
    plan: 'gold',
  };
  await identify('customer-7001', traits);
  expect((await atCustomerIo('identify'))[0]?.traits).toEqual({ plan: 'gold' });
  await identify('customer-7001', traits, BY_BACKEND);
  expect((await atCustomerIo('identify'))[0]?.traits).toEqual(traits);
});

test.each(['order-5001-completed', 'server:order-5002-completed', 'm'.repeat(100)])(
  'a page sends Customer.io no messageId that the backend uses: %s',
  async (messageId) => {
    const say = (headers: Record<string, string>, id = messageId) =>
      shop.post('/v1/track', { event: 'Seen', anonymousId: 'somebody', messageId: id }, headers);
    await say(IN_BROWSER);
    await say(IN_BROWSER, `server:${messageId}`.slice(0, 100));
    expect(await (await say(BY_BACKEND)).json()).toMatchObject({ accepted: 1, duplicates: 0 });
    const sent = await atCustomerIo('track');
    expect(new Set(sent.map((item) => item.messageId)).size).toBe(3);
    expect(sent.every((item) => item.messageId.length <= 100)).toBe(true);
  },
);

test('the page of an order joins it by the mark in its address, which no destination is sent', async () => {
  const mark = `mark-${randomUUID()}`;
  const orderId = '2105022431212188732467002';
  const order_status_url = `https://shop.example/trade/thank_you?mainOrderMark=${mark}&mainOrderSeq=${orderId}`;
  const context = { tiktok: { ttclid: 'E.C.P.buyer' } };
  const page = {
    event: 'Order Completed',
    anonymousId: randomUUID(),
    context,
    properties: { order_status_url },
  };
  await shop.post('/v1/track', page, IN_BROWSER);
  await shop.place(orderId, '#D7002', { userId: '77' }, { order_status_url });
  await shop.settled();
  const sent = JSON.stringify(shop.ordersAt('tiktok'));
  expect(sent).toContain('E.C.P.buyer');
  expect(sent + JSON.stringify(shop.ordersAt('customerio'))).not.toContain(mark);
});
