import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  checkoutPayload,
  messagePayload,
  orderPayload,
  refundPayload,
  signCustomerIo,
  signShopline,
} from '../../server/sandbox/webhooks.ts';

const SECRET = 'sandbox-app-secret';
const PLACED_MS = Date.UTC(2026, 2, 1, 20, 30);
const ORDER_ID = '21050224312121887324667162';
const line = {
  productId: '16062938070772167548642145',
  variantId: '18050224312121887324660111',
  title: 'Alishan oolong',
  variant: '75 g',
  price: 480,
  quantity: 2,
};
const order = (change: object = {}) =>
  orderPayload({ orderId: ORDER_ID, number: 'DL667162', placedAtMs: PLACED_MS, lines: [line], ...change });

describe('SHOPLINE as a sender', () => {
  const parts = {
    topic: 'orders/create',
    body: { id: ORDER_ID, note: '茶' },
    secret: SECRET,
    shopDomain: 'dewleaf.myshopline.com',
    webhookId: 'b54557e48a5fbf7d70bcd043',
  };
  const digest = createHmac('sha256', SECRET).update(`{"id":"${ORDER_ID}","note":"茶"}`).digest();

  test.each(['hex', 'base64'] as const)('signs the bytes it sends, in %s', (encoding) => {
    const { headers, body } = signShopline({ ...parts, encoding });
    expect(body).toBe(JSON.stringify(parts.body));
    expect(headers).toMatchObject({
      'X-Shopline-Topic': 'orders/create',
      'X-Shopline-Shop-Domain': 'dewleaf.myshopline.com',
      'X-Shopline-Webhook-Id': 'b54557e48a5fbf7d70bcd043',
      'X-Shopline-Hmac-Sha256': digest.toString(encoding),
    });
  });

  test('text goes out as it is, and hex is what is said without asking', () => {
    const { headers, body } = signShopline({ ...parts, body: '{"half"' });
    expect(body).toBe('{"half"');
    expect(headers['X-Shopline-Hmac-Sha256']).toMatch(/^[0-9a-f]{64}$/);
  });

  test('an order: ids and amounts as text, names on the thank-you page, a time with its zone', () => {
    const payload = order({ shipping: 60, discount: 100, coupon: 'SPRING', email: 'mei@example.com' });
    expect(payload).toMatchObject({
      id: ORDER_ID,
      name: 'DL667162',
      current_total_price: '920.00',
      subtotal_price: '960.00',
      total_discounts: '100.00',
      current_total_price_set: { shop_money: { amount: '920.00', currency_code: 'TWD' } },
      financial_status: 'paid',
      email: 'mei@example.com',
      customer: { email: 'mei@example.com' },
      discount_codes: [{ code: 'SPRING', amount: '100.00' }],
      line_items: [{ product_id: line.productId, variant_id: line.variantId, price: '480.00', quantity: 2 }],
      created_at: '2026-03-02T04:30:00.000+08:00',
    });
    expect(payload.order_status_url).toContain(`mainOrderSeq=${ORDER_ID}`);
    expect(payload).not.toHaveProperty('total_price');
    expect(payload).not.toHaveProperty('phone');
  });

  test('a buyer who sees another currency is charged in the shop’s', () => {
    const payload = order({ presentment: { currency: 'USD', rate: 0.03 } });
    expect(payload).toMatchObject({
      currency: 'TWD',
      presentment_currency: 'USD',
      current_total_price_set: {
        shop_money: { amount: '960.00', currency_code: 'TWD' },
        presentment_money: { amount: '28.80', currency_code: 'USD' },
      },
    });
  });

  test('a refund names its order, what was paid back and which lines', () => {
    const refund = refundPayload({
      refundId: '31050224312121887324667162',
      orderId: ORDER_ID,
      refundedAtMs: PLACED_MS,
      amount: 480,
      lines: [{ ...line, quantity: 1 }],
    });
    expect(refund).toMatchObject({
      order_id: ORDER_ID,
      transactions: [{ kind: 'refund', status: 'success', amount: '480.00', currency: 'TWD' }],
      refund_line_items: [{ quantity: 1, line_item: { product_id: line.productId } }],
    });
    const [ordered] = order().line_items as { id: string }[];
    const [refunded] = refund.refund_line_items as { line_item_id: string }[];
    expect(refunded?.line_item_id).toBe(ordered?.id);
  });

  test('a checkout: its amounts are numbers', () => {
    expect(
      checkoutPayload({
        checkoutId: '41',
        token: 'k1',
        startedAtMs: PLACED_MS,
        lines: [line],
        cartToken: 't1',
      }),
    ).toMatchObject({ id: '41', token: 'k1', cart_token: 't1', total_price: 960, currency: 'TWD' });
  });
});

describe('Customer.io as a sender', () => {
  test('signs version, time and body: the worked example of the contract', () => {
    const body =
      '{"event_id":"01E4C4CT6YDC7Y5M7FE1GWWPQJ","object_type":"email","metric":"delivered","timestamp":1705314600,"data":{"delivery_id":"d1","identifiers":{"id":"42"},"recipient":"test@example.com"}}';
    const signed = signCustomerIo({ body, key: 'whsec_demo_key_123', timestamp: 1_705_314_601 });
    expect(signed).toEqual({
      headers: {
        'Content-Type': 'application/json',
        'X-CIO-Timestamp': '1705314601',
        'X-CIO-Signature': 'c243ea63a38c6628cae53ceb64a0d14e896c510291c38f0feb02df592d321739',
      },
      body,
    });
  });

  test('a message event: envelope, identifiers and the campaign it belongs to', () => {
    expect(
      messagePayload({
        eventId: '01E4C4CT6YDC7Y5M7FE1GWWPQJ',
        metric: 'clicked',
        timestamp: 1_772_323_200,
        deliveryId: 'd1',
        identifiers: { email: 'mei@example.com', cioId: '0300' },
        campaignId: 12,
        actionId: 7,
        journeyId: 'j1',
        href: 'https://shop.example/',
        machine: false,
      }),
    ).toEqual({
      event_id: '01E4C4CT6YDC7Y5M7FE1GWWPQJ',
      object_type: 'email',
      metric: 'clicked',
      timestamp: 1_772_323_200,
      data: {
        delivery_id: 'd1',
        identifiers: { id: null, email: 'mei@example.com', cio_id: '0300' },
        campaign_id: 12,
        action_id: 7,
        journey_id: 'j1',
        href: 'https://shop.example/',
        machine: false,
      },
    });
  });
});
