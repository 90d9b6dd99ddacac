// @module-tag slow
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { subjectOf, tokenSubject } from '../../server/store/subject.ts';
import type { CollectorOptions } from '../support/collector.ts';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const SERVER_KEY = 'the-secret-key-of-the-backend';
const BACKEND = { authorization: `Basic ${btoa(`${SERVER_KEY}:`)}` };

async function startShop(
  variables: Record<string, string> = {},
  { dataDir, sandbox, shops }: Pick<CollectorOptions, 'dataDir' | 'sandbox' | 'shops'> = {},
) {
  const options = { ...(dataDir && { dataDir }), ...(sandbox && { sandbox }), ...(shops && { shops }) };
  // The file of several shops names what belongs to one.
  const own = shops ? { SHOPLINE_APP_SECRET: '', ORDER_MERGE_SECONDS: '' } : { SERVER_KEY };
  const shop = await startWebhookShop({ ...own, ...variables }, options);
  const json = async (method: string, path: string, body?: unknown) =>
    (await shop.admin(method, path, body)).json();
  const inFiles = (text: string) =>
    readdirSync(shop.dataDir).some((file) => readFileSync(join(shop.dataDir, file), 'latin1').includes(text));
  return {
    ...shop,
    inFiles,
    browser: (message: object) => shop.post('/v1/batch', { batch: [message] }, IN_BROWSER),
    backend: (message: object) => shop.post('/v1/batch', { batch: [message] }, BACKEND),
    erase: async (id: string, body?: object) =>
      (await json('DELETE', `/admin/visitors/${encodeURIComponent(id)}`, body)).erasures[0],
    held: async (id: string) => (await json('GET', `/admin/visitors/${id}/export`)).exports[0],
  };
}

test('a stranger who claimed to be thirty customers erases himself alone', async () => {
  const shop = await startShop();
  const victims = Array.from({ length: 30 }, (_, nth) => `customer-${nth}`);
  for (const userId of victims) {
    await shop.backend({ type: 'track', event: 'Logged In', userId });
    await shop.browser({ type: 'identify', anonymousId: 'stranger', userId });
  }
  await shop.browser({
    ...{ type: 'track', event: 'Checkout Started', anonymousId: 'stranger' },
    properties: { checkout_id: 'a1b2c3d4e5f6', email: 'victim@shop.example' },
  });
  await shop.backend({
    type: 'track',
    event: 'X',
    userId: 'victim',
    traits: { email: 'victim@shop.example' },
  });
  await shop.settled();
  expect(await shop.erase('stranger')).toMatchObject({
    found: true,
    events: 31,
    ids: ['stranger'],
    suppressed: [],
  });
  for (const userId of [...victims, 'victim']) expect((await shop.held(userId)).events).toHaveLength(1);
});

test('every digest of an asked email and phone goes, also from somebody else’s event', async () => {
  const shop = await startShop();
  const [email, phone] = ['an.n.lee@gmail.com', '+886912345678'];
  const digests = [email, 'annlee@gmail.com', phone, '886912345678'].map(sha256);
  await shop.backend({ type: 'identify', userId: 'ann', traits: { email, phone } });
  await shop.backend({ type: 'track', event: 'Gift Sent', userId: 'bob', properties: { email, phone } });
  await shop.backend({ type: 'track', event: 'Logged In', userId: 'bob' });
  await shop.settled();
  expect(digests.map((digest) => shop.inFiles(digest))).toEqual([true, true, true, true]);
  const held = await shop.held('ann');
  expect(held.events.at(0).event.identity).toMatchObject({
    emailDotlessSha256: digests[1],
    phoneDigitsSha256: digests[3],
  });
  expect(await shop.erase('ann', { ids: [email, phone] })).toMatchObject({
    found: true,
    events: 1,
    mentions: 1,
  });
  expect((await shop.held('bob')).events).toHaveLength(2);
  expect(digests.map((digest) => shop.inFiles(digest))).toEqual([false, false, false, false]);
});

test('a person is found by each of these digests', async () => {
  for (const form of ['annlee@gmail.com', '886912345678']) {
    const shop = await startShop();
    const traits = { email: 'ann.lee@gmail.com', phone: '+886912345678' };
    await shop.backend({ type: 'track', event: 'Logged In', anonymousId: 'somewhere', context: { traits } });
    expect(await shop.erase(sha256(form))).toMatchObject({ found: true, events: 1 });
  }
});

test('a browser that claimed to be several people is listed, and erased when it is named', async () => {
  const shop = await startShop();
  for (const userId of ['ann', 'bob'])
    await shop.browser({ type: 'identify', anonymousId: 'the-till', userId });
  await shop.browser({ type: 'page', anonymousId: 'the-till' });
  expect(await shop.erase('ann')).toMatchObject({ events: 1, claimed: { browsers: ['the-till'] } });
  expect((await shop.held('bob')).found).toBe(true);
  expect(await shop.erase('ann', { browsers: ['the-till'] })).toMatchObject({
    events: 2,
    ids: ['ann', 'the-till'],
  });
});

test('what the backend did under an id that can be guessed is listed, and erased when it is named', async () => {
  const shop = await startShop();
  await shop.backend({ type: 'track', event: 'Shipment Booked', anonymousId: '5001' });
  await shop.browser({ type: 'identify', anonymousId: '5001', userId: 'stranger' });
  expect(await shop.erase('stranger')).toMatchObject({ events: 1, claimed: { browsers: ['5001'] } });
  expect((await shop.held('5001')).events).toMatchObject([{ event: { event: 'Shipment Booked' } }]);
  expect(await shop.erase('stranger', { browsers: ['5001'] })).toMatchObject({
    events: 1,
    ids: ['stranger', '5001'],
  });
});

test('what the backend linked is one person; what shares a phone is not', async () => {
  const shop = await startShop();
  const phone = '+886912345678';
  await shop.backend({ type: 'identify', userId: 'ann', traits: { email: 'ann@shop.example', phone } });
  await shop.backend({ type: 'identify', userId: 'bob', traits: { email: 'bob@shop.example', phone } });
  await shop.backend({ type: 'alias', userId: 'ann', previousId: 'ann-before' });
  await shop.browser({
    type: 'track',
    event: 'X',
    anonymousId: 'laptop',
    properties: { email: 'ann@shop.example' },
  });
  await shop.browser({ type: 'track', event: 'X', userId: 'ann-before' });
  const erased = await shop.erase('ann');
  expect(erased).toMatchObject({ events: 4, orders: 0 });
  expect(erased.ids.toSorted()).toEqual(
    ['ann', 'ann-before', 'laptop', sha256('ann@shop.example')].toSorted(),
  );
  expect((await shop.held('bob')).events).toHaveLength(1);
});

test('an email typed at a checkout or in an unpaid order links nobody', async () => {
  const shop = await startShop();
  const [email, userId] = ['victim@shop.example', 'customer-1'];
  await shop.backend({ type: 'track', event: 'X', userId: 'victim', traits: { email } });
  await shop.sendWebhook('checkouts/create', { id: '1', token: 'a1b2c3d4e5f6a7', email, user_id: userId });
  await shop.place('2105022431212188732466303', 'D3', { userId, email }, { financial_status: 'unpaid' });
  await shop.settled();
  expect(await shop.erase(userId)).toMatchObject({ found: true, orders: 1 });
  expect((await shop.held('victim')).events).toHaveLength(1);
});

test('what was denied for an erased order without an id goes with it, and no other', async () => {
  const shop = await startShop();
  await shop.place('2105022431212188732466400', 'D6400', { userId: 'before' });
  const [cart, otherCart, strangersCart] = [randomUUID(), randomUUID(), randomUUID()];
  const consent = { categoryPreferences: { advertising: false, analytics: false, marketing: false } };
  const deny = (order_number: string, cart_id: string) => ({
    ...{
      type: 'track',
      event: 'Order Completed',
      properties: { order_number, cart_id },
      context: { consent },
    },
  });
  await shop.browser(deny('D6401VICTIM', cart));
  await shop.browser(deny('D6401VICTIM', otherCart));
  await shop.browser(deny('D6402OTHER', strangersCart));
  await shop.backend(deny('D6401VICTIM', cart));
  await shop.browser({
    ...{ type: 'track', event: 'Consent Denied', context: { consent } },
    properties: { cart_id_sha256: sha256(cart) },
  });
  await shop.place('2105022431212188732466401', '#D6401VICTIM', { userId: 'ann', cartToken: cart });
  await shop.place('2105022431212188732466402', '#D6402OTHER', { userId: 'bob', cartToken: strangersCart });
  await shop.settled();
  const theirs = ['D6401VICTIM', cart, otherCart, subjectOf('o', 'D6401VICTIM')];
  const digests = [cart, otherCart].map(tokenSubject);
  for (const text of [...theirs, ...digests]) expect(shop.inFiles(text)).toBe(true);
  expect(await shop.erase('ann')).toMatchObject({ found: true, orders: 1 });
  for (const text of [...theirs, ...digests]) expect(shop.inFiles(text)).toBe(false);
  for (const text of ['D6402OTHER', strangersCart, tokenSubject(strangersCart)])
    expect(shop.inFiles(text)).toBe(true);
});

test('somebody else’s event loses the digest of the person it mentions, and stays', async () => {
  const shop = await startShop();
  const carol = 'carol@shop.example';
  await shop.browser({
    ...{ type: 'track', event: 'Gift Sent', anonymousId: 'bobs-browser', userId: 'bob' },
    properties: {
      ...{ billing_email: carol, recipient_email: carol, recipient_name: 'Carol', note: 'kept' },
      recipient: { email: carol, name: 'Carol' },
    },
    context: { page: { url: `https://shop.example/?e=${sha256(carol)}` } },
  });
  await shop.browser({
    type: 'track',
    event: 'X',
    anonymousId: 'dans-browser',
    properties: { billing_email: carol },
  });
  await shop.settled();
  expect(await shop.erase(sha256(carol))).toMatchObject({ found: true, events: 0, mentions: 2 });
  const [{ event }] = (await shop.held('bob')).events;
  expect(event).toMatchObject({ identity: { userId: 'bob' }, properties: { note: 'kept' } });
  expect(Object.keys(event.properties)).toEqual(['note']);
  expect(shop.inFiles(sha256(carol))).toBe(false);
  expect((await shop.held('dans-browser')).events).toHaveLength(1);
});

test('the order of an erased person is nowhere any more, ledger included, and does not come back', async () => {
  const shop = await startShop();
  const [orderId, email] = ['2105022431212188732466304', 'ann@shop.example'];
  const place = (webhookId: string) =>
    shop.sendWebhook('orders/create', shop.order(orderId, 'D4', { userId: 'ann', email }), webhookId);
  await place('first');
  await shop.settled();
  await shop.counted();
  const held = await shop.held('ann');
  expect(held).toMatchObject({ found: true, orders: [orderId] });
  expect(held.ledger.map(({ consumer }: { consumer: string }) => consumer)).toContain('shopline@shop');
  expect(held.orderReports[0].names).toContain('D4');
  expect(held.deliveries.length).toBeGreaterThan(0);
  expect(held.statistics.things.length).toBeGreaterThan(0);
  expect(await shop.erase('ann')).toMatchObject({ found: true, orders: 1, suppressed: ['ann'] });
  await shop.settled();
  expect(shop.inFiles(orderId)).toBe(false);
  expect(shop.inFiles(sha256(email))).toBe(false);
  const before = shop.ordersAt('customerio').length;
  await place('from the order poll');
  await shop.settled();
  expect(shop.ordersAt('customerio')).toHaveLength(before);
  expect(shop.inFiles(orderId)).toBe(false);
});

test('an export holds what an erasure would remove', async () => {
  const shop = await startShop({ SHOPLINE_APP_SECRET: '' });
  await shop.browser({ type: 'identify', anonymousId: 'laptop', traits: { email: 'ann@shop.example' } });
  await shop.browser({ type: 'page', anonymousId: 'laptop' });
  const held = await shop.held(sha256('ann@shop.example'));
  expect(held).toMatchObject({ shop: 'shop', found: true, browsers: ['laptop'] });
  expect(held.events).toHaveLength(2);
  const posted = await shop.admin('POST', '/admin/visitors/nobody/export', { ids: ['Ann@shop.example'] });
  expect((await posted.json()).exports[0].events).toEqual(held.events);
  expect(await shop.held('nobody')).toMatchObject({ found: false, ids: [], events: [] });
});

const NO_PLATFORM = Object.fromEntries(
  [
    'HANDLE',
    'ACCESS_TOKEN',
    'CDP_CHANNEL_ID',
    'ENDPOINT',
    'APP_KEY',
    'APP_SECRET',
    'STORE_ID',
    'SOURCE_TYPE',
  ].map((name) => [`SHOPLINE_${name}`, '']),
);

test.each([
  { now: 'no shop is counted any more', variables: NO_PLATFORM, statistics: 404 },
  {
    now: 'another shop is',
    shops: { shop: NO_PLATFORM, tea: { WRITE_KEY: 'key-of-the-tea-shop' } },
    statistics: 200,
  },
  { now: 'the shop still is', statistics: 200 },
])(
  'what statistics counted before is erased and exported with the person where $now',
  async ({ variables, shops, statistics }) => {
    const before = await startShop({ RETENTION_DAYS: '1' });
    const [email, visitor] = ['ann@shop.example', 'b7f0c7de-53f0-4f6c-9c3a-0a5d3d1e9f10'];
    const landing = 'https://shop.example/?utm_id=MA_6019932248291157288&utm_source=shopline';
    await before.browser({ type: 'page', anonymousId: visitor, context: { page: { url: landing } } });
    await before.browser({ type: 'identify', anonymousId: visitor, userId: 'ann', traits: { email } });
    await before.counted();
    await before.settled();
    await before.stop();
    const shop = await startShop(variables, { ...before, ...(shops && { shops }) });
    expect((await shop.counted()).status).toBe(statistics);
    expect((await shop.held('ann')).statistics.links).not.toEqual([]);
    expect(shop.inFiles(visitor)).toBe(true);
    expect(await shop.erase('ann')).toMatchObject({ found: true, ids: ['ann', visitor] });
    await shop.settled();
    await shop.stop();
    for (const id of [visitor, sha256(email)]) expect(shop.inFiles(id)).toBe(false);
  },
);
