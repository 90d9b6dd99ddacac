// @module-tag slow
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../server/privacy/hash.ts';
import { eventually, SHOP_ORIGIN, startCollector } from '../support/collector.ts';
import { textOfFiles } from '../support/files.ts';

const collector = await startCollector({ RATE_LIMIT_PER_MINUTE: '100000' }, { whenOver: afterAll });
const { dataDir, events, lines, post, sandbox, admin } = collector;
const PHONE = sha256('+886912345678');
let last = 0;

beforeEach(() => sandbox.clear());

/** The event as it is stored, and as Customer.io is given it. */
async function send(message: Record<string, unknown>) {
  const messageId = `personal-${++last}`;
  const type = (message.type as string | undefined) ?? 'track';
  await post('/v1/batch', {
    batch: [
      { type, ...(type === 'track' && { event: 'Form Sent' }), anonymousId: 'v-1', messageId, ...message },
    ],
  });
  const given = await eventually(
    () =>
      sandbox.accepted('customerio').find((item) => (item as { messageId?: string }).messageId === messageId),
    (item) => item !== undefined,
  );
  const stored = events.findLast((event) => event.messageId === messageId);
  return { stored, given: given as Record<string, never> };
}

/** Every file and log line, and what the stand-ins were sent. */
function everything(): string {
  return [
    textOfFiles(dataDir),
    ...lines,
    JSON.stringify(sandbox.received().map(({ path, body }) => ({ path, body }))),
  ].join('\n');
}

test.each(['receiver', 'consignee', 'contact_person', '收件人', '联系人'])(
  'what is written for a person is one, also with digits in it: %s',
  async (key) => {
    const { stored, given } = await send({ properties: { [key]: 'lin zhi-ling2' } });
    expect(JSON.stringify([stored, given])).not.toContain('zhi-ling');
  },
);

describe('ids that are phones', () => {
  test.each(['+886912345678', '0912345678', '0912-345-678', '00886912345678', '０９１２３４５６７８'])(
    'userId %s is the phone of the visitor, and no id',
    async (userId) => {
      const { stored, given } = await send({ userId });
      expect(stored?.identity).toEqual({
        anonymousId: 'v-1',
        phoneSha256: PHONE,
        phoneDigitsSha256: sha256('886912345678'),
      });
      expect(given).not.toHaveProperty('userId');
    },
  );

  test('anonymous and group ids become the digest; the previous id is dropped', async () => {
    const { stored } = await send({ type: 'group', anonymousId: '0912345678', groupId: '+886 912 345 678' });
    expect(stored?.identity).toMatchObject({ anonymousId: PHONE, groupId: PHONE });
  });

  test.each(['886912345678', '912345678', '20230906063045123456789019', '4111111111111111', '0000012345'])(
    'userId %s stays: without plus, 00 and trunk zero it is a number like any other',
    async (userId) => {
      expect((await send({ userId })).given).toMatchObject({ userId });
    },
  );

  test('an erasure finds who is asked for by the phone as it was sent', async () => {
    await send({ userId: '0955123456', properties: { query: 'tea' } });
    const refused = await admin('DELETE', '/admin/visitors/0955123456');
    expect(refused.status).toBe(400);
    const response = await admin('DELETE', '/admin/visitors/nobody', { ids: ['0955123456'] });
    expect(await response.json()).toMatchObject({ erasures: [{ found: true, events: 1 }] });
  });
});

test('ids of orders, products and platforms arrive as they were sent', async () => {
  const ids = {
    order_id: '20230906063045123456789019',
    order_number: '4111111111111111',
    checkout_id: '5500005555555559',
    cart_id: '0912345678',
    refund_id: '00886912345678',
    external_id: '6011000990139424',
    訂單編號: '4111111111111111',
    barcode: '4012888888881881',
    tracking_number: '0912345678',
    coupon: '0912345678',
    invoice: '4111111111111111',
    追蹤碼: '0912345678',
    products: [{ product_id: '4111111111111111', variant_id: '340000000000009', sku: '0912345678' }],
  };
  const { given } = await send({ properties: ids });
  expect(given.properties).toEqual(ids);
});

test('the id of a person in an object is a phone where it is written like one', async () => {
  const customer = { id: '+886912345678', customer_id: '0912345678', member_no: '7700900222' };
  expect((await send({ properties: { customer } })).stored?.properties).toEqual({
    customer: { id: PHONE, customer_id: PHONE, member_no: '7700900222' },
  });
});

test('the token of a device reaches the destination that sends it messages', async () => {
  const device = { id: 'd-1', token: 'fcm:0912345678', type: 'ios' };
  expect((await send({ context: { device } })).given.context).toMatchObject({ device });
});

test('names of products, companies, shops and coupons stay', async () => {
  const names = {
    product_name: 'Pebble teapot',
    brand: 'Kiln',
    company: { name: 'Kiln Ltd' },
    shop_name: 'Kiln',
    list_name: 'Bestsellers',
    coupon_name: 'Spring',
    payment_method: 'Visa',
    shipping: { name: 'Express', price: 60 },
    商品名稱: '烏龍茶',
    products: [{ product_id: '1', name: 'Pebble teapot' }],
  };
  expect((await send({ properties: names })).given.properties).toEqual(names);
});

test('secrets, cards, official ids and addresses of clients are left out and counted', async () => {
  const left = { password: 'hunter2', token: 't-99', card_number: 4111111111111111, cvv: 123 };
  const out = {
    iban: 'DE89370400440532013000',
    national_id: 'A123456789',
    passport_no: '3123',
    client_ip: '198.51.100.7',
  };
  const { stored, given } = await send({ properties: { plan: 'gold', ...left, ...out } });
  expect(stored?.properties).toEqual({ plan: 'gold' });
  expect(given.properties).toEqual({ plan: 'gold' });
  const text = await (await admin('GET', '/metrics')).text();
  for (const [field, count] of Object.entries({ secret: 2, bank: 3, official: 2, ip: 1 }))
    expect(text).toMatch(new RegExp(`fields_dropped_total\\{[^}]*field="${field}"[^}]*\\} ${count}\n`));
});

test('city, state and country are at TikTok, not at Customer.io', async () => {
  const address = { city: 'Takao City', state: 'Takaoshire', country_code: 'TW' };
  const { stored, given } = await send({
    type: 'identify',
    traits: { city: 'Takao City', address },
    properties: { shipping_address: address },
    context: { location: { city: 'Takao City', country: 'TW' } },
  });
  expect(stored?.identity).toMatchObject({ city: 'takaocity', state: 'takaoshire', country: 'tw' });
  expect(JSON.stringify(given)).not.toMatch(/takao/i);
  const qualified = await send({ properties: { shipping_city: 'Takao City', billing_state: 'Takaoshire' } });
  expect(qualified.given.properties).toEqual({});
  const ofOrder = { state: 'completed', country: 'TW' };
  expect((await send({ properties: ofOrder })).given.properties).toEqual(ofOrder);
});

test('without advertising consent coordinates have two decimals', async () => {
  const properties = {
    latitude: 25.033964,
    geo: { lng: '121.564468' },
    at: '25.033964,121.564468',
    price: 1.2345,
  };
  const consent = (advertising: boolean) => ({
    consent: { categoryPreferences: { advertising, analytics: true, marketing: true } },
  });
  expect((await send({ context: consent(false), properties })).stored?.properties).toEqual({
    latitude: 25.03,
    geo: { lng: '121.56' },
    at: '25.03,121.56',
    price: 1.2345,
  });
  expect((await send({ context: consent(true), properties })).stored?.properties).toEqual(properties);
});

test('the log line of a rejected message shows no name that its sender chose', async () => {
  const before = lines.length;
  const body = {
    batch: [
      { type: 'track', event: 'Called Hollis Birch 0912777666', messageId: 'hollis-birch-0912777666' },
      { type: 'Hollis Birch', messageId: '0912777666' },
    ],
  };
  await post('/v1/batch', body, { origin: SHOP_ORIGIN });
  const [line = ''] = await eventually(
    () => lines.slice(before).filter((written) => written.includes('message rejected')),
    (written) => written.length > 0,
  );
  expect(line).not.toMatch(/hollis|0912777666/i);
  expect(JSON.parse(line)).toMatchObject({ event: 'unknown', messageId: expect.stringMatching(/^sha256:/) });
  expect(everything()).not.toMatch(/hollis|0912777666/i);
});
