// @module-tag slow
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { refundPayload } from '../../server/sandbox/webhooks.ts';
import { createSkipClock } from '../support/skip-clock.ts';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

/**
 * Order numbers can be guessed. A page without an id of its own is told apart by the address that sent it: nobody else's
 * report takes the place of the buyer's, and of the buyer's orders nobody takes one away.
 */
const HOME = '203.0.113.7';
const ELSEWHERE = '198.51.100.66';
const ALL = { advertising: true, analytics: true, marketing: true };
const NONE = { advertising: false, analytics: false, marketing: false };
const HOUR_MS = 60 * 60_000;

async function start(consentDefault: string) {
  const variables = { TRUST_PROXY: '1', CONSENT_DEFAULT: consentDefault, ORDERS_FROM: 'platform' };
  const clock = createSkipClock();
  const shop = await startWebhookShop(variables, { clock, whenOver: afterAll });
  await shop.place('2105022431212188732466300', '#D6300', { userId: '1' });
  return { ...shop, clock };
}
const shops = { granted: await start('granted'), denied: await start('denied') };

let lastNumber = 7000;
/** One order of one of the shops: what is sent of it before its webhook, and where it goes. */
function begin(consentDefault: 'granted' | 'denied') {
  const shop = shops[consentDefault];
  const number = `D${++lastNumber}`;
  const orderId = `210502243121218873246${lastNumber}`;
  const from = async (ip: string, ...messages: object[]) => {
    const batch = messages.map((message) => ({ type: 'track', event: 'Order Completed', ...message }));
    const answer = await shop.post('/v1/batch', { batch }, { ...IN_BROWSER, 'x-forwarded-for': ip });
    expect(answer.status).toBe(200);
  };
  const page = (choice: object | undefined, more: object = {}) => ({
    properties: { order_number: number },
    ...(choice && { context: { consent: { categoryPreferences: choice } } }),
    ...more,
  });
  const of = (api: 'tiktok' | 'customerio') =>
    shop.sandbox.accepted(api).filter((one) => JSON.stringify(one).includes(orderId));
  const sent = async () => {
    await shop.settled();
    const events = of('customerio') as { event?: string }[];
    return {
      customerio: events.map(({ event }) => event),
      text: JSON.stringify([...of('tiktok'), ...events]),
    };
  };
  const place = (parts: object = {}) =>
    shop.place(orderId, `#${number}`, { userId: `c-${number}`, browserIp: HOME, ...parts });
  return { shop, number, orderId, from, page, place, sent };
}

describe('a report without an id of its own', () => {
  test.each([
    ['without an id', {}],
    ['with a short id', { anonymousId: 'visitor-1' }],
  ])('the buyer’s denial %s counts although a stranger denied the number before', async (_, who) => {
    const { from, page, place, sent } = begin('granted');
    await from(ELSEWHERE, page(NONE), page(NONE, { anonymousId: 'visitor-1' }));
    await from(HOME, page(NONE, who));
    await place();
    expect((await sent()).customerio).toEqual([]);
  });

  test.each([
    ['a user id alone', { userId: 'c-1' }],
    ['a short id', { anonymousId: 'visitor-1' }],
  ])('the buyer’s click counts although a stranger sent the number with %s before', async (_, who) => {
    const { from, page, place, sent } = begin('granted');
    await from(ELSEWHERE, page(ALL, who));
    await from(HOME, page(ALL, { ...who, ...clickOf('buyer') }));
    await place('userId' in who ? { userId: 'c-1' } : {});
    expect((await sent()).text).toContain('E.C.P.buyer');
  });

  test('the same denial hours before the order does not take the place of the buyer’s', async () => {
    const { shop, from, page, place, sent } = begin('granted');
    await from(HOME, page(NONE));
    shop.clock.skip(2 * HOUR_MS);
    await from(HOME, page(NONE));
    await place();
    expect((await sent()).customerio).toEqual([]);
  });
});

describe('every stage of an order', () => {
  test('two pages, one by number and one by id: the refund is sent no more than the order', async () => {
    const { shop, number, orderId, from, page, place, sent } = begin('denied');
    await from(HOME, page(ALL, { anonymousId: randomUUID() }));
    const other = randomUUID();
    await from(HOME, page(ALL, { anonymousId: other, properties: { order_id: orderId } }));
    await place();
    expect((await sent()).customerio).toEqual([]);
    const lines = [{ productId: 'tea', variantId: 'tea-1', title: 'Tea', price: 240, quantity: 1 }];
    const refund = { refundId: `R${number}`, orderId, refundedAtMs: shop.clock.now(), amount: 240, lines };
    await shop.sendWebhook('refunds/create', refundPayload(refund), `refund-${number}`);
    const { customerio, text } = await sent();
    expect(customerio).toEqual([]);
    expect(text).not.toContain(other);
  });
});

function clickOf(name: string, choice: object = ALL) {
  return {
    context: { consent: { categoryPreferences: choice }, tiktok: { ttclid: `E.C.P.${name}` } },
  };
}
