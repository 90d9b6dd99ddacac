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

const WINDOW_MS = 30_000;

async function start(consentDefault: string, more: Record<string, string> = {}) {
  const variables = { ...more, TRUST_PROXY: '1', CONSENT_DEFAULT: consentDefault, ORDERS_FROM: 'platform' };
  const clock = createSkipClock();
  const shop = await startWebhookShop(variables, { clock, whenOver: afterAll });
  await shop.place('2105022431212188732466300', '#D6300', { userId: '1' });
  return { ...shop, clock };
}
const shops = {
  granted: await start('granted'),
  denied: await start('denied'),
  merging: await start('denied', { ORDER_MERGE_SECONDS: `${WINDOW_MS / 1000}` }),
};

let lastNumber = 7000;
let lastAddress = 100;
/** One order of one of the shops: what is sent of it before its webhook, and where it goes. */
function begin(name: keyof typeof shops, address = HOME) {
  const shop = shops[name];
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
    shop.place(orderId, `#${number}`, { userId: `c-${number}`, browserIp: address, ...parts });
  return { shop, number, orderId, from, page, place, sent };
}

/** Denials of numbers that no order has yet, as a program sends them. */
const denials = (first: number, count: number, id: () => object) =>
  Array.from({ length: count }, (_, nth) => ({
    properties: { order_number: `D${first + nth}` },
    context: { consent: { categoryPreferences: NONE } },
    ...id(),
  }));

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

describe('a neighbour at the buyer’s address', () => {
  test.each([
    ['without ids', () => ({})],
    ['each with an id of its own', () => ({ anonymousId: randomUUID() })],
    [
      'advertising alone, each with an id of its own',
      () => ({
        anonymousId: randomUUID(),
        context: { consent: { categoryPreferences: { ...ALL, advertising: false } } },
      }),
    ],
  ])('who denies hundreds of orders, %s, takes none away', async (_, id) => {
    for (const consentDefault of ['granted', 'denied'] as const) {
      const address = `203.0.113.${++lastAddress}`;
      const order = () => begin(consentDefault, address);
      const [alone, withPage] = [order(), order()];
      const mass = [...denials(lastNumber - 20, 100, id), ...denials(lastNumber + 90, 300, id)];
      await alone.from(address, ...mass);
      await withPage.from(address, withPage.page(ALL, { anonymousId: randomUUID(), ...clickOf('buyer') }));
      await alone.place();
      await withPage.place();
      if (consentDefault === 'granted') expect((await alone.sent()).text).toContain('Purchase');
      expect((await withPage.sent()).text).toContain('E.C.P.buyer');
    }
  });

  test.each([
    ['denies without an id', NONE, {}],
    ['denies with a short id', NONE, { anonymousId: 'visitor-1' }],
    ['grants without an id', ALL, {}],
  ])('who %s takes nothing of what the buyer’s own page grants', async (_, choice, who) => {
    for (const isBuyerFirst of [true, false]) {
      const { from, page, place, sent } = begin('denied');
      const buyers = page(ALL, { anonymousId: randomUUID(), ...clickOf('buyer') });
      const neighbours = page(choice, who);
      await from(HOME, ...(isBuyerFirst ? [buyers, neighbours] : [neighbours, buyers]));
      await place();
      const { customerio, text } = await sent();
      expect(customerio).toEqual(['Order Completed']);
      expect(text).toContain('E.C.P.buyer');
    }
  });

  test('who denies without an id takes nothing of it when both come after the webhook, either first', async () => {
    for (const isBuyerFirst of [true, false]) {
      const { shop, from, page, place, sent } = begin('merging');
      await place();
      const buyers = page(ALL, { anonymousId: randomUUID(), ...clickOf('buyer') });
      for (const one of isBuyerFirst ? [buyers, page(NONE)] : [page(NONE), buyers]) await from(HOME, one);
      shop.clock.skip(WINDOW_MS + 1000);
      expect((await sent()).text).toContain('E.C.P.buyer');
    }
  });

  test('who has an id as hard to guess as the buyer’s makes the order nobody’s', async () => {
    const { from, page, place, sent } = begin('granted');
    const [one, other] = ['one', 'other'].map((name) =>
      page(ALL, { anonymousId: randomUUID(), ...clickOf(name) }),
    );
    await from(HOME, one ?? {}, other ?? {});
    await place();
    const { customerio, text } = await sent();
    expect(customerio).toEqual(['Order Completed']);
    expect(text).not.toContain('E.C.P.');
  });

  test('who denies another order leaves the buyer’s own denial as it is', async () => {
    const { from, page, place, sent } = begin('granted');
    await from(HOME, ...denials(9000, 3, () => ({})), page(NONE));
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
