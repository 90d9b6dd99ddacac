// @module-tag slow
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, startCollector } from '../support/collector.ts';

const collector = await startCollector({ ORDER_MERGE_SECONDS: '0' }, { whenOver: afterAll });
const { admin, events, post, sandbox } = collector;

const VISITOR = '7d3f2a52-6d0f-4a77-9a53-1f2f5b0c9d11';
const LINE = { product_id: 'a', name: 'Oolong', price: 5, quantity: 2 };
type Json = Record<string, unknown>;
interface Case {
  title: string;
  /** Over the properties of a good order, or over the message around them. */
  properties?: Json;
  message?: Json;
  /** `path code` of each warning, without `field-`. */
  warnings: string[];
  /** What the destinations are sent of it. */
  tiktok?: Json;
  customerio?: Json;
}

const inTotal = (written: unknown, value: number | undefined): Case => ({
  title: `a total of ${JSON.stringify(written)} is ${value ?? 'left out'}`,
  properties: { total: written },
  warnings: [`properties.total ${value === undefined ? 'dropped' : 'coerced'}`],
  // Without a total the value is the sum of the lines.
  tiktok: { properties: { value: value ?? 10, currency: 'USD' } },
});
const inProperties = (properties: Json, ...warnings: string[]): Case => ({
  title: JSON.stringify(properties),
  properties,
  warnings: warnings.map((warning) => `properties.${warning}`),
});
const inMessage = (message: Json, ...warnings: string[]): Case => ({
  title: JSON.stringify(message).slice(0, 80),
  message,
  warnings,
});
const contents = (...ids: string[]) => ({
  properties: { contents: ids.map((content_id) => ({ content_id })) },
});

const CASES: Case[] = [
  inTotal('19.99', 19.99),
  inTotal(' 19.99 ', 19.99),
  inTotal('1,299.00', 1299),
  inTotal('1.299,00', 1299),
  inTotal('1 299,00', 1299),
  inTotal('1\u00a0299', 1299),
  inTotal("1'299.50", 1299.5),
  inTotal('１９．９９', 19.99),
  inTotal('10²', undefined),
  inTotal('1,234,567', 1_234_567),
  inTotal('19,99', 19.99),
  inTotal('0.1999e2', 19.99),
  inTotal('+7.50', 7.5),
  inTotal('1,299', undefined),
  inTotal('$19.99', undefined),
  inTotal('free', undefined),
  inTotal('0x10', undefined),
  inTotal('12345678901234567', undefined),
  inTotal('1e400', undefined),
  inTotal(true, undefined),
  inTotal([5], undefined),
  inTotal({ amount: 5 }, undefined),
  { ...inProperties({ tax: '' }, 'tax coerced'), tiktok: { properties: { value: 10, currency: 'USD' } } },
  inProperties({ shipping: ' ' }, 'shipping coerced'),
  { ...inProperties({ currency: 'USD ' }, 'currency coerced'), tiktok: { properties: { currency: 'USD' } } },
  inProperties({ currency: '' }, 'currency coerced'),
  inProperties({ currency: '$' }, 'currency dropped'),
  inProperties({ currency: 'US Dollar' }, 'currency dropped'),
  inProperties({ currency: 840 }, 'currency dropped'),
  { ...inProperties({ coupon: 12 }, 'coupon coerced'), customerio: { properties: { coupon: '12' } } },
  inProperties({ coupon: false }, 'coupon dropped'),
  {
    ...inProperties({ coupon: ['A', 'B'] }, 'coupon coerced'),
    customerio: { properties: { coupon: 'A, B' } },
  },
  inProperties({ category: ['a', 'b'] }, 'category coerced'),
  inProperties({ affiliation: { name: 'shop' } }, 'affiliation dropped'),
  inProperties({ product_id: 12.5 }, 'product_id dropped'),
  inProperties({ checkout_id: {} }, 'checkout_id dropped'),
  {
    title: 'a line of texts among good ones',
    properties: {
      products: [
        { product_id: 'a', price: '5.00', quantity: '2' },
        ...Array.from({ length: 19 }, () => LINE),
      ],
    },
    warnings: ['properties.products.0.price coerced', 'properties.products.0.quantity coerced'],
    tiktok: { properties: { value: 200 } },
  },
  {
    title: 'wrong fields of one line cost the fields',
    properties: { products: [{ ...LINE, price: 'cheap', name: {}, quantity: -1, sku: 2 ** 60 }, LINE] },
    warnings: ['sku dropped', 'name dropped', 'price dropped', 'quantity dropped'].map(
      (warning) => `properties.products.0.${warning}`,
    ),
    tiktok: contents('a', 'a'),
  },
  {
    title: 'a line that is none costs the line',
    properties: { products: [LINE, 'SKU-1', 7, { ...LINE, product_id: 'b' }] },
    warnings: ['properties.products.1 dropped', 'properties.products.2 dropped'],
    tiktok: contents('a', 'b'),
  },
  {
    title: 'PHP’s filtered list of lines',
    properties: { products: { '1': LINE, '3': { ...LINE, product_id: 'b' } } },
    warnings: ['properties.products coerced'],
    tiktok: contents('a', 'b'),
  },
  {
    title: 'one line in place of a list',
    properties: { products: LINE },
    warnings: ['properties.products coerced'],
    tiktok: contents('a'),
  },
  {
    title: 'lines as JSON text',
    properties: { products: '[{"product_id":"a"}]' },
    warnings: ['properties.products coerced'],
    tiktok: contents('a'),
  },
  {
    title: 'a filtered list as JSON text, with texts in it',
    properties: { products: JSON.stringify({ '4': { product_id: 'c', price: '5' } }) },
    warnings: ['properties.products coerced', 'properties.products.0.price coerced'],
    tiktok: contents('c'),
  },
  inProperties({ products: 'SKU-1, SKU-2' }, 'products dropped'),
  inProperties({ products: '[{"product_id":' }, 'products dropped'),
  inProperties({ products: `${'['.repeat(200)}${']'.repeat(200)}` }, 'products dropped'),
  { ...inMessage({ properties: [] }, 'properties coerced') },
  inMessage({ traits: [] }, 'traits coerced'),
  inMessage({ traits: 'none' }, 'traits dropped'),
  inMessage({ context: [] }, 'context coerced'),
  inMessage({ context: 'none' }, 'context dropped'),
  inMessage({ integrations: [] }, 'integrations coerced'),
  inMessage({ integrations: 7 }, 'integrations dropped'),
  inMessage({ context: { page: [] } }, 'context.page coerced'),
  inMessage({ context: { page: { url: 7 } } }, 'context.page.url dropped'),
  inMessage({ context: { page: { title: 7 } } }, 'context.page.title coerced'),
  inMessage({ context: { campaign: 'x' } }, 'context.campaign dropped'),
  inMessage({ context: { traits: [] } }, 'context.traits coerced'),
  inMessage({ context: { tiktok: { limited_data_use: 'true' } } }, 'context.tiktok.limited_data_use coerced'),
  inMessage({ context: { consent: [] } }, 'context.consent coerced'),
  inMessage({ context: { consent: { gpc: 'maybe' } } }, 'context.consent.gpc dropped'),
  {
    title: 'a page’s address of 9 KB loses its last parameter, whole',
    message: { context: { page: { url: `https://shop.example/p?a=1&b=${'b'.repeat(9_000)}` } } },
    warnings: ['context.page.url coerced'],
    tiktok: { page: { url: expect.stringMatching(/^https:\/\/shop\.example\/p/) } },
  },
  inMessage({ context: { page: { title: '茶'.repeat(9_000) } } }, 'context.page.title coerced'),
  { ...inMessage({ messageId: 5 }, 'messageId coerced'), customerio: { messageId: '5' } },
  inMessage({ messageId: 'x'.repeat(101) }, 'messageId dropped'),
  inMessage({ messageId: '{{id}}' }, 'messageId dropped'),
  inMessage({ userId: 2 ** 60 }, 'userId dropped'),
  inMessage({ userId: true }, 'userId dropped'),
  inMessage({ userId: { id: 1 } }, 'userId dropped'),
  { ...inMessage({ userId: 'undefined' }, 'userId dropped'), customerio: { anonymousId: VISITOR } },
  inMessage({ groupId: '%GROUP%' }, 'groupId dropped'),
  inMessage({ type: 'Track ' }, 'type coerced'),
];

const sent = new Map<string, { orderId: string; answer: Json }>();
const at = (api: 'tiktok' | 'customerio' | 'shopline') => sandbox.accepted(api) as Json[];
const isOf = (orderId: string) => (item: Json) => JSON.stringify(item).includes(`"${orderId}"`);

describe('an odd field costs only itself: the order is stored and delivered, and the answer names the field', () => {
  beforeAll(async () => {
    for (const [nth, { title, properties, message }] of CASES.entries()) {
      const orderId = `odd-order-${nth}`;
      const body = {
        ...{ type: 'track', event: 'Order Completed', messageId: orderId, anonymousId: VISITOR },
        properties: { order_id: orderId, currency: 'USD', products: [LINE], ...properties },
        ...message,
      };
      sent.set(title, { orderId, answer: (await (await post('/v1/track', body)).json()) as Json });
    }
    await eventually(
      async () => (await (await admin('GET', '/admin/status')).json()).destinations as { waiting: number }[],
      (all) => all.every(({ waiting }) => waiting === 0),
    );
  });

  test.each(CASES)('$title', ({ title, warnings, message, tiktok, customerio }) => {
    const { orderId = '', answer } = sent.get(title) ?? {};
    expect(answer).toMatchObject({ success: true, accepted: 1, rejected: [] });
    const named = (answer?.warnings ?? []) as { index: number; path: string; code: string }[];
    expect(named.map(({ index, path, code }) => `${index} ${path} ${code}`).sort()).toEqual(
      warnings.map((warning) => `0 ${warning.replace(/ (?=\w+$)/, ' field-')}`).sort(),
    );
    if (message?.properties) return;
    const reached = (['tiktok', 'customerio', 'shopline'] as const).map((api) =>
      at(api).filter(isOf(orderId)),
    );
    // TikTok is sent the order as placed and as paid.
    expect(reached.map((items) => items.length)).toEqual([2, 1, 1]);
    if (tiktok) expect(reached[0]?.[0]).toMatchObject(tiktok);
    if (customerio) expect(reached[1]?.[0]).toMatchObject(customerio);
  });

  test('nothing became a dead letter', async () => {
    const { destinations } = await (await admin('GET', '/admin/status')).json();
    expect(destinations.map(({ deadLetters }: { deadLetters: number }) => deadLetters)).toEqual([0, 0, 0]);
  });
});

const good = { type: 'track', event: 'Tea Poured', anonymousId: VISITOR };

test('an exact message has no warnings', async () => {
  const answer = await (await post('/v1/track', good)).json();
  expect(answer).toEqual({ success: true, accepted: 1, duplicates: 0, rejected: [] });
});

test.each<[string, Json, string[]]>([
  ['a page’s name', { type: 'page', name: 7 }, ['name']],
  ['a screen’s category', { type: 'screen', name: 'Cart', category: {} }, ['category']],
  ['a group’s traits', { type: 'group', userId: 'u', groupId: 'g', traits: [] }, ['traits']],
  ['an event’s name', { event: 7 }, ['event']],
  ['an event’s long name', { event: 'x'.repeat(300) }, ['event']],
])('%s is read on the other types, too', async (_what, parts, paths) => {
  const answer = await (await post('/v1/batch', { batch: [{ ...good, ...parts }] })).json();
  expect(answer).toMatchObject({ accepted: 1, warnings: paths.map((path) => ({ index: 0, path })) });
});

describe('the root of a batch', () => {
  const batch = Array.from({ length: 50 }, (_, nth) => ({ ...good, messageId: `root-${nth}` }));
  test.each<[string, Json, string[]]>([
    ['a time of one SDK', { sentAt: '2026-11-28T22:00:00.123:Z' }, ['sentAt field-coerced']],
    ['epoch milliseconds', { sentAt: 1_764_367_200_123 }, ['sentAt field-coerced']],
    ['an offset without colon', { sentAt: '2026-11-28T22:00:00+0000' }, ['sentAt field-coerced']],
    ['RFC 1123', { sentAt: 'Sat, 28 Nov 2026 22:00:00 GMT' }, ['sentAt field-coerced']],
    ['no time', { sentAt: '' }, ['sentAt field-coerced']],
    ['nonsense', { sentAt: 'yesterday' }, ['sentAt field-dropped']],
    ['a list as context', { context: [] }, ['context field-coerced']],
    ['text as context', { context: 'none' }, ['context field-dropped']],
    ['a list as integrations', { integrations: [] }, ['integrations field-coerced']],
    ['a number as key', { writeKey: 5 }, ['writeKey field-coerced']],
    ['a wrong count', { lost: 'many' }, ['lost field-dropped']],
  ])('%s: the messages are stored', async (_what, root, warnings) => {
    const answer = await (await post('/v1/batch', { ...root, batch })).json();
    expect(answer).toMatchObject({ accepted: 50, rejected: [] });
    expect(answer.warnings).toEqual(
      warnings.map((warning) => {
        const [path, code] = warning.split(' ');
        return { path, code };
      }),
    );
  });

  test('where a message’s own context is no object, the batch’s counts', async () => {
    const answer = await (
      await post('/v1/batch', {
        context: { locale: 'zh-TW' },
        batch: [
          { ...good, messageId: 'context-list', context: [] },
          { ...good, messageId: 'context-text', context: 'none' },
        ],
      })
    ).json();
    expect(answer.warnings).toEqual([
      { index: 0, path: 'context', code: 'field-coerced' },
      { index: 1, path: 'context', code: 'field-dropped' },
    ]);
    for (const id of ['context-list', 'context-text'])
      expect(events.find(({ messageId }) => messageId === id)?.context).toMatchObject({ locale: 'zh-TW' });
  });
});

describe('a message is rejected only when it cannot be used', () => {
  test.each<[string, Json, string[]]>([
    ['no type', { type: 'purchase' }, ['type']],
    ['a type that is a number', { type: 7 }, ['type']],
    ['no event name', { event: ' ' }, ['event']],
    ['an object as event name', { event: {} }, ['event']],
    ['nobody it is about', { anonymousId: null }, ['anonymousId']],
    ['a placeholder as its only id', { anonymousId: 'undefined' }, ['anonymousId']],
    ['an object as its only id', { anonymousId: null, userId: {} }, ['anonymousId', 'userId']],
  ])('%s', async (_what, parts, paths) => {
    const answer = await (await post('/v1/batch', { batch: [{ ...good, ...parts }] })).json();
    expect(answer).toMatchObject({ success: false, accepted: 0 });
    const named = answer.rejected[0].issues.map(({ path }: { path: string }) => path);
    expect(named).toEqual(expect.arrayContaining(paths));
  });
});

describe('placeholders join nobody', () => {
  test.each([
    ...[
      'undefined',
      ' NULL ',
      'NaN',
      'none',
      'n/a',
      '(not set)',
      '[object Object]',
      '0',
      '-1',
      'true',
      'false',
    ],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as a page sends it
    ...['{{ user.id }}', '%%USER_ID%%', '__USERID__', '${userId}', '  '],
    '00000000-0000-0000-0000-000000000000',
  ])('"%s" is no id of a user, a visitor or a message', async (id) => {
    const from = events.length;
    const batch = [
      { ...good, userId: id, messageId: id },
      { ...good, anonymousId: id, userId: 'customer-7', previousId: id, groupId: id },
    ];
    const answer = await (await post('/v1/batch', { batch })).json();
    expect(answer).toMatchObject({ accepted: 2, duplicates: 0 });
    const [first, second] = events.slice(from);
    expect(first?.identity).toEqual({ anonymousId: VISITOR });
    expect(first?.messageId).toMatch(/^[0-9a-f-]{36}$/);
    expect(second?.identity).toEqual({ userId: 'customer-7' });
  });
});

test('many odd fields: twenty warnings, all of them counted, no key that the sender made up', async () => {
  const key = 'lin@shop.example';
  const odd = {
    ...good,
    event: 'Order Completed',
    properties: { order_id: 'many', products: Array.from({ length: 30 }, () => ({ price: 'x' })), [key]: {} },
    context: { consent: { categoryPreferences: { [key]: 'x' } }, [key]: 'x' },
  };
  const counted = async () => {
    const { counters } = await (await admin('GET', '/admin/status')).json();
    return (field: string) =>
      counters.find(
        ({ name, labels }: { name: string; labels: Json }) =>
          name === 'fields_dropped' && labels.field === field,
      )?.value ?? 0;
  };
  const before = (await counted())('properties.products.price');
  const response = await post('/v1/batch', { batch: [odd] });
  const text = await response.text();
  expect(JSON.parse(text).warnings).toHaveLength(20);
  expect(text).not.toContain('shop.example');
  expect((await counted())('properties.products.price') - before).toBe(30);
});

describe('strict mode', () => {
  const strict = { 'x-strict-mode': '1' };
  test.each<[string, Json, string]>([
    ['a coerced field', { batch: [{ ...good, messageId: 5 }] }, 'message 0: messageId'],
    ['a field left out', { batch: [good, { ...good, context: 'x' }] }, 'message 1: context'],
    ['a placeholder', { batch: [{ ...good, userId: 'undefined' }] }, 'message 0: userId'],
    ['a field at the root', { sentAt: 'x', batch: [good] }, 'batch: sentAt'],
    [
      'a field in place of the root’s',
      { context: {}, batch: [{ ...good, context: [] }] },
      'message 0: context',
    ],
  ])('%s: 400, named, nothing stored', async (_what, body, named) => {
    const before = events.length;
    const response = await post('/v1/batch', body, strict);
    expect(response.status).toBe(400);
    const answer = await response.json();
    expect(answer.code).toBe('strict-mode');
    expect(answer.meta.errors.join('\n')).toContain(named);
    expect(events.length).toBe(before);
  });

  test('what is exact passes', async () => {
    const response = await post('/v1/batch', { batch: [{ ...good, userId: 12, anonymousId: null }] }, strict);
    expect(response.status).toBe(200);
  });
});
