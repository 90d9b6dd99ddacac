// @module-tag slow
import { expect, test } from 'vitest';
import { signShopline } from '../../server/sandbox/webhooks.ts';
import { basic, startCollector } from '../support/collector.ts';
import { eventually } from '../support/eventually.ts';
import { digest } from '../support/order-rows.ts';
import { createSkipClock } from '../support/skip-clock.ts';
import { tempDir } from '../support/temp-dir.ts';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

const CUSTOMER = '4201057495';
const CAMPAIGN = 'MA_6019932248291157288';
const ORDER = '21050224312121887324667162';
/** As SHOPLINE names the shop in the body of a redaction. */
const OURS = { shop_domain: 'sandbox.myshopline.com' };
const OUR_STORE = { store_domain: 'sandbox.myshopline.com' };
const HOUR_MS = 3_600_000;

interface Listed {
  id: number;
  topic: string;
  status: string;
  needsConfirmation?: boolean;
  dueAt?: string;
  found?: boolean;
  customer?: object;
}

async function startShop(
  variables: Record<string, string> = { REDACT_DELAY_HOURS: '0' },
  options: Parameters<typeof startWebhookShop>[1] = {},
) {
  const collector = await startWebhookShop(variables, options);
  const { admin } = collector;
  const json = async (method: string, path: string, body?: unknown) =>
    (await admin(method, path, body)).json();
  const totals = async () =>
    (await json('GET', '/admin/statistics')).shops[0] as {
      marketing: { marketingEventId: string; orders: number; visitors: number }[];
    };
  const place = async () => {
    const page = { url: `https://shop.example/?utm_id=${CAMPAIGN}` };
    await collector.post(
      '/v1/page',
      { anonymousId: 'her-browser', userId: CUSTOMER, context: { page } },
      IN_BROWSER,
    );
    await collector.place(ORDER, 'D1001', { userId: CUSTOMER, email: 'ada@example.com' });
    return eventually(totals, ({ marketing }) => marketing[0]?.orders === 1);
  };
  const redactions = async () => (await json('GET', '/admin/redactions')).redactions as Listed[];
  const held = async (id: string) =>
    (await json('GET', `/admin/visitors/${id}/export`)).exports[0] as { found: boolean; events: unknown[] };
  const finished = () => eventually(redactions, (all) => all.every(({ status }) => status !== 'pending'));
  const said = (words: string) =>
    eventually(
      () => collector.lines.join(''),
      (lines) => lines.includes(words),
    );
  return { ...collector, json, totals, place, redactions, held, finished, said };
}

test('a customer the shop’s platform asks to forget is forgotten, and stays counted', async () => {
  const { place, sendWebhook, totals, held, said, finished } = await startShop();
  const before = await place();
  const customer = { id: CUSTOMER, email: 'ada@example.com' };
  expect((await sendWebhook('customers/redact', { ...OURS, customer })).status).toBe(200);
  await said('a customer erased at the request');
  expect(await finished()).toMatchObject([{ topic: 'customers/redact', status: 'done', found: true }]);
  expect((await totals()).marketing).toEqual(before.marketing);
  for (const id of ['her-browser', CUSTOMER]) expect((await held(id)).found).toBe(false);
});

test('a shop that leaves is forgotten whole', async () => {
  const { place, sendWebhook, totals, held, said } = await startShop();
  await place();
  expect((await sendWebhook('merchants/redact', OUR_STORE)).status).toBe(200);
  await said('all data of the shop erased at the request');
  expect(await totals()).toMatchObject({ marketing: [], flows: [], synced: [] });
  expect((await held('her-browser')).found).toBe(false);
});

test('so are the orders the platform names, whose buyer it may know by another address', async () => {
  const shop = await startShop();
  await shop.place();
  await shop.sendWebhook(
    'orders/create',
    shop.order('2105022431212188732466301', '#D72348', { email: 'guest@example.com' }),
    'guest',
  );
  await shop.settled();
  const customer = { id: '200843728', email: 'other@example.com', phone: '00165323713' };
  await shop.sendWebhook('customers/redact', { ...OURS, customer, orders_to_redact: ['#D72348'] });
  await shop.finished();
  const erased = await shop.json('DELETE', `/admin/visitors/${digest('guest@example.com')}`);
  expect(erased.erasures[0]).toMatchObject({ found: false, events: 0 });
  expect((await shop.held(CUSTOMER)).found).toBe(true);
});

test('no other customer of the same device is erased or deleted at Customer.io', async () => {
  const shop = await startShop();
  const batch = Array.from({ length: 30 }, (_, nth) => ({
    type: 'track',
    event: 'Product Viewed',
    anonymousId: 'the-till',
    userId: `customer-${nth}`,
    messageId: `view-${nth}`,
  }));
  await shop.post('/v1/batch', { batch }, IN_BROWSER);
  await shop.settled();
  await shop.sendWebhook('customers/redact', { ...OURS, customer: { id: 'customer-7' } });
  await shop.finished();
  await shop.settled();
  const reported = shop.sandbox.accepted('customerio') as { event?: string; userId?: string }[];
  expect(reported.filter(({ event }) => event === 'User Suppressed').map(({ userId }) => userId)).toEqual([
    'customer-7',
  ]);
  expect((await shop.held('customer-8')).events).toHaveLength(1);
});

test('a customer known by a phone alone is found by it; one who is not known is said not to be found', async () => {
  const shop = await startShop();
  await shop.post(
    '/v1/track',
    { anonymousId: 'phone-browser', event: 'Signed Up', properties: { phone: '0912345678' } },
    IN_BROWSER,
  );
  await shop.sendWebhook('customers/redact', { ...OURS, customer: { phone: '+886912345678' } }, 'known');
  await shop.sendWebhook('customers/redact', { ...OURS, customer: { phone: '+886987654321' } }, 'unknown');
  const [unknown, known] = await shop.finished();
  expect([known?.found, unknown?.found]).toEqual([true, false]);
  expect(shop.lines.join('').split('a customer erased at the request')).toHaveLength(2);
  expect((await shop.held('phone-browser')).found).toBe(false);
});

test('a redaction can be called off until it is due, and a restart changes nothing of that', async () => {
  const [clock, dataDir] = [createSkipClock(), tempDir()];
  const first = await startShop({}, { clock, dataDir });
  await first.place();
  await first.sendWebhook('customers/redact', { ...OURS, customer: { id: CUSTOMER } });
  await first.sendWebhook('merchants/redact', OUR_STORE);
  const [leaving, customer] = await first.redactions();
  expect([leaving, customer]).toMatchObject([
    { topic: 'merchants/redact', status: 'pending', needsConfirmation: false },
    { topic: 'customers/redact', status: 'pending', customer: { userId: CUSTOMER } },
  ]);
  const hours = (Date.parse(customer?.dueAt ?? '') - clock.now()) / HOUR_MS;
  expect(hours).toBeGreaterThan(23.5);
  const cancelled = await first.json('POST', `/admin/redactions/${leaving?.id}/cancel`);
  expect(cancelled.redaction).toMatchObject({ status: 'cancelled' });
  expect((await first.admin('POST', `/admin/redactions/${leaving?.id}/confirm`)).status).toBe(409);
  expect((await first.admin('POST', '/admin/redactions/999/confirm')).status).toBe(404);
  await first.stop();

  const second = await startShop({}, { clock, dataDir });
  expect(await second.redactions()).toMatchObject([{ status: 'cancelled' }, { status: 'pending' }]);
  expect((await second.held(CUSTOMER)).found).toBe(true);
  clock.skip(24 * HOUR_MS);
  expect(await second.finished()).toMatchObject([{ status: 'cancelled' }, { status: 'done', found: true }]);
  expect((await second.held(CUSTOMER)).found).toBe(false);
});

test.each([
  ['customers/redact', { customer: { id: CUSTOMER }, shop_domain: 'other.myshopline.com' }],
  ['customers/redact', { customer: { id: CUSTOMER }, shop_id: '999' }],
  ['merchants/redact', { store_domain: 'other.myshopline.com', store_id: '1655000000001' }],
  ['merchants/redact', { ...OUR_STORE, store_id: '999' }],
])('%s whose signed body names another shop: 409, nothing is done', async (topic, body) => {
  const shop = await startShop();
  await shop.place();
  const refused = await shop.sendWebhook(topic, body);
  expect([refused.status, (await refused.json()).code]).toEqual([409, 'another-shop']);
  expect(await shop.redactions()).toEqual([]);
  expect((await shop.held(CUSTOMER)).found).toBe(true);
});

test.each(['merchants/redact', 'customers/redact'])(
  'the signed body of an order, sent again as %s: 409, nothing is done, after a restart too',
  async (topic) => {
    const dataDir = tempDir();
    const first = await startShop(undefined, { dataDir });
    const body = { ...first.order(ORDER, 'D1001', { userId: CUSTOMER }), ...OUR_STORE, ...OURS };
    await first.sendWebhook('orders/create', body, 'the-webhook');
    expect((await first.sendWebhook(topic, body, 'the-webhook')).status).toBe(409);
    await first.stop();
    const second = await startShop(undefined, { dataDir });
    const refused = await second.sendWebhook(topic, body, 'another-id');
    expect([refused.status, (await refused.json()).code]).toEqual([409, 'another-topic']);
    expect(await second.redactions()).toEqual([]);
    expect((await second.held(CUSTOMER)).found).toBe(true);
  },
);

test.each([
  ['merchants/redact', {}],
  ['merchants/redact', { update_time: '2026-01-01' }],
  ['customers/redact', { customer: { id: CUSTOMER } }],
  // An order that was not received before: its body holds the store's id, and is no redaction.
  ['merchants/redact', { id: ORDER, store_id: '1655000000001', line_items: [] }],
])('%s whose signed body does not name the shop waits for an operator', async (topic, body) => {
  const shop = await startShop();
  await shop.place();
  expect((await shop.sendWebhook(topic, body)).status).toBe(200);
  expect((await shop.sendWebhook(topic, body, 'sent again')).status).toBe(200);
  const [waiting, ...others] = await shop.redactions();
  expect(others).toEqual([]);
  expect(waiting).toMatchObject({ status: 'pending', needsConfirmation: true });
  await shop.said('does not name the shop');
  const { counters } = await shop.json('GET', '/admin/status');
  expect(counters).toContainEqual({
    name: 'redactions',
    labels: { shop: 'shop', outcome: 'unclear' },
    value: 1,
  });
  expect((await shop.held(CUSTOMER)).found).toBe(true);
  const confirmed = await shop.json('POST', `/admin/redactions/${waiting?.id}/confirm`);
  expect(confirmed.redaction).toMatchObject({ status: 'done', found: true });
  expect((await shop.held(CUSTOMER)).found).toBe(false);
});

test('of two shops of one app, the body says which one leaves', async () => {
  const secret = 'secret-of-the-one-app';
  const shopOf = (handle: string, WRITE_KEY: string) => ({
    ...{ WRITE_KEY, SHOPLINE_HANDLE: handle, SHOPLINE_APP_SECRET: secret, SHOPLINE_STORE_ID: '' },
  });
  const collector = await startCollector(
    { REDACT_DELAY_HOURS: '0' },
    { shops: { shoes: shopOf('shoes', 'key-of-shoes'), tea: shopOf('tea', 'key-of-tea') } },
  );
  const send = (body: object, domain: string) => {
    const parts = { topic: 'merchants/redact', body, secret, shopDomain: domain, webhookId: `${domain}` };
    const { headers, body: text } = signShopline(parts);
    return collector.post('/v1/webhooks/shopline', text, headers);
  };
  const authorization = basic('key-of-tea');
  await collector.post('/v1/track', { userId: 'ann', event: 'X' }, { ...IN_BROWSER, authorization });
  const body = { store_domain: 'shoes.myshopline.com', store_id: '1' };
  expect((await send(body, 'tea.myshopline.com')).status).toBe(409);
  expect((await send(body, 'shoes.myshopline.com')).status).toBe(200);
  const redactions = async () =>
    (await (await collector.admin('GET', '/admin/redactions')).json()).redactions as { status: string }[];
  const all = await eventually(redactions, (found) => found.every(({ status }) => status === 'done'));
  expect(all).toMatchObject([{ shop: 'shoes' }]);
  const held = await (await collector.admin('GET', '/admin/visitors/ann/export?shop=tea')).json();
  expect(held.exports[0]).toMatchObject({ found: true });
});
