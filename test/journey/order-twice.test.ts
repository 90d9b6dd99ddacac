// @module-tag slow
import { createHash } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { orderPayload, signShopline } from '../../server/sandbox/webhooks.ts';
import { eventually, SHOP_ORIGIN, startCollector } from '../support/collector.ts';

const SECRET = 'app-secret-of-the-shop';
const HANDLE = 'sandbox';
const EMAIL = 'ada@example.com';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const collector = await startCollector(
  { SHOPLINE_APP_SECRET: SECRET, ORDER_MERGE_SECONDS: '3' },
  { whenOver: afterAll },
);
const { sandbox } = collector;

/** As long as SHOPLINE's. */
const idOf = (number: number) => `2105022431212188732466${number}`;
/** As long as a checkout's: one that can be counted to proves nothing. */
const tokenOf = (number: number) => `Qf8-hTz2-kWpX-${number}-mRvYbLs`;

/** The page shows another currency, and anyone may write to it: what it says of money is not believed. */
const reportByPage = (number: number) => () =>
  collector.post(
    '/v1/track',
    {
      event: 'Order Completed',
      messageId: `page-${number}`,
      anonymousId: `visitor-${number}`,
      context: {
        page: { url: 'https://shop.example/thank-you' },
        tiktok: { ttclid: `click-${number}`, ttp: `ttp-${number}` },
      },
      properties: {
        order_id: `seq-${number}`,
        checkout_token: tokenOf(number),
        total: 1,
        currency: 'USD',
      },
    },
    { origin: SHOP_ORIGIN },
  );

const reportByShop = (number: number, topic: string, financialStatus: string) => async () => {
  const body = orderPayload({
    orderId: idOf(number),
    number: `D${number}`,
    placedAtMs: Date.now(),
    lines: [{ productId: 'tea', variantId: 'tea-100', title: 'Tea', price: 240, quantity: 2 }],
    checkoutToken: tokenOf(number),
    email: EMAIL,
    financialStatus,
  });
  const { headers, body: text } = signShopline({
    topic,
    body,
    secret: SECRET,
    shopDomain: `${HANDLE}.myshopline.com`,
    webhookId: `${topic}-${number}`,
  });
  return collector.post('/v1/webhooks/shopline', text, headers);
};

type Payload = {
  event: string;
  event_id: string;
  user: Record<string, unknown>;
  properties: Record<string, unknown>;
};
const ofOrder = (number: number) => {
  const clickId = `click-${number}`;
  const toTikTok = (sandbox.accepted('tiktok') as Payload[]).filter(({ user }) => user.ttclid === clickId);
  const text = (api: 'customerio' | 'shopline') =>
    sandbox.accepted(api).map((item) => ({ item, text: JSON.stringify(item) }));
  const isIts = ({ text: of }: { text: string }) =>
    new RegExp(`"(seq-${number}|D${number}|${tokenOf(number)}|${idOf(number)})"`).test(of);
  return {
    toTikTok,
    toCustomerIo: text('customerio')
      .filter(isIts)
      .map(({ item }) => item as Payload),
    toShopline: text('shopline').filter(isIts),
  };
};

/** Deliveries that are due or held, of all destinations. */
const waiting = async () => {
  const response = await collector.admin('GET', '/admin/status');
  const { destinations } = (await response.json()) as { destinations: { waiting: number }[] };
  return destinations.reduce((sum, { waiting }) => sum + waiting, 0);
};

const SEQUENCES: [string, (number: number) => (() => Promise<Response>)[]][] = [
  [
    'page, create, paid',
    (n) => [
      reportByPage(n),
      reportByShop(n, 'orders/create', 'pending'),
      reportByShop(n, 'orders/paid', 'paid'),
    ],
  ],
  [
    'create, page, paid',
    (n) => [
      reportByShop(n, 'orders/create', 'pending'),
      reportByPage(n),
      reportByShop(n, 'orders/paid', 'paid'),
    ],
  ],
  [
    'create, paid, page',
    (n) => [
      reportByShop(n, 'orders/create', 'pending'),
      reportByShop(n, 'orders/paid', 'paid'),
      reportByPage(n),
    ],
  ],
  [
    'paid, page, create',
    (n) => [
      reportByShop(n, 'orders/paid', 'paid'),
      reportByPage(n),
      reportByShop(n, 'orders/create', 'pending'),
    ],
  ],
  [
    'paid, create, page',
    (n) => [
      reportByShop(n, 'orders/paid', 'paid'),
      reportByShop(n, 'orders/create', 'pending'),
      reportByPage(n),
    ],
  ],
  [
    'page, paid, create',
    (n) => [
      reportByPage(n),
      reportByShop(n, 'orders/paid', 'paid'),
      reportByShop(n, 'orders/create', 'pending'),
    ],
  ],
];

// The shop system has reported an order before: from then on a page's word makes none.
await reportByShop(999, 'orders/create', 'pending')();

test.concurrent.each(SEQUENCES)(
  'an order reported as %s, each three times, is one order everywhere',
  async (name, reportsOf) => {
    const number = 1000 + SEQUENCES.findIndex(([one]) => one === name);
    for (const send of reportsOf(number))
      for (const response of await Promise.all([send(), send(), send()])) expect(response.status).toBe(200);
    const found = await eventually(
      () => ofOrder(number),
      ({ toTikTok, toCustomerIo }) => toTikTok.length >= 2 && toCustomerIo.length >= 2,
    );
    // Nothing else is due or held.
    await eventually(waiting, (count) => count === 0);
    const { toTikTok, toCustomerIo, toShopline } = ofOrder(number);
    expect(found.toTikTok.length).toBe(toTikTok.length);
    expect(toTikTok.map(({ event }) => event).sort()).toEqual(['PlaceAnOrder', 'Purchase']);
    expect(new Set(toTikTok.map(({ event_id }) => event_id)).size).toBe(1);
    for (const { user, properties } of toTikTok) {
      expect(user).toMatchObject({ email: sha256(EMAIL), ttp: `ttp-${number}` });
      expect(properties).toMatchObject({ value: 480, currency: 'TWD' });
    }
    const completed = toCustomerIo.filter(({ event }) => event === 'Order Completed');
    expect(completed).toHaveLength(1);
    expect(completed[0]?.properties).toMatchObject({ total: 480, currency: 'TWD' });
    expect(toCustomerIo.filter(({ event }) => event === 'Order Updated')).toHaveLength(1);
    expect(toShopline).toHaveLength(1);
  },
  30_000,
);
