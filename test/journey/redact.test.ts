// @module-tag slow
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

const CUSTOMER = '4201057495';
const CAMPAIGN = 'MA_6019932248291157288';

async function startShop() {
  const collector = await startWebhookShop();
  const totals = async () =>
    (await (await collector.admin('GET', '/admin/statistics')).json()).shops[0] as {
      marketing: { marketingEventId: string; orders: number; visitors: number }[];
    };
  const place = async () => {
    const page = { url: `https://shop.example/?utm_id=${CAMPAIGN}` };
    await collector.post(
      '/v1/page',
      { anonymousId: 'her-browser', userId: CUSTOMER, context: { page } },
      IN_BROWSER,
    );
    await collector.place('21050224312121887324667162', 'D1001', {
      userId: CUSTOMER,
      email: 'ada@example.com',
    });
    return eventually(totals, ({ marketing }) => marketing[0]?.orders === 1);
  };
  const erasure = async (id: string) =>
    (await (await collector.admin('DELETE', `/admin/visitors/${id}`)).json()).erasures[0] as {
      events: number;
    };
  return { ...collector, totals, place, erasure };
}

test('a customer the shop’s platform asks to forget is forgotten, and stays counted', async () => {
  const { place, sendWebhook, totals, erasure, lines } = await startShop();
  const before = await place();
  expect(
    (await sendWebhook('customers/redact', { customer: { id: CUSTOMER, email: 'ada@example.com' } })).status,
  ).toBe(200);
  await eventually(
    () => lines.join(''),
    (said) => said.includes('a customer erased at the request'),
  );
  expect((await totals()).marketing).toEqual(before.marketing);
  // Her user id alone is still on its way to Customer.io, which has to delete her.
  for (const id of ['her-browser', 'ada@example.com']) expect((await erasure(id)).events).toBe(0);
});

test('a shop that leaves is forgotten whole', async () => {
  const { place, sendWebhook, totals, erasure, lines } = await startShop();
  await place();
  expect((await sendWebhook('merchants/redact', {})).status).toBe(200);
  await eventually(
    () => lines.join(''),
    (said) => said.includes('all data of the shop erased at the request'),
  );
  expect(await totals()).toMatchObject({ marketing: [], flows: [], synced: [] });
  expect((await erasure('her-browser')).events).toBe(0);
});

test('so are the orders the platform names, whose buyer it may know by another address', async () => {
  const shop = await startWebhookShop();
  await shop.place('2105022431212188732466301', '#D72348', { email: 'guest@example.com' });
  await shop.settled();
  await shop.counted();
  const customer = { id: '200843728', email: 'ada@example.com', phone: '00165323713' };
  await shop.sendWebhook('customers/redact', { customer, orders_to_redact: ['#D72348'] });
  await eventually(
    () => shop.lines.join(''),
    (said) => said.includes('a customer erased at the request'),
  );
  const erased = await (await shop.admin('DELETE', '/admin/visitors/guest@example.com')).json();
  expect(erased.erasures[0].events).toBe(0);
});

test('no other customer of the same device is deleted at Customer.io', async () => {
  const shop = await startWebhookShop();
  const batch = Array.from({ length: 30 }, (_, nth) => ({
    type: 'track',
    event: 'Product Viewed',
    anonymousId: 'the-till',
    userId: `customer-${nth}`,
    messageId: `view-${nth}`,
  }));
  await shop.post('/v1/batch', { batch }, IN_BROWSER);
  await shop.settled();
  await shop.counted();
  await shop.sendWebhook('customers/redact', { customer: { id: 'customer-7' } });
  await eventually(
    () => shop.lines.join(''),
    (said) => said.includes('a customer erased at the request'),
  );
  await shop.settled();
  const reported = shop.sandbox.accepted('customerio') as { event?: string; userId?: string }[];
  expect(reported.filter(({ event }) => event === 'User Suppressed').map(({ userId }) => userId)).toEqual([
    'customer-7',
  ]);
});
