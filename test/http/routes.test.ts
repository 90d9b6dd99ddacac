// @module-tag slow
import { afterAll, describe, expect, test } from 'vitest';
import { basic, SHOP_ORIGIN, startCollector, WRITE_KEY } from '../support/collector.ts';
import { exchange, speak } from '../support/http.ts';

const collector = await startCollector({}, { whenOver: afterAll });
const { base, events, port, post } = collector;
let last = 0;
const newId = () => `route-${++last}`;
const stored = (messageId: string) => events.find((event) => event.messageId === messageId);

/** The least each type needs beside its path. */
const BODIES = {
  track: { event: 'Tea Poured', anonymousId: 'visitor' },
  page: { name: 'Home', anonymousId: 'visitor' },
  identify: { userId: 'customer-7', traits: { plan: 'gold' } },
  screen: { name: 'Cart', anonymousId: 'visitor' },
  group: { userId: 'customer-7', groupId: 'wholesale' },
  alias: { userId: 'customer-7', previousId: 'visitor' },
};
type Type = keyof typeof BODIES;
const TYPES = Object.keys(BODIES) as Type[];

describe('one message', () => {
  test.each(TYPES.flatMap((type) => [`/v1/${type}`, `/v1/${type[0]}`].map((path) => ({ type, path }))))(
    '$path says that it is a $type',
    async ({ type, path }) => {
      const messageId = newId();
      const response = await post(path, { messageId, ...BODIES[type] });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toMatch(/^application\/json/);
      expect(await response.json()).toEqual({ success: true, accepted: 1, duplicates: 0, rejected: [] });
      expect(stored(messageId)).toMatchObject({ shop: 'shop', type });
    },
  );

  test.each([{ type: null }, { type: 'track' }])('a browser SDK’s flat body with %o', async (type) => {
    const messageId = newId();
    const response = await post('/v1/t', {
      ...type,
      ...BODIES.track,
      messageId,
      userId: null,
      writeKey: WRITE_KEY,
      sentAt: new Date().toISOString(),
      _metadata: { bundled: [], unbundled: [], bundledIds: [] },
    });
    expect(await response.json()).toMatchObject({ success: true, accepted: 1 });
    expect(stored(messageId)?.identity).toEqual({ anonymousId: 'visitor' });
  });

  test('a message without an id of its own gets one', async () => {
    await post('/v1/track', { event: 'Nameless', anonymousId: 'visitor' });
    await post('/v1/track', { event: 'Nameless', anonymousId: 'visitor' });
    const ids = events.filter(({ event }) => event === 'Nameless').map(({ messageId }) => messageId);
    expect(new Set(ids).size).toBe(2);
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each([
    { what: 'no id of anyone', path: 'anonymousId', body: { event: 'X' } },
    { what: 'only nulls as ids', path: 'anonymousId', body: { event: 'X', userId: null, anonymousId: null } },
    { what: 'no event name', path: 'event', body: { anonymousId: 'v' } },
    { what: 'an object as id', path: 'userId', body: { event: 'X', userId: { id: 1 } } },
    { what: 'an unknown type', path: 'type', body: { ...BODIES.track, type: 'purchase' } },
  ])('$what is rejected and named by its path', async ({ path, body }) => {
    const response = await post('/v1/track', body);
    expect(response.status).toBe(200);
    const answer = await response.json();
    expect(answer).toMatchObject({ success: false, accepted: 0, rejected: [{ index: 0 }] });
    expect(answer.rejected[0].issues.map((issue: { path: string }) => issue.path)).toContain(path);
  });

  test.each([
    { what: 'a list as properties', path: 'properties', body: { ...BODIES.track, properties: [1] } },
    { what: 'text as context', path: 'context', body: { ...BODIES.track, context: 'none' } },
    {
      what: 'a page that is a number',
      path: 'context.page.url',
      body: { ...BODIES.track, context: { page: { url: 7 } } },
    },
    {
      what: 'a price in words',
      path: 'properties.price',
      body: { event: 'Product Viewed', anonymousId: 'v', properties: { price: 'cheap' } },
    },
    {
      what: 'a price in words deep in an order',
      path: 'properties.products.1.price',
      body: {
        event: 'Order Completed',
        anonymousId: 'v',
        properties: { order_id: '1', products: [{ price: 1 }, { price: 'cheap' }] },
      },
    },
    { what: 'a time nobody can read', path: 'timestamp', body: { ...BODIES.track, timestamp: 'yesterday' } },
    {
      what: 'an id longer than 100',
      path: 'messageId',
      body: { ...BODIES.track, messageId: 'x'.repeat(101) },
    },
  ])('$what is left out and named by its path', async ({ path, body }) => {
    const answer = await (await post('/v1/track', body)).json();
    expect(answer).toMatchObject({ success: true, accepted: 1, rejected: [] });
    expect(answer.warnings).toEqual([{ index: 0, path, code: 'field-dropped' }]);
  });
});

describe('a batch', () => {
  test.each(['/v1/batch', '/v1/b'])('of every type through %s', async (path) => {
    const batch = TYPES.map((type) => ({ type, messageId: newId(), ...BODIES[type] }));
    const response = await post(path, { batch });
    expect(await response.json()).toEqual({ success: true, accepted: 6, duplicates: 0, rejected: [] });
    expect(batch.map(({ messageId }) => stored(messageId)?.type)).toEqual(TYPES);
  });

  test('keeps the good and says what was wrong with the bad', async () => {
    const [first, second, third] = [newId(), newId(), newId()];
    const response = await post('/v1/batch', {
      batch: [
        { type: 'track', ...BODIES.track, messageId: first },
        { type: 'track', messageId: second },
        'not a message',
        null,
        { type: 'page', ...BODIES.page, messageId: third },
      ],
    });
    expect(response.status).toBe(200);
    const answer = await response.json();
    expect(answer).toMatchObject({ success: true, accepted: 2, duplicates: 0 });
    expect(answer.rejected.map(({ index }: { index: number }) => index)).toEqual([1, 2, 3]);
    expect(answer.rejected[0]).toMatchObject({ messageId: second, issues: [{ path: 'event' }] });
    expect([first, second, third].map((id) => stored(id) !== undefined)).toEqual([true, false, true]);
  });

  test('with nothing good in it is answered 200 without success', async () => {
    const response = await post('/v1/batch', { batch: [{ type: 'track' }, { type: 'nothing' }] });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ success: false, accepted: 0, duplicates: 0 });
  });

  test('says once for all messages what the root says; a message’s own words win', async () => {
    const [plain, own] = [newId(), newId()];
    await post('/v1/batch', {
      context: { locale: 'zh-TW', timezone: 'Asia/Taipei' },
      integrations: { TikTok: false },
      batch: [
        { type: 'track', ...BODIES.track, messageId: plain },
        {
          type: 'track',
          ...BODIES.track,
          messageId: own,
          context: { locale: 'en' },
          integrations: { TikTok: true },
        },
      ],
    });
    expect(stored(plain)).toMatchObject({
      context: { locale: 'zh-TW', timezone: 'Asia/Taipei' },
      integrations: { tiktok: false },
    });
    expect(stored(own)).toMatchObject({
      context: { locale: 'en', timezone: 'Asia/Taipei' },
      integrations: { tiktok: true },
    });
  });

  test('does not hide behind its root that a message’s own context is wrong', async () => {
    const response = await post('/v1/batch', {
      context: { locale: 'zh-TW' },
      batch: [{ type: 'track', ...BODIES.track, context: 'none' }],
    });
    expect(await response.json()).toMatchObject({
      accepted: 1,
      warnings: [{ index: 0, path: 'context', code: 'field-dropped' }],
    });
  });

  test.each([
    ['an empty list', { batch: [] }],
    ['a list that is none', { batch: { 0: {} } }],
    ['a message alone', BODIES.track],
    ['a bare list', [{ type: 'track', ...BODIES.track }]],
    ['null', null],
    ['a number', 7],
    ['text', '"batch"'],
  ])('that is %s is refused as a whole', async (_what, body) => {
    const response = await post('/v1/batch?writeKey=x', body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'invalid-batch',
      meta: { errors: [expect.any(String)] },
    });
  });
});

describe('a message is stored once', () => {
  const message = () => ({ type: 'track', ...BODIES.track, messageId: newId() });

  test('sent twice', async () => {
    const one = message();
    await post('/v1/track', one);
    const response = await post('/v1/batch', { batch: [one] });
    expect(await response.json()).toEqual({ success: true, accepted: 1, duplicates: 1, rejected: [] });
  });

  test('twice in one batch', async () => {
    const one = message();
    const response = await post('/v1/batch', { batch: [one, message(), one] });
    expect(await response.json()).toEqual({ success: true, accepted: 3, duplicates: 1, rejected: [] });
  });

  test('sent by two connections at the same moment', async () => {
    const one = message();
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => (await post('/v1/track', one)).json()),
    );
    expect(answers.filter(({ duplicates }) => duplicates === 0)).toHaveLength(1);
    expect(answers.every(({ accepted }) => accepted === 1)).toBe(true);
  });
});

describe('strict mode', () => {
  const strict = { 'x-strict-mode': '1' };

  test('stores nothing when one message is bad, and names it', async () => {
    const [good, bad] = [newId(), newId()];
    const batch = [
      { type: 'track', ...BODIES.track, messageId: good },
      { type: 'track', messageId: bad, anonymousId: 'v', event: 7 },
    ];
    const response = await post('/v1/batch', { batch }, strict);
    expect(response.status).toBe(400);
    const answer = await response.json();
    expect(answer).toMatchObject({ code: 'strict-mode', message: expect.any(String) });
    expect(answer.meta.errors.join()).toMatch(/message 1: event:/);
    expect(stored(good)).toBeUndefined();
    const again = await post('/v1/batch', { batch: batch.slice(0, 1) }, strict);
    expect(await again.json()).toMatchObject({ accepted: 1, duplicates: 0 });
  });

  test.each(['0', 'true', '2', ''])('is not asked for by "%s"', async (value) => {
    const response = await post('/v1/track', { anonymousId: 'v' }, { 'x-strict-mode': value });
    expect(response.status).toBe(200);
  });
});

describe('what is asked before anything is sent', () => {
  test('SDK telemetry is taken and ignored', async () => {
    const before = events.length;
    const response = await post('/v1/m', { series: [{ metric: 'x' }] });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({});
    expect(events.length).toBe(before);
  });

  test('a browser SDK’s settings point back here', async () => {
    const response = await fetch(`${base}/v1/projects/${WRITE_KEY}/settings`);
    const target = { apiKey: WRITE_KEY, apiHost: `127.0.0.1:${port}/v1`, protocol: 'http' };
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      integrations: { 'Customer.io Data Pipelines': target, 'Segment.io': target },
    });
  });

  test('a page receives one integration: with two these SDKs request a loader that does not exist', async () => {
    const headers = { origin: SHOP_ORIGIN };
    const response = await fetch(`${base}/v1/projects/${WRITE_KEY}/settings`, { headers });
    expect(Object.keys((await response.json()).integrations)).toEqual(['Customer.io Data Pipelines']);
  });

  test('behind a proxy they point to the public address, its path kept', async () => {
    const behind = await startCollector({ PUBLIC_URL: 'https://shop.example/collect/' });
    const response = await fetch(`${behind.base}/v1/projects/${WRITE_KEY}/settings`);
    expect((await response.json()).integrations['Segment.io']).toEqual({
      apiKey: WRITE_KEY,
      apiHost: 'shop.example/collect/v1',
      protocol: 'https',
    });
  });

  test.each([
    { what: 'an unknown key', key: 'nobody', headers: {}, status: 401 },
    { what: 'a foreign page', key: WRITE_KEY, headers: { origin: 'https://evil.example' }, status: 403 },
    { what: 'the shop’s page', key: WRITE_KEY, headers: { origin: SHOP_ORIGIN }, status: 200 },
  ])('settings for $what: $status', async ({ key, headers, status }) => {
    const response = await fetch(`${base}/v1/projects/${key}/settings`, { headers });
    expect(response.status).toBe(status);
  });
});

describe('for whoever keeps it running', () => {
  test('it says that it lives and that it can store', async () => {
    const health = await fetch(`${base}/healthz`);
    const ready = await fetch(`${base}/readyz`);
    expect([health.status, ready.status]).toEqual([200, 200]);
    expect(await health.json()).toEqual({ status: 'ok' });
    expect(await ready.json()).toEqual({ status: 'ready' });
  });

  test('it says nothing about what it is made of', async () => {
    const response = await fetch(`${base}/healthz`);
    expect(response.headers.has('x-powered-by')).toBe(false);
  });
});

describe('what does not exist', () => {
  test.each([
    ['GET', '/v1/track'],
    ['PUT', '/v1/batch'],
    ['POST', '/v1/unknown'],
    ['POST', '/v2/track'],
    ['GET', '/'],
    ['GET', '/v1/projects/x/../../../etc/passwd'],
    ['GET', '/.env'],
    ['GET', '/demo/'],
  ])('%s %s is a 404 in the shape of every error', async (method, path) => {
    const response = await exchange(base, path, { method });
    expect(response.status).toBe(404);
    expect(JSON.parse(response.body.toString())).toEqual({
      code: 'not-found',
      message: expect.any(String),
      meta: { errors: [expect.any(String)] },
    });
  });
});

test.each([
  ['GET', '/', 'Not found: GET /'],
  ['GET', '/nowhere?email=lin@shop.example', 'Not found: GET /nowhere'],
  ['DELETE', '/v1/track', 'Not found: DELETE /v1/track'],
  ['GET', '/caf%C3%A9/<b>', 'Not found: GET /caf%C3%A9/%3Cb%3E'],
  ['GET', '/of/lin@shop.example', 'Not found: GET /of/%5Bemail%5D'],
  ['GET', `/${'a'.repeat(500)}`, `Not found: GET /${'a'.repeat(199)}`],
])('%s %s: the answer names the method and the path', async (method, path, message) => {
  const response = await exchange(base, path, { method });
  expect(JSON.parse(response.body.toString()).message).toBe(message);
});

describe('a sender who speaks bad HTTP', () => {
  const body = JSON.stringify({ ...BODIES.track, anonymousId: '7d3f2a52-6d0f-4a77-9a53-1f2f5b0c9d11' });
  const authorization = basic(WRITE_KEY);

  test.each(['%', '[', 'a b', 'host:port', 'http://x', '@', ''])(
    'a Host of "%s" breaks neither settings nor cookies',
    async (host) => {
      const settings = await exchange(base, `/v1/projects/${WRITE_KEY}/settings`, { headers: { host } });
      const message = await exchange(base, '/v1/track', {
        method: 'POST',
        headers: { host, authorization, origin: SHOP_ORIGIN },
        body,
      });
      expect(settings.status).toBeLessThan(500);
      expect(message.status).toBeLessThan(500);
    },
  );

  test('HTTP/1.0 without a Host is answered', async () => {
    const received = await speak(
      port,
      `POST /v1/track HTTP/1.0\r\nOrigin: ${SHOP_ORIGIN}\r\nAuthorization: ${authorization}\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(received).toMatch(/^HTTP\/1\.1 200 /);
    const settings = await speak(port, `GET /v1/projects/${WRITE_KEY}/settings HTTP/1.0\r\n\r\n`);
    expect(settings).toMatch(/^HTTP\/1\.1 [24]\d\d /);
  });

  test('a URL that cannot be decoded is the sender’s mistake', async () => {
    const response = await exchange(base, '/v1/projects/%E0%A4%A/settings');
    expect(response.status).toBe(400);
    expect(JSON.parse(response.body.toString())).toMatchObject({ code: 'malformed-body' });
  });
});
