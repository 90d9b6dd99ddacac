// @module-tag slow
import { afterAll, describe, expect, test } from 'vitest';
import { createSandbox } from '../../server/sandbox/index.ts';
import { eventually } from '../support/eventually.ts';
import {
  atCustomerIo,
  atTikTok,
  type Item,
  type OrderRows,
  priced,
  startMergingRows,
  startOrderRows,
} from '../support/order-rows.ts';

/** Whatever a report calls it, an order has one amount: at every destination and in the statistics. */
const sandbox = await createSandbox();
afterAll(() => sandbox.close());
const shop = await startOrderRows({}, { whenOver: afterAll });
const merging = await startMergingRows({}, { whenOver: afterAll });
const pages = await startOrderRows(
  { SHOPLINE_APP_SECRET: '', ORDERS_FROM: 'browser' },
  { whenOver: afterAll },
);

const BOUGHT = { userId: '7002', financialStatus: 'paid' };
const valuesAt = async (order: ReturnType<OrderRows['startOrder']>) => ({
  tiktok: (await order.at('tiktok')).map(({ properties }) => properties?.value),
  customerio: (await order.at('customerio')).map(({ properties }) => properties?.total),
  shopline: (await order.at('shopline')).map(({ attrs }) => attrs?.value),
});

describe.concurrent('an order that is edited before its payment has its last total everywhere', () => {
  test.each([
    { topics: ['orders/create', 'orders/edited', 'orders/paid'], prices: [46, 60, 60] },
    { topics: ['orders/create', 'orders/updated', 'orders/paid'], prices: [46, 50, 60] },
    { topics: ['orders/create', 'orders/update', 'orders/edited', 'orders/paid'], prices: [46, 50, 55, 60] },
    { topics: ['orders/create', 'orders/paid'], prices: [46, 60] },
    { topics: ['orders/create', 'orders/paid', 'orders/edited'], prices: [46, 46, 60] },
    { topics: ['orders/edited', 'orders/create', 'orders/paid'], prices: [46, 60, 60] },
    { topics: ['orders/paid', 'orders/edited'], prices: [46, 60] },
  ])('$topics, $prices', async ({ topics, prices }) => {
    const order = merging.startOrder();
    for (const [nth, topic] of topics.entries()) {
      const isPaid = topic === 'orders/paid' || topics.indexOf('orders/paid') < nth;
      await order.send(topic, {
        userId: '7002',
        financialStatus: isPaid && topics.indexOf('orders/paid') !== -1 ? 'paid' : 'pending',
        ...priced(prices[nth] ?? 0),
      });
    }
    expect(atTikTok(await order.at('tiktok'))).toEqual(['PlaceAnOrder 60 TWD', 'Purchase 60 TWD']);
    expect(atCustomerIo(await order.at('customerio'))).toEqual(['Order Completed 60', 'Order Updated 60']);
    expect((await order.at('shopline')).map(({ attrs }) => attrs?.value)).toEqual([60]);
  });

  test('paid after the order was sent: the payment has the new total', async () => {
    const order = shop.startOrder();
    await order.send('orders/create', { userId: '7002', ...priced(46) });
    await order.at('tiktok');
    await order.send('orders/edited', { userId: '7002', ...priced(60) });
    await order.send('orders/paid', { ...BOUGHT, ...priced(60) });
    expect(atTikTok(await order.at('tiktok'))).toEqual(['PlaceAnOrder 46 TWD', 'Purchase 60 TWD']);
    expect(atCustomerIo(await order.at('customerio'))).toEqual(['Order Completed 46', 'Order Updated 60']);
  });
});

describe.concurrent('refunds are never subtracted from the amount of an order', () => {
  const refundOf = (amount: string) => ({
    id: 'refund-in-order',
    transactions: [{ kind: 'refund', status: 'success', amount, currency: 'TWD' }],
  });
  const plain = { current_total_price_set: undefined };
  test.each([
    { what: 'gross and net', body: { current_total_price: '36.00', total_price: '46.00' }, back: '10.00' },
    { what: 'net alone', body: { current_total_price: '36.00' }, back: '10.00' },
    { what: 'all paid back', body: { current_total_price: '0.00', total_price: '46.00' }, back: '46.00' },
  ])('$what, by a webhook', async ({ body, back }) => {
    const order = shop.startOrder();
    const more = { ...plain, ...body, refunds: [refundOf(back)] };
    await order.send('orders/create', { userId: '7002', financialStatus: 'partially_refunded' }, more);
    expect(atTikTok(await order.at('tiktok'))).toEqual(['PlaceAnOrder 46 TWD', 'Purchase 46 TWD']);
    expect(atCustomerIo(await order.at('customerio'))).toEqual(['Order Completed 46']);
    expect((await order.at('shopline')).map(({ attrs }) => attrs?.value)).toEqual([46]);
  });

  test('the order poll finds an order of 46 and a refund of 10', async () => {
    const placed = shop.startOrder();
    const more = {
      ...plain,
      current_total_price: '36.00',
      total_price: '46.00',
      refunds: [refundOf('10.00')],
    };
    const parts = { userId: '7002', financialStatus: 'partially_refunded' };
    sandbox.shopline.orders = [placed.webhookBody(parts, more)];
    const polled = await startOrderRows({}, { whenOver: afterAll, sandbox });
    const ownAt = async () => {
      await polled.settled();
      const sent = polled.sandbox.accepted('customerio') as Item[];
      return sent.filter(({ properties }) => properties?.order_id === placed.id);
    };
    const own = await eventually(ownAt, ({ length }) => length === 3);
    expect(atCustomerIo(own).sort()).toEqual(['Order Completed 46', 'Order Refunded 10', 'Order Updated 46']);
  });
});

describe.concurrent('one definition of an amount', () => {
  const LINES = [{ product_id: 'tea', price: 15, quantity: 3 }];
  test.each([
    { money: { total: 46, revenue: 40 }, value: 46 },
    { money: { total: 46, revenue: 40, value: 41 }, value: 46 },
    { money: { value: 41, revenue: 40 }, value: 41 },
    { money: { revenue: 40, products: LINES }, value: 40 },
    { money: { products: LINES }, value: 45 },
    { money: { total: 0, revenue: 40 }, value: 0 },
    { money: { total: null, value: null, revenue: 40 }, value: 40 },
  ])('$money is $value, of a page and of a backend', async ({ money, value }) => {
    const bought = pages.startOrder();
    await bought.page({ order_id: bought.number, ...money });
    const byPage = await valuesAt(bought);
    expect([byPage.tiktok, byPage.shopline]).toEqual([[value, value], [value]]);
    const ordered = shop.startOrder();
    const properties = { order_id: ordered.id, currency: 'TWD', ...money };
    await ordered.backend({ userId: '7002', event: 'Order Completed', properties });
    const byBackend = await valuesAt(ordered);
    expect([byBackend.tiktok, byBackend.shopline]).toEqual([[value, value], [value]]);
  });
});

describe.concurrent('an amount without a currency', () => {
  test.each([undefined, null])('of a page, with %j: TikTok gets neither', async (currency) => {
    const order = pages.startOrder();
    await order.page({ order_id: order.number, total: 46, currency });
    expect(atTikTok(await order.at('tiktok'))).toEqual(['PlaceAnOrder', 'Purchase']);
  });

  test('of a page in another currency than the shop’s stays in it', async () => {
    const order = pages.startOrder();
    await order.page({ order_id: order.number, total: 46, currency: 'usd' });
    expect(atTikTok(await order.at('tiktok'))).toEqual(['PlaceAnOrder 46 USD', 'Purchase 46 USD']);
  });

  test.each([undefined, null])(
    'of the backend, with %j: the shop’s, at every destination',
    async (currency) => {
      const order = shop.startOrder();
      const properties = { order_id: order.id, total: 46, currency };
      await order.backend({ userId: '7007', event: 'Order Completed', properties });
      expect(atTikTok(await order.at('tiktok'))).toEqual(['PlaceAnOrder 46 TWD', 'Purchase 46 TWD']);
      expect(await order.at('customerio')).toMatchObject([{ properties: { total: 46, currency: 'TWD' } }]);
      expect(await order.at('shopline')).toMatchObject([{ attrs: { value: 46, currency: 'TWD' } }]);
    },
  );

  test('of a webhook: the shop’s, at every destination', async () => {
    const order = shop.startOrder();
    const bare = {
      ...{ currency: undefined, presentment_currency: undefined, current_total_price: '46.00' },
      ...{ current_total_price_set: undefined, subtotal_price_set: undefined },
      ...{ total_discounts_set: undefined, total_shipping_price_set: undefined },
    };
    await order.send('orders/create', BOUGHT, bare);
    expect(atTikTok(await order.at('tiktok'))).toEqual(['PlaceAnOrder 46 TWD', 'Purchase 46 TWD']);
    expect(await order.at('customerio')).toMatchObject([{ properties: { total: 46, currency: 'TWD' } }]);
    expect(await order.at('shopline')).toMatchObject([{ attrs: { value: 46, currency: 'TWD' } }]);
  });

  test('what the buyer was shown is not what the shop is paid', async () => {
    const order = shop.startOrder();
    await order.page({ order_id: order.number, total: 7.5, currency: 'USD' });
    await order.send('orders/create', { ...BOUGHT, presentment: { currency: 'USD', rate: 0.03 } });
    expect(atTikTok(await order.at('tiktok'))).toEqual(['PlaceAnOrder 240 TWD', 'Purchase 240 TWD']);
  });
});
