// @module-tag slow
import { createHmac } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { signReport } from '../platforms/support.ts';
import { createFastClock } from '../support/clock.ts';
import {
  ADMIN_TOKEN,
  basic,
  eventually,
  SHOP_ORIGIN,
  startCollector,
  WRITE_KEY,
} from '../support/collector.ts';

const APP_SECRET = 'the-app-secret-of-this-shop';
const SIGNING_KEY = 'the-signing-key-of-this-shop';
const collector = await startCollector(
  {
    SHOPLINE_HANDLE: 'open001',
    SHOPLINE_APP_SECRET: APP_SECRET,
    CUSTOMERIO_WEBHOOK_SIGNING_KEY: SIGNING_KEY,
    SHOPLINE_EVENT_CODES: {
      'Product Viewed': { code: 'Z_view_product', attrs: { language: 'context.locale', sku: 'sku' } },
    },
  },
  { clock: createFastClock(10), whenOver: afterAll },
);
const { base, events, post, sandbox } = collector;
let last = 0;
const newId = () => `tolerance-${++last}`;
const stored = (messageId: string) => events.find((event) => event.messageId === messageId);
const track = (messageId: string, parts: object = {}) => ({
  type: 'track',
  event: 'Tea Poured',
  anonymousId: 'visitor',
  messageId,
  ...parts,
});
const delivered = (api: 'tiktok' | 'customerio' | 'shopline', text: string) =>
  eventually(
    () => sandbox.accepted(api).find((payload) => JSON.stringify(payload).includes(text)),
    (found) => found !== undefined,
  );

describe('a request finds its route', () => {
  test.each([
    '/v1/batch',
    '/v1/batch/',
    '/v1/b/',
    '/v1/import',
    '/v1/import/',
    '/V1/Import',
    '//v1/batch',
    '///v1/import',
    '/v1//batch',
    '//v1//batch//',
    '//v1/import?source=a//b',
  ])('%s is a batch', async (path) => {
    const messageId = newId();
    const response = await post(path, { batch: [track(messageId)] });
    expect({ status: response.status, stored: stored(messageId)?.event }).toEqual({
      status: 200,
      stored: 'Tea Poured',
    });
  });

  test.each(['/v1/track/', '//v1/track', '/v1/t/', '//v1/t'])('%s is one message', async (path) => {
    const messageId = newId();
    expect((await post(path, track(messageId))).status).toBe(200);
    expect(stored(messageId)).toBeDefined();
  });

  test.each(['/healthz/', '//healthz', '//readyz/', '//s.js', '//openapi.json'])(
    '%s is read',
    async (path) => {
      expect((await fetch(`${base}${path}`)).status).toBe(200);
    },
  );

  test('other paths are none', async () => {
    expect((await post('/v1/imports', { batch: [track(newId())] })).status).toBe(404);
    expect((await post('/v2/import', { batch: [track(newId())] })).status).toBe(404);
  });
});

describe('a preflight', () => {
  const allowed = async (requested: string) => {
    const response = await fetch(`${base}/v1/batch`, {
      method: 'OPTIONS',
      headers: {
        origin: SHOP_ORIGIN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': requested,
      },
    });
    expect(response.status).toBe(204);
    return response.headers.get('access-control-allow-headers');
  };

  test.each([
    ['content-encoding'],
    ['anonymousid'],
    ['AnonymousId'],
    ['traceparent'],
    ['traceparent,tracestate,baggage,sentry-trace'],
    ['elastic-apm-traceparent'],
    ['newrelic'],
    ['b3'],
    ['x-b3-traceid,x-b3-spanid,x-b3-sampled'],
    ['x-datadog-trace-id,x-datadog-parent-id,x-datadog-origin,x-datadog-sampling-priority'],
    ['request-id,request-context'],
    ['x-request-id,x-requested-with'],
  ])('allows %s beside the headers of the SDKs', async (names) => {
    const requested = `authorization,content-type,${names}`;
    expect((await allowed(requested))?.split(', ').sort()).toEqual(requested.toLowerCase().split(',').sort());
  });

  test('allows no others', async () => {
    expect(await allowed('content-type, x-forwarded-for, cf-ipcountry')).toBe('content-type');
  });
});

describe('the scheme of Authorization is written in any case', () => {
  test.each(['Basic', 'basic', 'BASIC', 'bAsIc'])('%s', async (scheme) => {
    const messageId = newId();
    const authorization = basic(WRITE_KEY).replace('Basic', scheme);
    expect((await post('/v1/track', track(messageId), { authorization })).status).toBe(200);
    expect(stored(messageId)).toBeDefined();
  });

  test.each(['Bearer', 'bearer', 'BEARER', 'bearer '])('%s', async (scheme) => {
    const read = (token: string) =>
      fetch(`${base}/admin/status`, { headers: { authorization: `${scheme} ${token}` } });
    expect((await read(ADMIN_TOKEN)).status).toBe(200);
    expect((await read(ADMIN_TOKEN.toUpperCase())).status).toBe(401);
  });
});

const PLAIN = [
  'UTF-8',
  'utf8',
  'Identity',
  'IDENTITY',
  'identity, identity',
  '',
  ' ',
  'none',
  'application/json',
  'binary',
];
const PACKED = [
  'gzip',
  'GZIP',
  'x-gzip',
  'gzip, identity',
  'identity, gzip',
  'UTF-8',
  'identity',
  'none',
  '',
];
const NOT_READ = ['br', 'BR', 'deflate', 'zstd', 'compress', 'gzip, br', 'identity,deflate'];

describe('Content-Encoding', () => {
  test.each(PLAIN)('%j over JSON', async (encoding) => {
    const messageId = newId();
    const response = await post('/v1/track', track(messageId), { 'content-encoding': encoding });
    expect({ status: response.status, isStored: stored(messageId) !== undefined }).toEqual({
      status: 200,
      isStored: true,
    });
  });

  test.each(PACKED)('%j over gzip', async (encoding) => {
    const messageId = newId();
    const body = gzipSync(JSON.stringify(track(messageId)));
    expect((await post('/v1/track', body, { 'content-encoding': encoding })).status).toBe(200);
    expect(stored(messageId)).toBeDefined();
  });

  test.each(NOT_READ)('%s is not read: 415', async (encoding) => {
    const text = JSON.stringify(track(newId()));
    const body = encoding.includes('br') ? brotliCompressSync(text) : deflateSync(text);
    const response = await post('/v1/track', body, { 'content-encoding': encoding });
    expect({ status: response.status, code: (await response.json()).code }).toEqual({
      status: 415,
      code: 'malformed-body',
    });
  });

  test('an unknown one over neither JSON nor gzip is not read either', async () => {
    const response = await post('/v1/track', Buffer.from([0xff, 6, 0, 0]), { 'content-encoding': 'snappy' });
    expect(response.status).toBe(415);
  });
});

describe('Content-Encoding of a signed webhook', () => {
  const order = (id: string) =>
    JSON.stringify({ id, name: `#${id}`, currency: 'TWD', total_price: '10.00', financial_status: 'paid' });
  const sendOrder = (id: string, body: string | Buffer, signed: string | Buffer, encoding: string) =>
    post('/v1/webhooks/shopline', body, {
      'X-Shopline-Topic': 'orders/create',
      'X-Shopline-Shop-Domain': 'open001.myshopline.com',
      'X-Shopline-Webhook-Id': id,
      'X-Shopline-Hmac-Sha256': createHmac('sha256', APP_SECRET).update(signed).digest('hex'),
      'content-encoding': encoding,
    });
  const storedOrder = (id: string) => events.find(({ properties }) => properties.order_id === id);

  test.each(PLAIN)('%j over JSON', async (encoding) => {
    const id = newId();
    expect((await sendOrder(id, order(id), order(id), encoding)).status).toBe(200);
    expect(storedOrder(id)).toBeDefined();
  });

  test.each(PACKED)('%j over gzip, signed as it was sent or before it was packed', async (encoding) => {
    for (const isSignedPacked of [true, false]) {
      const id = newId();
      const packed = gzipSync(order(id));
      expect((await sendOrder(id, packed, isSignedPacked ? packed : order(id), encoding)).status).toBe(200);
      expect(storedOrder(id)).toBeDefined();
    }
  });

  test('another signature is refused, packed or not', async () => {
    const id = newId();
    expect((await sendOrder(id, order(id), 'other', 'UTF-8')).status).toBe(401);
    expect((await sendOrder(id, gzipSync(order(id)), 'other', 'gzip')).status).toBe(401);
    expect((await sendOrder(id, order(id), order(id), 'br')).status).toBe(415);
    expect(storedOrder(id)).toBeUndefined();
  });

  test.each([...PLAIN, 'gzip'])('%j over a report of Customer.io', async (encoding) => {
    const id = newId();
    const body = JSON.stringify({
      event_id: id,
      object_type: 'email',
      metric: 'opened',
      timestamp: 1772366400,
      data: { delivery_id: id },
    });
    const response = await post('/v1/webhooks/customerio', encoding === 'gzip' ? gzipSync(body) : body, {
      'X-CIO-Timestamp': '1772366400',
      'X-CIO-Signature': signReport(body, '1772366400', SIGNING_KEY),
      'content-encoding': encoding,
    });
    expect(await response.json()).toMatchObject({ accepted: 1 });
  });
});

describe('context.ip of a backend', () => {
  test.each<[unknown, string | undefined]>([
    ['1.2.3.4', '1.2.3.4'],
    [' 1.2.3.4 ', '1.2.3.4'],
    ['1.2.3.4:80', '1.2.3.4'],
    ['"1.2.3.4:80"', '1.2.3.4'],
    ['1.2.3.4, 10.0.0.1', '1.2.3.4'],
    ['unknown, 1.2.3.4', '1.2.3.4'],
    [['1.2.3.4'], '1.2.3.4'],
    [['1.2.3.4:80', '10.0.0.1'], '1.2.3.4'],
    [['unknown', ' [2001:db8::7]:80 '], '2001:db8::7'],
    [[], undefined],
    [16909060, undefined],
    [{ v4: '1.2.3.4' }, undefined],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['2001:db8::7', '2001:db8::7'],
    ['2001:DB8:0::7', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['[2001:db8::7]:443', '2001:db8::7'],
    ['fe80::7%eth0', 'fe80::7'],
    ['[fe80::7%25eth0]:80', 'fe80::7'],
    ['1.2.3', undefined],
    ['999.1.1.1:80', undefined],
    ['shop.example:80', undefined],
    ['', undefined],
  ])('%j → %s', async (ip, expected) => {
    const messageId = newId();
    const { accepted } = await (await post('/v1/track', track(messageId, { context: { ip } }))).json();
    expect(accepted).toBe(1);
    expect(stored(messageId)?.context.ip).toBe(expected);
  });

  test('is cut to its network without consent to advertising', async () => {
    const messageId = newId();
    const consent = { categoryPreferences: { advertising: false, analytics: true, marketing: true } };
    await post('/v1/track', track(messageId, { context: { ip: '[2001:db8:1:2::7]:443', consent } }));
    expect(stored(messageId)?.context.ip).toBe('2001:db8:1::');
  });
});

describe('context.locale', () => {
  test.each([
    ['en_US', 'en-US'],
    ['zh_Hant_TW', 'zh-Hant-TW'],
    ['zh_TW.UTF-8', 'zh-TW'],
    ['en-US', 'en-US'],
    [' en_GB ', 'en-GB'],
  ])('%s is %s at every destination', async (locale, tag) => {
    const messageId = newId();
    const product = track(messageId, {
      event: 'Product Viewed',
      context: { locale },
      properties: { sku: messageId },
    });
    await post('/v1/track', product);
    expect(await delivered('tiktok', messageId)).toMatchObject({ user: { locale: tag } });
    expect(await delivered('customerio', messageId)).toMatchObject({ context: { locale: tag } });
    expect(await delivered('shopline', messageId)).toMatchObject({ attrs: { language: tag } });
  });
});

describe('a message of nearly 32 KB', () => {
  const fill = <Message extends object>(message: Message, bytes = 31_400): Message => {
    const pad = bytes - Buffer.byteLength(JSON.stringify(message));
    return {
      ...message,
      properties: {
        ...('properties' in message ? (message.properties as object) : {}),
        pad: 'x'.repeat(pad),
      },
    };
  };
  const url = `https://shop.example/search?q=${'a'.repeat(8_000)}`;
  const title = '茶'.repeat(2_500);
  const page = { url, path: '/search', referrer: url, title };
  const sent = (type: string, parts: object = {}) => ({
    ...track(newId(), { type, userId: 'somebody', context: { page }, ...parts }),
  });
  /** Digests make it longer than it was. */
  const people = Object.fromEntries(
    Array.from({ length: 90 }, (_, index) => [`email_${index}`, `a${index}@b.example`]),
  );

  test.each([
    ['a page', fill(sent('page'), 30_700)],
    ['a screen', fill(sent('screen'), 30_700)],
    [
      'a page with its own url and title',
      fill(sent('page', { properties: { url: url.slice(0, 6_000), title: 'Tea' } }), 32_000),
    ],
    [
      'an order',
      fill(
        sent('track', { event: 'Order Completed', properties: { order_id: '1', products: [{ sku: 'a' }] } }),
      ),
    ],
    ['an event with 90 emails', fill(sent('track', { properties: { people } }))],
    ['a page with 90 emails', fill(sent('page', { properties: { people } }))],
    ['an identify with 90 emails', sent('identify', { traits: { ...people, pad: 'x'.repeat(5_000) } })],
    ['a group', sent('group', { groupId: 'g', traits: { ...people, pad: 'x'.repeat(5_000) } })],
    [
      'a list of 90 emails and products',
      fill(
        sent('track', {
          properties: { people, products: Array(30).fill({ sku: 'tea', name: 'x'.repeat(90) }) },
        }),
      ),
    ],
    ['an alias', sent('alias', { previousId: 'before' })],
  ])('%s reaches every destination that takes it', async (_what, message) => {
    const { accepted } = await (await post('/v1/batch', { batch: [message] })).json();
    expect(accepted).toBe(1);
    const status = () => collector.admin('GET', '/admin/status').then((response) => response.json());
    await eventually(status, ({ destinations }) =>
      destinations.every(({ waiting }: { waiting: number }) => waiting === 0),
    );
    expect(await delivered('customerio', message.messageId)).toBeDefined();
    const { deadLetters } = await (await collector.admin('GET', '/admin/dead-letters')).json();
    expect(deadLetters.map(({ answer }: { answer: string }) => answer)).toEqual([]);
  });

  test('a page has its url and title once', async () => {
    const message = sent('page', {
      context: { page: { url: 'https://shop.example/once', title: 'Once', path: '/once' } },
    });
    await post('/v1/page', message);
    const payload = JSON.stringify(await delivered('customerio', message.messageId));
    expect(payload.split('https://shop.example/once')).toHaveLength(2);
    expect(payload.split('"Once"')).toHaveLength(2);
    expect(JSON.parse(payload)).toMatchObject({
      properties: { url: 'https://shop.example/once', title: 'Once' },
      context: { page: { path: '/once' } },
    });
  });
});

describe('a wrong key is shown by its first four characters and its length', () => {
  const wrong = 'wrong-key-of-somebody-else';
  test.each([
    ['in the header', { authorization: basic(wrong) }, {}],
    ['in the body', { authorization: '' }, { writeKey: wrong }],
  ])('%s, in the answer and in one line', async (_where, headers, body) => {
    const own = await startCollector();
    const answers = [];
    for (let count = 0; count < 3; count++) {
      const response = await own.post('/v1/track', track(newId(), body), headers);
      answers.push({ status: response.status, ...(await response.json()) });
    }
    const message = `No shop has the write key wron… (${wrong.length} characters)`;
    expect(answers).toEqual(
      Array(3).fill({ status: 401, code: 'unknown-write-key', message, meta: { errors: [message] } }),
    );
    expect(own.lines.filter((line) => line.includes(message))).toHaveLength(1);
    expect(own.lines.join('\n')).not.toContain(wrong.slice(0, 6));
  });
});

test.each([
  ['NTD', 'TWD'],
  ['rmb ', 'CNY'],
])('a price in %s is in %s at TikTok, which refuses the whole event otherwise', async (written, currency) => {
  const properties = { product_id: newId(), value: 5, currency: written };
  await post('/v1/track', track(newId(), { event: 'Product Viewed', properties }));
  expect(await delivered('tiktok', properties.product_id)).toMatchObject({
    properties: { currency, value: 5 },
  });
});
