// @module-tag slow
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { order, PERSONAL, signReport } from '../platforms/support.ts';
import { type Collector, eventually, SHOP_ORIGIN, startCollector } from '../support/collector.ts';

const APP_SECRET = 'the-app-secret-of-this-shop';
const SIGNING_KEY = 'the-signing-key-of-this-shop';
const HANDLE = 'open001';
const collector = await startCollector(
  {
    SHOPLINE_HANDLE: HANDLE,
    SHOPLINE_APP_SECRET: APP_SECRET,
    CUSTOMERIO_WEBHOOK_SIGNING_KEY: SIGNING_KEY,
    ORDER_MERGE_SECONDS: '0',
  },
  { whenOver: afterAll },
);

let last = 0;
function send(topic: string, payload: object, headers: Record<string, string> = {}) {
  const body = JSON.stringify(payload);
  return collector.post('/v1/webhooks/shopline', body, {
    'X-Shopline-Topic': topic,
    'X-Shopline-Shop-Domain': `${HANDLE}.myshopline.com`,
    'X-Shopline-Webhook-Id': `webhook-${++last}`,
    'X-Shopline-Hmac-Sha256': createHmac('sha256', APP_SECRET).update(body).digest('base64'),
    ...headers,
  });
}
function report(metric: string, eventId: string) {
  const body = JSON.stringify({
    event_id: eventId,
    object_type: 'email',
    metric,
    timestamp: 1772366400,
    data: { delivery_id: 'd1', identifiers: { id: '42', email: 'ada@example.com' } },
  });
  return collector.post('/v1/webhooks/customerio', body, {
    'X-CIO-Timestamp': '1772366400',
    'X-CIO-Signature': signReport(body, '1772366400', SIGNING_KEY),
  });
}
const settled = ({ admin }: Collector) =>
  eventually(
    async () => (await (await admin('GET', '/admin/status')).json()).destinations,
    (destinations) => destinations.every(({ waiting }: { waiting: number }) => waiting === 0),
  );
const accepted = (api: 'tiktok' | 'customerio' | 'shopline') =>
  JSON.stringify(collector.sandbox.accepted(api));
const now = () => new Date().toISOString();

describe('an order webhook of SHOPLINE', () => {
  test('reaches the destinations once, however often it is sent', async () => {
    const placed = order({
      id: 'order-of-the-webhook',
      name: '#2001',
      order_status_url: null,
      checkout_id: '1',
      checkout_token: 'k1',
      created_at: now(),
    });
    const answers = [await send('orders/create', placed), await send('orders/create', placed)];
    expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual([
      { success: true, accepted: 1, duplicates: 0 },
      { success: true, accepted: 1, duplicates: 1 },
    ]);
    await settled(collector);
    expect(accepted('tiktok').split('"PlaceAnOrder"')).toHaveLength(2);
    expect(accepted('customerio')).toContain('order-of-the-webhook');
  });

  test('makes the order, once, though a page without proof reported it before', async () => {
    const page = {
      type: 'track',
      event: 'Order Completed',
      anonymousId: 'buyer',
      properties: { order_id: 'order-seen-twice', value: 1, currency: 'TWD' },
    };
    await collector.post('/v1/track', page, { origin: SHOP_ORIGIN });
    const placed = order({
      id: 'order-seen-twice',
      name: '#2002',
      order_status_url: null,
      checkout_id: '2',
      checkout_token: 'k2',
      created_at: now(),
    });
    expect(await (await send('orders/create', placed)).json()).toMatchObject({ accepted: 1, duplicates: 0 });
    await settled(collector);
    const orders = (collector.sandbox.accepted('customerio') as Record<string, unknown>[]).filter((item) =>
      JSON.stringify(item).includes('order-seen-twice'),
    );
    expect(orders).toHaveLength(1);
    expect(JSON.stringify(orders)).not.toContain('"buyer"');
  });

  test('is refused with a wrong signature, and by whom we do not know', async () => {
    const before = collector.events.length;
    const wrong = { 'X-Shopline-Hmac-Sha256': 'a'.repeat(64) };
    expect((await send('orders/create', order(), wrong)).status).toBe(401);
    const foreign = { 'X-Shopline-Shop-Domain': 'foreign.myshopline.com' };
    expect((await send('orders/create', order(), foreign)).status).toBe(404);
    expect(collector.events).toHaveLength(before);
  });
});

test('what Customer.io reports is stored for statistics, and not delivered', async () => {
  await settled(collector);
  const before = ['tiktok', 'customerio', 'shopline'].map((api) => accepted(api as 'tiktok'));
  expect(await (await report('clicked', 'report-1')).json()).toMatchObject({ accepted: 1, duplicates: 0 });
  expect(await (await report('clicked', 'report-1')).json()).toMatchObject({ accepted: 1, duplicates: 1 });
  expect(await (await report('teleported', 'report-2')).json()).toMatchObject({ accepted: 0 });
  await settled(collector);
  expect(['tiktok', 'customerio', 'shopline'].map((api) => accepted(api as 'tiktok'))).toEqual(before);
  expect(collector.events.at(-1)).toMatchObject({ event: 'Email Link Clicked', source: 'platform' });
});

test('nothing personal, and no secret, of all this is on the disk or in a log line', async () => {
  await send('customers/redact', { customer: { id: '9', email: 'ada@example.com', phone: '0912345678' } });
  const files = readdirSync(collector.dataDir).map((file) => join(collector.dataDir, file));
  const written = [...files.map((file) => readFileSync(file, 'latin1')), ...collector.lines].join('\n');
  expect(written).toContain('Order Completed');
  for (const secret of [...PERSONAL, APP_SECRET, SIGNING_KEY]) expect(written).not.toContain(secret);
});
