// @module-tag slow
import { afterAll, describe, expect, test } from 'vitest';
import {
  atCustomerIo,
  atTikTok,
  nowText,
  priced,
  startMergingRows,
  startOrderRows,
} from '../support/order-rows.ts';

/** When an order is bought, and when it is not any more: by status, cancellation, cash on delivery, at the till. */
const shop = await startOrderRows({}, { whenOver: afterAll });
const merging = await startMergingRows({}, { whenOver: afterAll });
const BOTH = ['PlaceAnOrder', 'Purchase'];

describe.concurrent('only a payment is a purchase', () => {
  const UNPAID = [
    ...['PENDING', 'Authorized', 'unpaid ', 'voided', 'expired', 'failed', 'cancelled', 'on-hold'],
    ...['canceled', 'On_Hold', 'partially_paid', 'under_review', 'Partially Paid', '待付款'],
  ];
  const PAID = [
    'paid',
    ' PAID',
    'refunded',
    'partially_refunded',
    'Partially_Refunded',
    'partially-refunded',
    'Partially Refunded',
  ];
  const STATES = [
    ...UNPAID.map((status) => ({ status, sent: ['PlaceAnOrder'] })),
    ...PAID.map((status) => ({ status, sent: BOTH })),
  ];
  test.each(STATES)('$status, by a webhook', async ({ status, sent }) => {
    const { send, eventsAt } = shop.startOrder();
    await send('orders/create', { userId: '7004', financialStatus: status });
    expect((await eventsAt('tiktok')).sort()).toEqual(sent);
  });

  test.each(STATES)('$status, by a backend', async ({ status, sent }) => {
    const { id, backend, eventsAt } = shop.startOrder();
    const properties = { order_id: id, total: 240, currency: 'TWD', financial_status: status };
    await backend({ userId: '7004', event: 'Order Completed', properties });
    expect((await eventsAt('tiktok')).sort()).toEqual(sent);
  });

  test.each(['paid', 'PAID ', 'Paid'])('an update to %j, by a backend', async (financial_status) => {
    const { id, backend, eventsAt } = shop.startOrder();
    const properties = { order_id: id, total: 240, currency: 'TWD' };
    const placed = { ...properties, financial_status: 'pending' };
    await backend({ userId: '7004', event: 'Order Completed', properties: placed });
    await backend({
      userId: '7004',
      event: 'Order Updated',
      properties: { ...properties, financial_status },
    });
    expect((await eventsAt('tiktok')).sort()).toEqual(BOTH);
  });
});

describe.concurrent('cash on delivery is bought when it is paid, at the price of the shop', () => {
  test.each([
    { page: undefined },
    { page: {} },
    { page: { financial_status: 'paid' } },
    { page: { financial_status: 'pending' } },
    { page: { revenue: 500, value: 600 } },
  ])('page: $page', async ({ page }) => {
    const order = shop.startOrder();
    if (page) await order.page({ order_id: order.id, total: 120, ...page });
    await order.send('orders/create', { userId: '7003', ...priced(99), financialStatus: 'unpaid' });
    expect(atTikTok(await order.at('tiktok'))).toEqual(['PlaceAnOrder 99 TWD']);
    await order.send('orders/paid', { userId: '7003', ...priced(99), financialStatus: 'paid' });
    expect(atTikTok(await order.at('tiktok'))).toEqual(['PlaceAnOrder 99 TWD', 'Purchase 99 TWD']);
  });

  test('the page after the order was sent adds nothing', async () => {
    const order = shop.startOrder();
    await order.send('orders/create', { userId: '7003', ...priced(99), financialStatus: 'unpaid' });
    await order.at('tiktok');
    await order.page({ order_id: order.number, total: 120, financial_status: 'paid' });
    await order.page({ order_id: order.number, total: 120, financial_status: 'paid' }, 'Order Updated');
    expect(atTikTok(await order.at('tiktok'))).toEqual(['PlaceAnOrder 99 TWD']);
  });
});

describe.concurrent('an order that was cancelled is not bought afterwards', () => {
  const late = (cancelled_at: string, total: string) => ({
    cancelled_at,
    current_total_price: total,
    current_total_price_set: undefined,
  });
  test.each([
    { when: 'after it was sent', of: shop, isSent: true, total: '0.00' },
    { when: 'after it was sent', of: shop, isSent: true, total: '240.00' },
    { when: 'while its reports are merged', of: merging, isSent: false, total: '0.00' },
    { when: 'while its reports are merged', of: merging, isSent: false, total: '240.00' },
  ])('cancelled $when, paid late with a total of $total', async ({ of, isSent, total }) => {
    const { send, at, codesAtShopline } = of.startOrder();
    const cancelled_at = nowText();
    await send('orders/create', { userId: '7005' });
    if (isSent) await at('tiktok');
    await send('orders/cancelled', { userId: '7005' }, late(cancelled_at, total));
    if (isSent) await at('tiktok');
    await send('orders/paid', { userId: '7005', financialStatus: 'paid' }, late(cancelled_at, total));
    expect(atTikTok(await at('tiktok'))).toEqual(['PlaceAnOrder 240 TWD']);
    expect((await at('customerio')).map(({ event }) => event)).toEqual([
      'Order Completed',
      'Order Cancelled',
    ]);
    expect((await at('customerio'))[0]?.properties).toMatchObject({
      total: 240,
      financial_status: 'pending',
    });
    expect(await codesAtShopline()).toEqual(['Z_sale_order', 'Z_sale_cancel']);
  });

  test('paid late by a body that does not say that it was cancelled', async () => {
    const { send, at, eventsAt } = shop.startOrder();
    await send('orders/create', { userId: '7005' });
    await at('tiktok');
    await send('orders/cancelled', { userId: '7005' }, { cancelled_at: nowText() });
    await send('orders/paid', { userId: '7005', financialStatus: 'paid' });
    expect(await eventsAt('tiktok')).toEqual(['PlaceAnOrder']);
    expect(await eventsAt('customerio')).toEqual(['Order Completed', 'Order Cancelled']);
  });

  test('the payment is the first to say that it was cancelled', async () => {
    const { send, at, eventsAt } = shop.startOrder();
    await send('orders/create', { userId: '7005' });
    await at('tiktok');
    await send('orders/paid', { userId: '7005', financialStatus: 'paid' }, late(nowText(), '0.00'));
    expect(await eventsAt('tiktok')).toEqual(['PlaceAnOrder']);
    expect(await eventsAt('customerio')).toEqual(['Order Completed']);
  });

  test('paid before it was cancelled, all while its reports are merged: placed once, no purchase', async () => {
    const { send, at, eventsAt } = merging.startOrder();
    await send('orders/create', { userId: '7005', financialStatus: 'paid' });
    await send('orders/paid', { userId: '7005', financialStatus: 'paid' });
    await send('orders/cancelled', { userId: '7005', financialStatus: 'paid' }, { cancelled_at: nowText() });
    expect(await eventsAt('tiktok')).toEqual(['PlaceAnOrder']);
    expect(atCustomerIo(await at('customerio'))).toEqual([
      'Order Completed 240',
      'Order Updated 240',
      'Order Cancelled 240',
    ]);
  });

  test('a page cannot cancel what the shop reports', async () => {
    const order = merging.startOrder();
    await order.page({ order_id: order.number, total: 1, cancelled_at: nowText() });
    await order.send('orders/create', { userId: '7005', financialStatus: 'paid' });
    await order.page({ order_id: order.number, cancelled_at: nowText() }, 'Order Cancelled');
    expect((await order.eventsAt('tiktok')).sort()).toEqual(BOTH);
    expect(await order.eventsAt('customerio')).toEqual(['Order Completed']);
  });

  test.each(['', 'a body that does not say so'])('cancelled before it is reported %s', async (by) => {
    const { send, refund, eventsAt, codesAtShopline } = shop.startOrder();
    const cancelled = { cancelled_at: nowText() };
    await send('orders/cancelled', { userId: '7005' }, cancelled);
    const more = by === '' ? cancelled : {};
    await send('orders/create', { userId: '7005', financialStatus: 'paid' }, more);
    await send('orders/paid', { userId: '7005', financialStatus: 'paid' }, more);
    await send('orders/updated', { userId: '7005', financialStatus: 'paid' }, more);
    expect(await eventsAt('customerio')).toEqual(['Order Cancelled']);
    await refund(40);
    expect(await eventsAt('customerio')).toEqual(['Order Cancelled', 'Order Refunded']);
    expect(await eventsAt('tiktok')).toEqual([]);
    expect(await codesAtShopline()).toEqual(['Z_sale_cancel', 'Z_sale_refund']);
  });
});

describe.concurrent('an order at the till is no web event', () => {
  test.each(['pos', 'POS', ' Pos '])('source_name %j', async (source_name) => {
    const { send, at } = shop.startOrder();
    await send('orders/create', { email: 'till@example.com', financialStatus: 'paid' }, { source_name });
    await send('orders/paid', { financialStatus: 'paid' }, { source_name });
    await send('orders/updated', { userId: '7008', financialStatus: 'paid' }, { source_name });
    await send('orders/cancelled', {}, { source_name, cancelled_at: nowText() });
    for (const api of ['tiktok', 'customerio', 'shopline'] as const) expect(await at(api)).toEqual([]);
  });

  test.each(['web', 'buy_button', undefined])('source_name %j is one', async (source_name) => {
    const { send, eventsAt } = shop.startOrder();
    await send('orders/create', { userId: '7008', financialStatus: 'paid' }, { source_name });
    expect((await eventsAt('tiktok')).sort()).toEqual(BOTH);
  });
});
