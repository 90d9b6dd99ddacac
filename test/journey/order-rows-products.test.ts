// @module-tag slow
import { afterAll, describe, expect, test } from 'vitest';
import { atTikTok, type Item, startOrderRows } from '../support/order-rows.ts';

/** The lines of an order: their quantities, and one id for one product in views, carts and orders. */
const shop = await startOrderRows({}, { whenOver: afterAll });
const bySku = await startOrderRows({ TIKTOK_CONTENT_ID: 'sku' }, { whenOver: afterAll });
const byProduct = await startOrderRows({ TIKTOK_CONTENT_ID: 'product_id' }, { whenOver: afterAll });
const BOUGHT = { userId: '7009', financialStatus: 'paid' };
const LINE = { product_id: 'tea', variant_id: 'tea-1', sku: 'MERCHANT-TEA', price: '10.00', quantity: 1 };
const contentsOf = (items: readonly Item[]) => items.map(({ properties }) => properties?.contents);

describe.concurrent('quantities', () => {
  const LINES = [0, 0.25, 1.5, 2].map((quantity) => ({ ...LINE, variant_id: `tea-${quantity}`, quantity }));
  const SENT = [{ content_id: 'tea-0.25' }, { content_id: 'tea-1.5' }, { content_id: 'tea-2', quantity: 2 }];

  test('of a webhook: a line of 0 is left out, a part has no whole number', async () => {
    const order = shop.startOrder();
    await order.send('orders/create', BOUGHT, { line_items: LINES });
    for (const contents of contentsOf(await order.at('tiktok'))) {
      expect(contents).toMatchObject(SENT);
      expect(contents?.map(({ quantity }) => quantity)).toEqual([undefined, undefined, 2]);
    }
  });

  test('of a backend: without a total the value is what the lines cost', async () => {
    const order = shop.startOrder();
    const products = LINES.map((line) => ({ ...line, price: 10 }));
    const properties = { order_id: order.id, currency: 'TWD', products };
    await order.backend({ userId: '7009', event: 'Order Completed', properties });
    // 0.25, 1.5 and 2 of them at 10.
    expect(atTikTok(await order.at('tiktok'))).toEqual(['PlaceAnOrder 37.5 TWD', 'Purchase 37.5 TWD']);
    expect((await order.at('shopline')).map(({ attrs }) => attrs?.value)).toEqual([37.5]);
  });

  test('an order whose lines are all 0 has no contents', async () => {
    const order = shop.startOrder();
    await order.send('orders/create', BOUGHT, { line_items: [{ ...LINE, quantity: 0 }] });
    expect(contentsOf(await order.at('tiktok'))).toEqual([undefined, undefined]);
  });
});

describe.concurrent('one id for one product', () => {
  const SEEN = { product_id: 'tea', variant_id: 'tea-1', sku: 'MERCHANT-TEA', price: 10, currency: 'TWD' };
  test.each([
    { of: shop, chosen: 'variant_id', id: 'tea-1', type: 'product' },
    { of: bySku, chosen: 'sku', id: 'MERCHANT-TEA', type: 'product' },
    { of: byProduct, chosen: 'product_id', id: 'tea', type: 'product_group' },
  ])('view, cart and order by $chosen', async ({ of, id, type }) => {
    const order = of.startOrder();
    for (const event of ['Product Viewed', 'Product Added', 'Checkout Started'])
      await of.track(event, { ...SEEN, checkout_token: order.checkoutToken }, order.visitor);
    await order.send('orders/create', BOUGHT, { line_items: [LINE] });
    await of.settled();
    const own = (of.sandbox.accepted('tiktok') as Item[]).filter(
      ({ event, properties }) => properties?.order_id === order.id || !/Place|Purchase/.test(event ?? ''),
    );
    expect(new Set(own.map(({ event }) => event))).toEqual(
      new Set(['ViewContent', 'AddToCart', 'InitiateCheckout', 'PlaceAnOrder', 'Purchase']),
    );
    for (const contents of contentsOf(own))
      expect(contents).toMatchObject([{ content_id: id, content_type: type }]);
  });

  test.each([
    { of: bySku, what: 'without a sku', line: { sku: undefined }, id: 'tea-1', type: 'product' },
    { of: bySku, what: 'with a blank sku', line: { sku: ' ' }, id: 'tea-1', type: 'product' },
    {
      of: bySku,
      what: 'with the product alone',
      line: { sku: '', variant_id: null },
      id: 'tea',
      type: 'product_group',
    },
    { of: shop, what: 'without a variant', line: { variant_id: '' }, id: 'MERCHANT-TEA', type: 'product' },
    { of: byProduct, what: 'without a product', line: { product_id: null }, id: 'tea-1', type: 'product' },
  ])('a line $what has the next id it has, and is counted', async ({ of, line, id, type }) => {
    const order = of.startOrder();
    await order.send('orders/create', BOUGHT, { line_items: [{ ...LINE, ...line }] });
    const sent = contentsOf(await order.at('tiktok'));
    expect(sent).toHaveLength(2);
    for (const contents of sent) expect(contents).toMatchObject([{ content_id: id, content_type: type }]);
    const { counters } = (await (await of.admin('GET', '/admin/status')).json()) as {
      counters: { name: string; value: number }[];
    };
    const counted = counters.filter(({ name }) => name === 'content_id_fallback');
    expect(counted.reduce((sum, { value }) => sum + value, 0)).toBeGreaterThan(0);
  });
});

describe.concurrent('what a message says of destinations and of data use', () => {
  type Routed = 'tiktok' | 'customerio' | 'shopline';
  test.each<{ integrations: object; sent: Routed[] }>([
    { integrations: { 'TikTok Conversions': false }, sent: ['customerio', 'shopline'] },
    { integrations: { All: false, 'Customer.io Actions': true }, sent: ['customerio'] },
    { integrations: { 'tiktok-pixel': false, 'Customer.io Data Pipelines': false }, sent: ['shopline'] },
    { integrations: { All: false, SHOPLINE: true, TikTok: {} }, sent: ['tiktok', 'shopline'] },
    { integrations: { All: false }, sent: [] },
    { integrations: { All: true, 'SHOPLINE CDP': false }, sent: ['tiktok', 'customerio'] },
  ])('integrations $integrations', async ({ integrations, sent }) => {
    const order = shop.startOrder();
    const properties = { order_id: order.id, total: 46, currency: 'TWD' };
    await order.backend({ userId: '7009', event: 'Order Completed', integrations, properties });
    const found = await Promise.all(
      (['tiktok', 'customerio', 'shopline'] as const).map(async (api) =>
        (await order.at(api)).length > 0 ? [api] : [],
      ),
    );
    expect(found.flat()).toEqual(sent);
  });

  test.each([true, false])('limited_data_use: %j', async (limited_data_use) => {
    const order = shop.startOrder();
    const properties = { order_id: order.id, total: 46, currency: 'TWD', limited_data_use };
    await order.backend({ userId: '7009', event: 'Order Completed', properties });
    for (const item of await order.at('tiktok')) expect(item).toMatchObject({ limited_data_use });
  });

  test('the name of a company is kept', async () => {
    const { id } = shop.startOrder();
    const answer = await shop.post(
      '/v1/group',
      {
        userId: '7009',
        groupId: `group-${id}`,
        traits: { name: 'Initech GmbH', email: 'info@initech.example' },
      },
      { origin: 'http://127.0.0.1:9000' },
    );
    expect(answer.status).toBe(200);
    await shop.settled();
    const groups = (shop.sandbox.accepted('customerio') as { groupId?: string; traits?: object }[]).filter(
      ({ groupId }) => groupId === `group-${id}`,
    );
    expect(groups).toMatchObject([{ traits: { name: 'Initech GmbH' } }]);
    expect(JSON.stringify(groups)).not.toContain('info@initech');
  });
});
