// @module-tag slow
import { afterAll, expect, test } from 'vitest';
import { eventually, startCollector } from '../support/collector.ts';

interface TikTokEvent {
  event: string;
  event_id: string;
  properties: { value?: number; currency?: string; contents?: object[] };
}

const { post, sandbox } = await startCollector({ ORDER_MERGE_SECONDS: '0' }, { whenOver: afterAll });
let last = 0;

/** What TikTok is sent of the payment of an order. */
async function purchaseOf(properties: object): Promise<TikTokEvent | undefined> {
  sandbox.clear();
  const answer = await post('/v1/track', {
    ...{ event: 'Order Completed', userId: 'u', messageId: `message-${++last}`, properties },
  });
  expect(await answer.json()).toMatchObject({ accepted: 1, rejected: [] });
  const purchases = () =>
    (sandbox.accepted('tiktok') as TikTokEvent[]).filter(({ event }) => event === 'Purchase');
  await eventually(purchases, (found) => found.length > 0);
  return purchases()[0];
}

test.each([
  { what: 'a price', total: 'free', line: { product_id: 'b', price: 'on request', quantity: 1 } },
  { what: 'a quantity', total: 9e15, line: { product_id: 'b', price: 7, quantity: 'a dozen' } },
])(
  'an order without a total, one line of which has $what that cannot be read, has no value',
  async ({ line, total }) => {
    const products = [{ product_id: 'a', price: 5, quantity: 2 }, line];

    const purchase = await purchaseOf({ order_id: `free-${last}`, currency: 'TWD', total, products });

    expect(purchase?.properties).not.toHaveProperty('value');
    expect(purchase?.properties.contents).toMatchObject([
      { content_id: 'a', price: 5, quantity: 2 },
      { content_id: 'b' },
    ]);
  },
);

test('what the order itself states is its value, whatever stands in its lines', async () => {
  const products = [{ product_id: 'a', price: 'on request', quantity: 2 }];

  const purchase = await purchaseOf({ order_id: 'stated', currency: 'TWD', total: 12, products });

  expect(purchase?.properties).toMatchObject({ value: 12, currency: 'TWD' });
});

test('ids under their former names count where the names of today are missing', async () => {
  const products = [
    { id: 'a', price: 5 },
    { id: 'line-7', sku: 'b', price: 7 },
    { sky: 'c', id: {}, price: 1 },
  ];

  const purchase = await purchaseOf({ orderId: 1007, id: 'cart', currency: 'TWD', total: 13, products });

  expect(purchase).toMatchObject({
    event_id: 'order:1007',
    properties: { contents: [{ content_id: 'a' }, { content_id: 'b' }, { content_id: 'c' }] },
  });
});
