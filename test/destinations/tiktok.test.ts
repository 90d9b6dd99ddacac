import { describe, expect, test } from 'vitest';
import { isSkip } from '../../server/destinations/destination.ts';
import { exampleEvent } from '../../server/destinations/example-event.ts';
import { tiktok } from '../../server/destinations/tiktok/index.ts';
import type { Payload } from '../../server/destinations/tiktok/payload.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';

const settings = tiktok.settings.parse({ pixelCode: 'PIXEL', accessToken: 'token', contentId: 'variant_id' });

/** The payloads of an event; fails the test when it was skipped. */
function payloadsOf(fields: Partial<ProtectedEvent>, events: Record<string, string[]> = {}): Payload[] {
  const mapped = tiktok.map(exampleEvent(fields), { ...settings, events }, {});
  if (isSkip(mapped)) throw new Error(`skipped: ${mapped.skip}`);
  return mapped;
}
const only = (fields: Partial<ProtectedEvent>) => payloadsOf({ event: 'Product Viewed', ...fields })[0];
const namesOf = (fields: Partial<ProtectedEvent>, events?: Record<string, string[]>) =>
  payloadsOf(fields, events).map(({ event }) => event);

describe('names', () => {
  test.each([
    ['Product Viewed', 'ViewContent'],
    ['Products Searched', 'Search'],
    ['Product Added', 'AddToCart'],
    ['Product Added to Wishlist', 'AddToWishlist'],
    ['Checkout Started', 'InitiateCheckout'],
    ['Payment Info Entered', 'AddPaymentInfo'],
    ['Signed Up', 'CompleteRegistration'],
    ['Form Submitted', 'Lead'],
    ['Subscription Created', 'Subscribe'],
    ['Trial Started', 'StartTrial'],
    ['Callback Started', 'Contact'],
    ['Download Link Clicked', 'Download'],
    ['Order Placed', 'PlaceAnOrder'],
  ])('%s is %s', (event, name) => {
    expect(namesOf({ event })).toEqual([name]);
  });

  test.each([
    'Product List Viewed',
    'Product Clicked',
    'Product Removed',
    'Cart Viewed',
    'Checkout Step Completed',
    'Order Updated',
    'Order Refunded',
    'Order Cancelled',
    'Anything Else',
    'constructor',
    '__proto__',
  ])('%s is not sent', (event) => {
    expect(tiktok.map(exampleEvent({ event }), settings, {})).toEqual({ skip: 'unmapped' });
  });

  test.each(['page', 'screen', 'identify', 'group', 'alias'] as const)('a %s message is not sent', (type) => {
    expect(tiktok.map(exampleEvent({ type }), settings, {})).toEqual({ skip: 'unmapped' });
  });

  test.each([
    ['unpaid', ['PlaceAnOrder']],
    ['authorized', ['PlaceAnOrder']],
    ['pending', ['PlaceAnOrder']],
    ['partially_paid', ['PlaceAnOrder']],
    ['Authorized', ['PlaceAnOrder']],
    ['unpaid ', ['PlaceAnOrder']],
    ['voided', ['PlaceAnOrder']],
    ['expired', ['PlaceAnOrder']],
    ['failed', ['PlaceAnOrder']],
    ['cancelled', ['PlaceAnOrder']],
    ['on-hold', ['PlaceAnOrder']],
    ['refunded', ['PlaceAnOrder', 'Purchase']],
    ['Partially_Refunded', ['PlaceAnOrder', 'Purchase']],
    ['paid', ['PlaceAnOrder', 'Purchase']],
    [null, ['PlaceAnOrder', 'Purchase']],
  ])('an order completed with status %s becomes %j', (financial_status, names) => {
    expect(namesOf({ event: 'Order Completed', properties: { financial_status } })).toEqual(names);
  });

  test.each(['server', 'platform', 'operator'] as const)(
    'a state that a %s made up is not paid',
    (source) => {
      const properties = { financial_status: 'awaiting_wire' };
      expect(namesOf({ event: 'Order Completed', source, properties })).toEqual(['PlaceAnOrder']);
      expect(namesOf({ event: 'Order Completed', properties })).toEqual(['PlaceAnOrder', 'Purchase']);
    },
  );

  test.each(['Order Completed', 'Order Placed', 'Order Updated'])(
    'a cancelled order is no purchase: %s',
    (event) => {
      const properties = { financial_status: 'paid', cancelled_at: '2026-11-20T09:00:00Z' };
      expect(tiktok.map(exampleEvent({ event, properties }), settings, {})).toEqual({ skip: 'unmapped' });
    },
  );

  test('the shop’s own mapping wins, in every direction', () => {
    expect(namesOf({ type: 'page' }, { Page: ['Pageview'] })).toEqual(['Pageview']);
    expect(namesOf({ event: 'Order Completed' }, { 'Order Completed': ['CompletePayment'] })).toEqual([
      'CompletePayment',
    ]);
    expect(namesOf({ event: 'Quiz Done' }, { 'Quiz Done': ['Lead', 'Quiz'] })).toEqual(['Lead', 'Quiz']);
    expect(() => namesOf({ event: 'Product Added' }, { 'Product Added': [] })).toThrow('unmapped');
  });
});

describe('one order is one purchase', () => {
  const paid = { order_id: 7, financial_status: 'paid' };
  const orders = [
    { event: 'Order Completed', properties: { order_id: 7 } },
    { event: 'Order Completed', eventId: 'order:7', properties: { order_id: 'another name' } },
    { event: 'Order Updated', properties: paid },
    { event: 'Order Updated', orderKey: 'order:7:paid', properties: paid },
    { event: 'Order Placed', properties: { order_id: 7 } },
  ];

  test.each(orders)('%j has the id the pixel sends', (fields) => {
    for (const payload of payloadsOf(fields)) expect(payload.event_id).toBe('order:7');
  });

  test('the update that says "paid" is known as the purchase already sent, under its legacy name too', () => {
    const keysOf = (fields: Partial<ProtectedEvent>, events?: Record<string, string[]>) =>
      payloadsOf(fields, events).map((payload) => tiktok.once?.(payload));
    expect(keysOf({ event: 'Order Completed', properties: { order_id: 7 } })).toEqual([
      undefined,
      'order:7:purchase',
    ]);
    expect(keysOf({ event: 'Order Updated', properties: paid })).toEqual(['order:7:purchase']);
    expect(
      keysOf({ event: 'Order Completed', properties: paid }, { 'Order Completed': ['CompletePayment'] }),
    ).toEqual(['order:7:purchase']);
  });

  test('an order without an id is known by its message', () => {
    const payloads = payloadsOf({ event: 'Order Completed' });
    expect(payloads.map(({ event_id }) => event_id)).toEqual(['msg-1', 'msg-1']);
    expect(payloads.map((payload) => tiktok.once?.(payload))).toEqual([undefined, undefined]);
  });
});

describe('who', () => {
  const digest = '80fba0ae1c48e3978e43e4efc365e14e12ea0c830ba8ba5b9a2dafc7e3f2ab8b';

  test.each([
    ['a user id', { userId: 'user_123', anonymousId: 'a' }, digest],
    [
      'a user id with spaces around',
      { userId: ' UserABC' },
      'cf1c946b7e2c680eae1b76b911030ab8fa12f296c19b906e1896d7f88351c46e',
    ],
    ['a visitor', { anonymousId: 'user_123' }, digest],
    ['a number', { userId: '123' }, 'a665a45920422f9d417e4867efdc4fb8a04a1f3fff1fa07e998e86f7f7a27ae3'],
    [
      '38 hex characters',
      { userId: 'f0e388f53921a51f0bb0fc8a2944109ec188b5' },
      '3e0c7a51acd326b87f29596e38c22cbeb732df37bc5c8f5f524c14b55d3472db',
    ],
    ['a digest', { userId: digest.toUpperCase() }, digest],
    ['blank', { userId: '  ', anonymousId: '' }, undefined],
  ])('%s as external id', (_, identity, expected) => {
    expect(only({ identity })?.user?.external_id).toBe(expected);
  });

  test('digests made at the door are passed on as they are', () => {
    const identity = {
      emailSha256: digest,
      phoneSha256: digest,
      firstNameSha256: digest,
      lastNameSha256: digest,
      zipSha256: digest,
      city: 'taipei',
      state: 'tpe',
      country: 'tw',
    };
    expect(only({ identity })?.user).toStrictEqual({
      email: digest,
      phone: digest,
      first_name: digest,
      last_name: digest,
      zip_code: digest,
      city: 'taipei',
      state: 'tpe',
      country: 'tw',
    });
  });

  test.each([
    ['https://shop.example/?ttclid=E.C.P.new', 'E.C.P.old', 'E.C.P.new'],
    ['https://shop.example/?ttclid=E%2EC.P', 'E.C.P.old', 'E.C.P'],
    ['https://shop.example/?ttclid=', 'E.C.P.old', 'E.C.P.old'],
    ['https://shop.example/', 'E.C.P.old', 'E.C.P.old'],
    ['not an address', 'E.C.P.old', 'E.C.P.old'],
    ['https://shop.example/', undefined, undefined],
  ])('click id from %s with %s stored: %s', (url, ttclid, expected) => {
    const context = { page: { url }, tiktok: { ttclid } };
    expect(only({ context })?.user?.ttclid).toBe(expected);
  });

  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8::1', '2001:db8::1'],
    ['unknown', undefined],
  ])('ip %s goes as %s', (ip, expected) => {
    expect(only({ context: { ip } })?.user?.ip).toBe(expected);
  });

  test('the visitor’s opt-out of data use is a boolean, and only there when it was said', () => {
    expect(only({ context: { tiktok: { limited_data_use: true } } })?.limited_data_use).toBe(true);
    expect(only({})).not.toHaveProperty('limited_data_use');
  });
});

describe('what', () => {
  test.each([
    [{ value: 1, revenue: 2, total: 3, price: 4 }, 3],
    [{ value: 1, revenue: 2, price: 4 }, 1],
    [{ revenue: 2, price: 4 }, 2],
    [{ price: 4, quantity: 2 }, 8],
    [{ products: [{ price: 0.1, quantity: 3 }, { price: 1 }] }, 1.3],
    [{ value: ' 12.50 ' }, 12.5],
    [{ value: 0, price: 4 }, 0],
    [{ value: 'NaN', price: '1,299.00' }, undefined],
    [{ value: -1 }, undefined],
    [{}, undefined],
  ])('%j is worth %s', (properties, value) => {
    expect(only({ properties: { currency: 'TWD', ...properties } })?.properties?.value).toBe(value);
  });

  test('what was merely on offer is not added up', () => {
    const products = [{ sku: 'a', price: 100 }];
    const properties = { currency: 'TWD', products };
    expect(only({ event: 'Products Searched', properties })?.properties).not.toHaveProperty('value');
  });

  test.each([
    [{ value: 1, currency: 'usd' }, 'USD'],
    [{ currency: 'usd' }, 'USD'],
    [{ value: 1, currency: 'US$' }, undefined],
    [{ value: 1 }, undefined],
  ])('%j is in %s', (properties, currency) => {
    expect(only({ properties })?.properties?.currency).toBe(currency);
  });

  test('an amount without a currency is left out', () => {
    expect(only({ properties: { total: 5, sku: 'a' } })?.properties).not.toHaveProperty('value');
  });

  test('items have text ids, whole quantities and a type, there and on the event', () => {
    const products = [
      { sku: 12, product_id: 77, quantity: 0, price: 9 },
      { variant_id: 77, quantity: 2.5, price: 5 },
      { variant_id: 78 },
      { name: 'no id', price: 1 },
    ];
    expect(only({ properties: { products, currency: 'TWD' } })?.properties).toStrictEqual({
      content_type: 'product',
      contents: [
        { content_id: '77', content_type: 'product', price: 5 },
        { content_id: '78', content_type: 'product', quantity: 1 },
      ],
      value: 13.5,
      currency: 'TWD',
    });
  });

  const line = { product_id: 'spu', variant_id: 'var', sku: 'SKU' };
  test.each([
    ['variant_id', line, 'var', 'product', 0],
    ['sku', line, 'SKU', 'product', 0],
    ['product_id', line, 'spu', 'product_group', 0],
    ['sku', { product_id: 'spu', variant_id: 'var', sku: ' ' }, 'var', 'product', 1],
    ['variant_id', { product_id: 'spu', sku: 'SKU' }, 'SKU', 'product', 1],
    ['variant_id', { product_id: 'spu' }, 'spu', 'product_group', 1],
    ['product_id', { variant_id: 'var', sku: 'SKU' }, 'var', 'product', 1],
  ] as const)('by %s, %j is %s, a %s', (contentId, product, id, type, fallbacks) => {
    const chosen = { ...settings, contentId };
    for (const event of ['Product Viewed', 'Product Added', 'Order Completed']) {
      const sent = exampleEvent({ event, properties: { products: [product] } });
      const [payload] = tiktok.map(sent, chosen, {}) as Payload[];
      expect(payload?.properties).toMatchObject({
        contents: [{ content_id: id, content_type: type }],
        content_type: type,
      });
      expect(tiktok.contentIdFallbacks?.(sent, chosen)).toBe(fallbacks);
    }
  });

  test('lines of both kinds have their own type; the event is about products', () => {
    const products = [{ product_id: 'spu' }, { variant_id: 'var' }];
    expect(only({ properties: { products } })?.properties).toMatchObject({
      contents: [{ content_type: 'product_group' }, { content_type: 'product' }],
      content_type: 'product',
    });
  });

  test('a list is a group of products', () => {
    const [payload] = payloadsOf(
      { event: 'Product List Viewed', properties: { products: [{ sku: 'a', product_id: 'group' }] } },
      { 'Product List Viewed': ['ViewContent'] },
    );
    expect(payload?.properties).toStrictEqual({
      content_type: 'product_group',
      contents: [{ content_id: 'group', content_type: 'product_group', quantity: 1 }],
    });
  });

  test('time is whole seconds; an event from before the web shop existed is too old', () => {
    expect(only({ timestamp: '2026-11-20T08:30:15.999Z' })?.event_time).toBe(1795163415);
    const old = exampleEvent({ event: 'Product Viewed', timestamp: '1970-01-01T00:00:01.000Z' });
    expect(tiktok.map(old, settings, {})).toEqual({ skip: 'too-old' });
  });
});

test('only what TikTok accepts passes the schema', () => {
  const good = payloadsOf({ event: 'Product Viewed', properties: { sku: 'a', price: 1 } })[0] as Payload;
  const passes = (change: object) => tiktok.payload.safeParse({ ...good, ...change }).success;
  expect(passes({})).toBe(true);
  expect(passes({ event_id: 7 })).toBe(false);
  expect(passes({ event_time: Date.parse('2026-11-20') })).toBe(false);
  expect(passes({ event_time: 1795163415.5 })).toBe(false);
  expect(passes({ user: { email: 'alice_abc@gmail.com' } })).toBe(false);
  expect(passes({ user: { email: 'F'.repeat(64) } })).toBe(false);
  expect(passes({ user: { country: 'TW' } })).toBe(false);
  expect(passes({ properties: { value: '1' } })).toBe(false);
  expect(passes({ properties: { currency: 'twd' } })).toBe(false);
  expect(
    passes({ properties: { contents: [{ content_id: 7, content_type: 'product', quantity: 1 }] } }),
  ).toBe(false);
  expect(passes({ page: { url: '/cart' } })).toBe(false);
});

test('one request carries pixel, test code and every event; the token has no prefix', () => {
  const batch = payloadsOf({ event: 'Order Completed' });
  const items = batch.map((payload) => JSON.stringify(payload));
  const request = tiktok.request(items, { settings: { ...settings, testEventCode: 'TEST1' }, nowMs: 0 });
  expect(request.headers).toEqual({ 'Access-Token': 'token', 'Content-Type': 'application/json' });
  expect(JSON.parse(request.body)).toEqual({
    event_source: 'web',
    event_source_id: 'PIXEL',
    test_event_code: 'TEST1',
    data: JSON.parse(JSON.stringify(batch)),
  });
  expect(JSON.parse(tiktok.request(items, { settings, nowMs: 0 }).body)).not.toHaveProperty(
    'test_event_code',
  );
});

describe('TikTok answers', () => {
  const answer = (code: unknown, message = 'words', status = 200) =>
    tiktok.classify(
      { status, headers: {}, body: JSON.stringify({ code, message, request_id: 'r1', data: {} }) },
      [],
    );
  const page = (status: number) =>
    tiktok.classify({ status, headers: {}, body: '<html><h1>nginx</h1></html>' }, []);
  const rows = (codes: number[], kind: string, reason?: string) =>
    codes.map((code) => ({ code, kind, ...(reason && { reason }) }));

  test.each([
    ...rows([0, 20001, 40050], 'delivered'),
    ...rows([40100, 40016, 40132, 40133, 61000], 'retry', 'throttled'),
    ...rows([50000, 50002, 51000, 51010, 51012, 51305, 51999, 52000, 52999], 'retry', 'server-error'),
    ...rows([40202, 40700, 60001, 59999], 'retry', 'server-error'),
    ...rows([40001, 40101, 40102, 40104, 40105, 40106, 40113, 40117, 40118], 'paused'),
    ...rows([40124, 40125, 40130, 41000, 41001], 'paused'),
    ...rows([40000, 40002, 40006, 40051, 40007, 40008, 40009, 40013, 40014, 40010], 'rejected'),
    ...rows([40061, 40062, 40063, 49999], 'rejected'),
    ...rows([7, 20002], 'retry', 'invalid-response'),
  ])('200 with code $code: $kind $reason', ({ code, ...expected }) => {
    expect(answer(code)).toMatchObject(expected);
  });

  test('its words and request id are kept', () => {
    expect(answer(40002, 'Invalid value for `event_id`')).toEqual({
      kind: 'rejected',
      answer: '40002 Invalid value for `event_id` (request_id r1)',
    });
    expect(answer(20001, 'partial')).toEqual({
      kind: 'delivered',
      warning: '20001 partial (request_id r1) {}',
    });
    expect(answer(0)).toEqual({ kind: 'delivered' });
  });

  test.each([
    ['Too many requests per second', { ms: 1000 }],
    ['words', { ms: 1000 }],
    ['per-minute limit reached', { ms: 300_000 }],
    ['limit per day reached', 'until-midnight-utc'],
    ['daily quota', 'until-midnight-utc'],
  ])('"%s" means waiting %j', (message, wait) => {
    expect(answer(40100, message)).toMatchObject({ wait });
  });

  test.each([
    { status: 200, kind: 'retry', reason: 'invalid-response' },
    { status: 429, kind: 'retry', reason: 'throttled' },
    { status: 500, kind: 'retry', reason: 'server-error' },
    { status: 502, kind: 'retry', reason: 'server-error' },
    { status: 408, kind: 'retry', reason: 'no-answer' },
    { status: 404, kind: 'rejected' },
    { status: 405, kind: 'rejected' },
    { status: 401, kind: 'paused' },
    { status: 403, kind: 'paused' },
    { status: 301, kind: 'paused' },
  ])('$status with a web page: $kind $reason', ({ status, ...expected }) => {
    expect(page(status)).toMatchObject({ ...expected, answer: `HTTP ${status} nginx` });
  });

  test('the status is heard too', () => {
    expect(answer(0, 'OK', 502)).toMatchObject({ kind: 'retry', reason: 'server-error' });
    expect(answer(0, 'OK', 404)).toMatchObject({ kind: 'rejected' });
    expect(answer(40105, 'words', 401)).toMatchObject({ kind: 'paused' });
    expect(answer('0')).toMatchObject({ kind: 'retry', reason: 'invalid-response' });
  });

  test('a quoted email or phone is not kept', () => {
    const { answer: words } = answer(40062, 'email a.b@x.org, phone +886912345678 not hashed') as {
      answer: string;
    };
    expect(words).toBe('40062 email [email], phone [phone] not hashed (request_id r1)');
  });
});
