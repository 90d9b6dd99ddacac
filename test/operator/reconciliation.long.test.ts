// @module-tag slow
import { describe, expect, test } from 'vitest';
import type { OrderList, Reconciliation } from '../../shared/operator-api/index.ts';
import { type Collector, eventually, startCollector } from '../support/collector.ts';

const SERVER_KEY = 'server-key-of-the-shop-backend';
const headers = { authorization: `Basic ${Buffer.from(`${SERVER_KEY}:`).toString('base64')}` };
const all = { categoryPreferences: { advertising: true, analytics: true, marketing: true } };
const REFUSED = {
  status: 200,
  body: { code: 40002, message: 'Invalid value for `event`', request_id: 'r', data: {} },
};

const start = (variables = {}) => startCollector({ SERVER_KEY, ORDERS_FROM: 'server', ...variables });
const report = (collector: Collector, event: string, status: string) =>
  collector.post(
    '/v1/track',
    {
      ...{ messageId: `${event}-${status}`, event, userId: 'customer-1', context: { consent: all } },
      properties: { order_id: '7001', total: 412, currency: 'TWD', financial_status: status },
    },
    headers,
  );
const get = async <T>(collector: Collector, path: string): Promise<T> =>
  (await (await collector.admin('GET', path)).json()) as T;
const outcomes = async (collector: Collector) => {
  const { orders } = await get<OrderList>(collector, '/admin/orders');
  return Object.fromEntries(
    (orders[0]?.outcomes ?? []).map(({ destination, stage, state }) => [destination, `${stage} ${state}`]),
  );
};
const becomes = (collector: Collector, wanted: Record<string, string>) =>
  eventually(
    () => outcomes(collector),
    (found) => JSON.stringify({ ...found, ...wanted }) === JSON.stringify(found),
  );
const reconciled = async (collector: Collector) => {
  const today = new Date().toISOString().slice(0, 10);
  const found = await get<Reconciliation>(collector, `/admin/reconciliation?day=${today}&timeZone=UTC`);
  expect(found.orders).toMatchObject({ total: 1, paid: 1 });
  return found.destinations.map(({ words }) => words).sort();
};

describe('an order that is paid after it was placed', () => {
  test('is accepted where the sale is the placement, once that was accepted, and at TikTok with the payment', async () => {
    const collector = await start();
    await report(collector, 'Order Completed', 'pending');
    await becomes(collector, {
      tiktok: 'placed delivered',
      shopline: 'placed delivered',
      customerio: 'placed delivered',
    });
    collector.sandbox.setFaults('tiktok', [REFUSED]);
    await report(collector, 'Order Updated', 'paid');
    await becomes(collector, { tiktok: 'paid dead', shopline: 'placed delivered' });
    expect(await reconciled(collector)).toEqual([
      'Customer.io 1 of 1',
      'SHOPLINE 1 of 1',
      'TikTok 0 of 1: 1 refused',
    ]);
    collector.sandbox.setFaults('tiktok', []);
    await collector.admin('POST', '/admin/replay', { selection: { order: '7001', destination: 'tiktok' } });
    await becomes(collector, { tiktok: 'paid delivered' });
    expect(await reconciled(collector)).toContain('TikTok 1 of 1');
  });

  test('has the reason of the placement where that is the sale', async () => {
    const collector = await start();
    collector.sandbox.setFaults('customerio', [{ status: 400, body: { message: 'no' } }]);
    await report(collector, 'Order Completed', 'pending');
    await becomes(collector, { customerio: 'placed dead' });
    collector.sandbox.setFaults('customerio', []);
    await report(collector, 'Order Updated', 'paid');
    await becomes(collector, { tiktok: 'paid delivered' });
    expect(await reconciled(collector)).toContain('Customer.io 0 of 1: 1 refused');
  });

  test('counts by the names that the shop chose', async () => {
    const collector = await start({
      TIKTOK_EVENTS: JSON.stringify({ 'Order Completed': 'Purchase', 'Order Updated': null }),
      SHOPLINE_EVENT_CODES: JSON.stringify({ 'Order Updated': 'Z_sale_order' }),
    });
    await report(collector, 'Order Completed', 'pending');
    await report(collector, 'Order Updated', 'paid');
    await becomes(collector, { tiktok: 'placed delivered', shopline: 'paid delivered' });
    expect(await reconciled(collector)).toEqual(['Customer.io 1 of 1', 'SHOPLINE 1 of 1', 'TikTok 1 of 1']);
  });
});
