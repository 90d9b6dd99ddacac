import { describe, expect, test } from 'vitest';
import { peopleIn } from '../../server/analytics/event.ts';
import { type FactRules, readFacts } from '../../server/analytics/read-facts.ts';
import { createTargets } from '../../server/analytics/targets.ts';
import type { JsonObject, ProtectedEvent } from '../../shared/protected-event.ts';
import { event } from '../support/event.ts';

const AT = '2026-03-01T08:00:00.000Z';
const RECEIVED = '2026-03-01T08:00:05.000Z';
const times = { atMs: Date.parse(AT), receivedAtMs: Date.parse(RECEIVED) };
const RULES: FactRules = {
  currency: 'TWD',
  targets: createTargets({
    attributionMs: 0,
    rules: [{ marketing_event_id: 'MA_spring', utm_campaign: 'spring*' }],
    flows: [],
  }),
};
const TOKEN = 'checkout-token-1';
const DENIED = { advertising: false, analytics: false, marketing: false };

const reported = (parts: Partial<ProtectedEvent>) =>
  event({ messageId: 'm1', identity: { anonymousId: 'ann' }, timestamp: AT, receivedAt: RECEIVED, ...parts });
const read = (parts: Partial<ProtectedEvent>) => readFacts(reported(parts), RULES);
const page = (url: string, parts: Partial<ProtectedEvent> = {}) =>
  read({ type: 'page', context: { page: { url } }, ...parts });
const landedOn = (url: string) => page(url).touches?.[0]?.marketingEventId;
const order = (properties: JsonObject, parts: Partial<ProtectedEvent> = {}) =>
  read({ event: 'Order Completed', properties: { order_id: '7001', ...properties }, ...parts });
const orderReport = (properties: JsonObject) => order(properties).orderReports?.[0];

describe('a landing', () => {
  test('is a page view on a marketing event’s link: a touch of every id, and a visit', () => {
    const found = page('https://shop.example/?utm_id=MA_1&_cio_id=c9', {
      identity: { anonymousId: 'ann', userId: 'u1' },
      context: {
        page: { url: 'https://shop.example/?utm_id=MA_1&_cio_id=c9' },
        location: { country: 'TW' },
      } as ProtectedEvent['context'],
    });
    expect(found.touches).toEqual([
      {
        id: 'm1',
        kind: 'landing',
        marketingEventId: 'MA_1',
        people: ['a:ann', 'u:u1', 'c:c9'],
        claimed: ['u:u1'],
        ...times,
      },
    ]);
    expect(found.visits).toEqual([
      { id: 'm1', marketingEventId: 'MA_1', visitor: 'a:ann', country: 'tw', ...times },
    ]);
    expect(found.links).toContainEqual({ one: 'a:ann', other: 'c:c9', receivedAtMs: times.receivedAtMs });
    expect(found.links).toHaveLength(3);
  });

  test('without consent to analytics is no touch and no visit, and is counted as left out', () => {
    const found = page('https://shop.example/?utm_id=MA_1', { consent: DENIED });
    expect(found).toMatchObject({ leftOut: ['consent'] });
    expect(found).not.toHaveProperty('touches');
    expect(found).not.toHaveProperty('visits');
  });

  test('of a robot is left out, and its ids are not linked', () => {
    const robot = { bot: true, page: { url: 'https://shop.example/?utm_id=MA_1' } };
    expect(page('', { context: robot, identity: { anonymousId: 'a', userId: 'u' } })).toEqual({
      leftOut: ['bot'],
    });
  });

  test('without an anonymous id is left out', () => {
    expect(page('https://shop.example/?utm_id=MA_1', { identity: {} })).toMatchObject({
      leftOut: ['no-identity'],
    });
  });

  test.each<[string, string, string | undefined]>([
    ['percent-encoded', '?utm_id=MA%5F1', 'MA_1'],
    ['repeated: the last counts', '?utm_id=MA_1&utm_id=MA_2', 'MA_2'],
    ['behind others', '?a=%&utm_campaign=SPRING%20sale&b', 'MA_spring'],
    ['with plus for a blank', '?utm_campaign=spring+sale', 'MA_spring'],
    ['in the fragment only', '#utm_id=MA_1', undefined],
    ['under a name in capitals', '?UTM_ID=MA_1', undefined],
    ['an id in small letters', '?utm_id=ma_1', undefined],
    ['an id with a blank', '?utm_id=MA_1%202', undefined],
    ['an id with a control character', '?utm_id=MA_1%00', undefined],
    ['an id that is only a prefix', '?utm_id=MA_', undefined],
    ['an id of eight thousand letters', `?utm_id=MA_${'x'.repeat(8000)}`, undefined],
    ['a campaign of eight thousand letters', `?utm_campaign=spring${'*'.repeat(8000)}`, 'MA_spring'],
    ['a value that is no UTF-8', '?utm_campaign=spring%FF%FE', 'MA_spring'],
    ['names every object has', '?utm___proto__=x&utm_constructor=y&utm_campaign=z', undefined],
    ['an id before a rule', '?utm_campaign=spring&utm_id=MA_1', 'MA_1'],
    ['another shop’s utm_id beside a rule', '?utm_campaign=spring&utm_id=42', 'MA_spring'],
    ['no utm values', '?q=spring', undefined],
  ])('link with %s', (_, query, expected) => {
    expect(landedOn(`https://shop.example/${query}`)).toBe(expected);
  });

  test('an unreadable address is no link; the rest of the event is read', () => {
    for (const url of ['http://[utm_id=MA_1', '?utm_id=MA_1', 'utm_', '\u0000utm_id=MA_1'])
      expect(page(url)).toMatchObject({ visitor: { anonymousId: 'ann' } });
    expect(landedOn('http://[/?utm_id=MA_1')).toBeUndefined();
  });

  test('the campaign a sender names counts only where there is no address', () => {
    const campaign = { name: 'spring', source: 'mail' };
    expect(read({ type: 'page', context: { campaign } }).touches?.[0]?.marketingEventId).toBe('MA_spring');
    const seen = { campaign, page: { url: 'https://shop.example/cart' } };
    expect(read({ type: 'page', context: seen })).not.toHaveProperty('touches');
    const odd = { name: 5, id: ['MA_1'] } as unknown as typeof campaign;
    expect(read({ type: 'page', context: { campaign: odd } })).not.toHaveProperty('touches');
  });

  test('a track event on the same page is no landing', () => {
    const context = { page: { url: 'https://shop.example/?utm_id=MA_1' } };
    expect(read({ event: 'Product Viewed', context })).not.toHaveProperty('touches');
  });

  test('an invalid country is left out, the visit stays', () => {
    for (const country of ['T1', 'TWN', '', 7, null, '台灣', 'T\n'])
      expect(
        read({
          type: 'page',
          context: {
            page: { url: 'https://shop.example/?utm_id=MA_1' },
            location: { country },
          } as ProtectedEvent['context'],
        }).visits,
      ).toEqual([{ id: 'm1', marketingEventId: 'MA_1', visitor: 'a:ann', ...times }]);
  });
});

describe('a cart and a checkout', () => {
  test('each thing put into a cart counts, by its own message', () => {
    expect(read({ event: 'Product Added', properties: { cart_id: 'cart-token-1' } }).actions).toEqual([
      { id: 'message:m1', kind: 'cart', people: ['a:ann', 't:cart-token-1'], ...times },
    ]);
  });

  test('a checkout counts once for its token, from any source and with any other names', () => {
    const idOf = (properties: JsonObject) =>
      read({ event: 'Checkout Started', properties }).actions?.map(({ id }) => id);
    expect(idOf({ checkout_token: TOKEN })).toEqual([`checkout:${TOKEN}`]);
    expect(idOf({ checkout_id: 'abandoned-9', checkout_token: TOKEN })).toEqual([`checkout:${TOKEN}`]);
    expect(idOf({ checkout_id: TOKEN })).toEqual([`checkout:${TOKEN}`]);
    expect(idOf({})).toEqual(['message:m1']);
  });

  test('under an id that can be guessed a page claims no checkout of others', () => {
    const started = (source: ProtectedEvent['source']) =>
      read({ event: 'Checkout Started', source, properties: { checkout_id: '1001' } }).actions?.[0]?.id;
    expect(started('browser')).toBe('message:m1');
    for (const source of ['server', 'platform'] as const) expect(started(source)).toBe('checkout:1001');
  });

  test('a visitor’s without consent is left out; what the shop’s server tells is the shop’s own', () => {
    expect(read({ event: 'Product Added', consent: DENIED })).toMatchObject({ leftOut: ['consent'] });
    const server = { event: 'Checkout Started', consent: DENIED, source: 'platform' } as const;
    expect(read({ ...server, properties: { checkout_token: 'k1' } }).actions).toHaveLength(1);
  });

  test('without an id is left out', () => {
    expect(read({ event: 'Product Added', identity: {} })).toMatchObject({ leftOut: ['no-identity'] });
  });
});

describe('a report of an order', () => {
  test('holds its names, people, money and items', () => {
    expect(
      order(
        {
          order_number: '#1001',
          checkout_token: TOKEN,
          currency: 'twd',
          total: 480.5,
          discount: 20,
          financial_status: 'paid',
          products: [{ product_id: 'tea', quantity: 2 }, { sku: 'S-1' }],
        },
        { source: 'platform', orderId: '1001' },
      ).orderReports,
    ).toEqual([
      {
        id: 'platform:m1',
        stage: 'placed',
        source: 'platform',
        orderId: '1001',
        names: ['7001', '1001', `checkout:${TOKEN}`],
        part: '',
        people: ['a:ann', `k:${TOKEN}`],
        ...times,
        amountHundredths: 48_050,
        discountHundredths: 2_000,
        currency: 'TWD',
        isUnpaid: false,
        items: [
          { productId: 'tea', units: 2 },
          { productId: 'S-1', units: 1 },
        ],
      },
    ]);
  });

  test.each([
    ['Order Completed', {}, 'placed'],
    ['Order Updated', { financial_status: 'paid' }, 'paid'],
    ['Order Updated', { financial_status: 'refunded' }, 'updated'],
    ['Order Updated', {}, 'updated'],
    ['Order Cancelled', {}, 'cancelled'],
    ['Order Refunded', {}, 'refunded'],
    ['order completed', {}, undefined],
  ] as const)('%s %o is reported as %s', (name, properties, stage) => {
    expect(order(properties, { event: name }).orderReports?.[0]?.stage).toBe(stage);
  });

  test('counts without consent: it is the shop’s own record', () => {
    expect(order({ total: 5 }, { consent: DENIED })).toMatchObject({ leftOut: [], orderReports: [{}] });
  });

  test('without any name stands for itself when placed, and is left out otherwise', () => {
    expect(read({ event: 'Order Completed' }).orderReports?.[0]?.orderId).toBe('message:m1');
    for (const name of ['Order Cancelled', 'Order Refunded'])
      expect(read({ event: name })).toMatchObject({ leftOut: ['no-identity'] });
    const paid = read({ event: 'Order Updated', properties: { financial_status: 'paid' } });
    expect(paid).toMatchObject({ leftOut: ['no-identity'] });
  });

  test('is called the same by number and by text', () => {
    expect(orderReport({ order_id: 7001 })).toMatchObject({ orderId: '7001', names: [] });
    expect(orderReport({ order_id: ' 7001 ', order_number: '#7001' })).toMatchObject({
      orderId: '7001',
      names: [],
    });
  });

  test('has no name with a redacted email, and none that is not text', () => {
    for (const order_id of ['[email]-1', '', '  ', null, true, ['7'], { id: '7' }, 'x'.repeat(600)])
      expect(orderReport({ order_id })?.orderId).toBe('message:m1');
  });

  test.each<[unknown, number | undefined, boolean]>([
    [12.5, 1_250, false],
    ['12.50', 1_250, false],
    ['0', 0, false],
    ['1.0050000000', 101, false],
    [0.1 + 0.2, 30, false],
    [-5, undefined, true],
    ['-0.01', undefined, true],
    ['1e400', undefined, true],
    ['1e-400', undefined, true],
    ['9e99', undefined, true],
    ['NT$480', undefined, true],
    ['1,200', undefined, true],
    ['', undefined, true],
    [true, undefined, true],
    [{ amount: '5' }, undefined, true],
    [null, undefined, false],
    [undefined, undefined, false],
  ])('a total of %j is %s hundredths; left out as bad: %s', (total, hundredths, isBad) => {
    const found = order(total === undefined ? {} : ({ total } as JsonObject));
    expect(found.orderReports?.[0]?.amountHundredths).toBe(hundredths);
    expect(found.leftOut).toEqual(isBad ? ['bad-amount'] : []);
  });

  test('what the buyer pays is the total, else the value, else the revenue', () => {
    expect(orderReport({ revenue: 1 })?.amountHundredths).toBe(100);
    expect(orderReport({ revenue: 1, value: 2 })?.amountHundredths).toBe(200);
    expect(orderReport({ revenue: 1, value: 2, total: 3 })?.amountHundredths).toBe(300);
    expect(orderReport({ revenue: 1, total: 0 })?.amountHundredths).toBe(0);
  });

  test('in another currency is counted as such once', () => {
    expect(order({ total: 5, currency: 'USD' }).leftOut).toEqual(['foreign-currency']);
    expect(order({ total: 5, currency: ' twd ' }).leftOut).toEqual([]);
  });

  test.each([
    ['unpaid', true],
    ['authorized', true],
    ['pending', true],
    ['partially_paid', true],
    ['paid', false],
    ['refunded', false],
    ['toString', false],
  ])('with the status %s is unpaid: %s', (financial_status, isUnpaid) => {
    expect(orderReport({ financial_status })?.isUnpaid).toBe(isUnpaid);
  });

  test('without a status has no payment state', () => {
    expect(orderReport({})).not.toHaveProperty('isUnpaid');
    expect(orderReport({ financial_status: null })).not.toHaveProperty('isUnpaid');
  });

  test('counts whole units, and one where the quantity is absent', () => {
    const unitsOf = (quantity: unknown) =>
      orderReport({ products: [{ product_id: 'tea', quantity }] as JsonObject[] })?.items[0]?.units;
    expect([2, 1.6, null, undefined].map(unitsOf)).toEqual([2, 2, 1, 1]);
    expect([0, -3, 0.2, '2', {}, true, 1e300].map(unitsOf)).toEqual(Array(7).fill(undefined));
  });

  test('with invalid lines keeps the others', () => {
    const products = [null, 'tea', 5, [], [[]], {}, { product_id: 12 }] as unknown as JsonObject[];
    expect(orderReport({ products })?.items).toEqual([
      { productId: '', units: 1 },
      { productId: '12', units: 1 },
    ]);
    expect(orderReport({ products: { length: 3 } as unknown as JsonObject })?.items).toEqual([]);
  });
});

describe('ids of an event', () => {
  const people = (parts: Partial<ProtectedEvent>) => peopleIn(reported({ identity: {}, ...parts }));

  test('every id it carries, with its kind, each once', () => {
    const identity = { anonymousId: 'x', userId: 'x', emailSha256: 'e'.repeat(64) };
    const properties = {
      cart_token: 'cart-token-1',
      cart_id: 'cart-token-1',
      checkout_token: TOKEN,
      checkout_id: 'another-checkout',
      cio_id: 'c',
    };
    expect(people({ identity, properties })).toEqual([
      'a:x',
      'u:x',
      `e:${'e'.repeat(64)}`,
      'c:c',
      't:cart-token-1',
      `k:${TOKEN}`,
      'k:another-checkout',
    ]);
  });

  test('what can be guessed of a cart or checkout links nobody to it', () => {
    for (const id of [9, '1001', 'short', '12345678901234567890'])
      expect(people({ properties: { cart_token: id, checkout_token: id, checkout_id: id } })).toEqual([]);
    expect(people({ properties: { checkout_id: '12345678901234567890123456' } })).toEqual([]);
  });

  test('two strangers are not one for an id that an email was struck out of, or that is blank', () => {
    for (const id of ['[email]', 'x-[email]', '', '   ', null, true, {}])
      expect(people({ properties: { cart_token: id, checkout_id: id, cio_id: id } })).toEqual([]);
    const url = 'https://shop.example/?_cio_id=[email]&utm_id=MA_1';
    expect(people({ type: 'page', context: { page: { url } } })).toEqual([]);
  });

  test('Customer.io’s id in a link counts where the properties have none', () => {
    const context = { page: { url: 'https://shop.example/?_cio_id=c9' } };
    expect(people({ context })).toEqual(['c:c9']);
    expect(people({ context, properties: { cio_id: '' } })).toEqual(['c:c9']);
  });

  test('an order of the shop’s server is no visit of a visitor', () => {
    expect(order({}, { source: 'platform' })).not.toHaveProperty('visitor');
    expect(order({}).visitor).toEqual({ anonymousId: 'ann', seenAtMs: times.atMs });
  });
});

test('the same event always gives the same facts, and an unknown event gives none', () => {
  const one = reported({ event: 'Order Completed', properties: { order_id: '1', total: 5 } });
  const frozen = structuredClone(one);
  expect(readFacts(one, RULES)).toEqual(readFacts(one, RULES));
  expect(one).toEqual(frozen);
  for (const name of ['__proto__', 'constructor', 'hasOwnProperty', ''])
    expect(Object.keys(read({ event: name }))).toEqual(['links', 'visitor']);
});
