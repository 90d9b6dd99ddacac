// @module-tag slow
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createFastClock } from '../support/clock.ts';
import { basic, eventually, SHOP_ORIGIN, startCollector, WRITE_KEY } from '../support/collector.ts';
import { exchange, speak } from '../support/http.ts';

const collector = await startCollector({ RATE_LIMIT_PER_MINUTE: '100000' }, { whenOver: afterAll });
const { base, port, lines, events, sandbox, post, admin } = collector;
// The search opens beside the collector, and writes a line when it does.
beforeAll(async () => void (await admin('GET', '/admin/events')));
const APIS = ['tiktok', 'customerio', 'shopline'] as const;
let last = 0;
const newId = () => `input-${++last}`;
const track = (parts: object = {}) => ({
  event: 'Tea Poured',
  anonymousId: 'v',
  messageId: newId(),
  ...parts,
});

describe('whatever a sender writes, a log line stays one line of JSON', () => {
  const TEXTS = {
    'a line break': 'a\nb\r\nc',
    'a forged line': 'x"}\n{"level":30,"time":"2026-01-01T00:00:00Z","msg":"collector listens"}',
    'an escape sequence': '\u001b[2J\u001b]0;owned\u0007',
    'an escape in one sign': '\u009b2J',
    'line separators': 'a\u2028b\u2029c\u0085d',
    'text run backwards': '\u202egnp.exe\u2066',
    'a quoted address': '"@evil.example',
    'an address in quotes': 'x"y@evil.example","level":60,"z":"',
    'an encoded quote before an address': '%22@evil.example%22',
    'half a surrogate': '\ud800',
    'zero and backspace': 'a\u0000\b\u007f',
  };

  test.each(Object.entries(TEXTS))('%s', async (_what, text) => {
    const before = lines.length;
    // Everything that identifies a rejected message, and other places that could be logged one day.
    await post('/v1/batch', {
      batch: [
        { type: text, event: text, messageId: text, [text]: 1 },
        { ...track({ event: { [text]: 1 } }), type: 'track' },
      ],
    });
    await post(
      '/v1/track',
      track({
        event: text,
        anonymousId: null,
        userId: 7.5,
        context: { consent: { categoryPreferences: { [text]: text } } },
      }),
    );
    await post('/v1/track', track(), { authorization: basic(text) });
    const header = text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?');
    for (const name of ['user-agent', 'origin', 'x-forwarded-for', 'cookie', 'x-strict-mode'])
      await exchange(base, '/v1/track', { method: 'POST', headers: { [name]: header }, body: '{}' });
    await exchange(base, `/${encodeURIComponent(text.toWellFormed())}`);
    const written = lines.slice(before);
    expect(written.length).toBeGreaterThanOrEqual(3);
    for (const line of written) {
      expect(line).toMatch(/^\{.*\}\n$/);
      expect(line.trimEnd()).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
      const { level, msg } = JSON.parse(line);
      expect({ level, msg }).toBeOneOf([
        { level: 30, msg: 'message rejected' },
        { level: 40, msg: expect.stringMatching(/^No shop has the write key .{1,4}… \(\d+ characters\)$/su) },
      ]);
    }
  });

  test('of a thousand issues in a message few are reported: neither response nor log line grows with it', async () => {
    const before = lines.length;
    const choices = Array.from({ length: 1000 }, (_, index) => [`category-${index}`, 'x']);
    const consent = { categoryPreferences: Object.fromEntries(choices) };
    const batch = Array.from({ length: 25 }, () => ({
      type: 'track',
      ...track({ event: {}, context: { consent } }),
    }));
    const body = JSON.stringify({ batch });
    const answer = await (await post('/v1/batch', body)).text();
    expect(JSON.parse(answer).rejected).toHaveLength(25);
    expect(JSON.parse(answer).rejected[0].issues).toHaveLength(20);
    expect(answer.length).toBeLessThan(body.length / 2);
    expect(lines.slice(before).join('').length).toBeLessThan(body.length / 2);
  });
});

describe('a body made to cost more than it weighs', () => {
  const keys = (count: number, name: (index: number) => string) =>
    `{${Array.from({ length: count }, (_, index) => `"${name(index)}":0`).join()}}`;
  const spread = (text: string) =>
    `{"batch":[${Array.from({ length: 15 }, () => JSON.stringify({ type: 'track', ...track() }).replace('"anonymousId"', `"properties":${text},"anonymousId"`)).join()}]}`;

  test.each([
    ['60,000 different keys', () => keys(60_000, (index) => index.toString(36))],
    ['50,000 numbers as keys', () => keys(50_000, (index) => String(index))],
    ['40,000 numbers far apart', () => keys(38_000, (index) => String(index * 65_536))],
    [
      'numbers whose lower bits agree',
      () => keys(38_000, (index) => String((index % 152) * 65_536 + (index >> 8))),
    ],
    ['80,000 times one key', () => keys(80_000, () => 'a')],
    ['3,000 keys in each of 15 good messages', () => spread(keys(3_000, (index) => index.toString(36)))],
    ['30,000 empty objects in a list', () => `{"batch":[{"type":"track","a":[${'{},'.repeat(120_000)}{}]}]}`],
    ['500 messages that are none', () => `{"batch":[${'0,'.repeat(499)}0]}`],
    [
      'a text of quotes before signs of an address',
      () => `{"event":"${'\\"@'.repeat(8_000)}","anonymousId":"v"}`,
    ],
    [
      'a text of percent signs',
      () => `{"event":"a","anonymousId":"v","properties":{"u":"${'%25'.repeat(8_000)}@"}}`,
    ],
    [
      'a text of equals signs',
      () => `{"event":"a","anonymousId":"v","properties":{"u":"${'phone='.repeat(4_000)}"}}`,
    ],
  ])('%s: answered within a second of work', async (_what, make) => {
    const body = make();
    expect(body.length).toBeLessThanOrEqual(600_000);
    const began = process.cpuUsage();
    const { status } = await post('/v1/batch', body);
    const single = await post('/v1/track', body);
    const { user, system } = process.cpuUsage(began);
    expect([200, 400, 413]).toContain(status);
    expect([200, 400, 413]).toContain(single.status);
    expect((user + system) / 1000).toBeLessThan(1_000);
  });

  test('thirty bombs of 200 MB, all at once, cost neither the memory nor the time of one', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000, ' '));
    const before = process.memoryUsage().rss;
    const began = process.cpuUsage();
    const statuses = await Promise.all(
      Array.from(
        { length: 30 },
        async () => (await post('/v1/batch', bomb, { 'content-encoding': 'gzip' })).status,
      ),
    );
    const { user, system } = process.cpuUsage(began);
    expect(statuses).toEqual(Array(30).fill(413));
    expect((user + system) / 1000).toBeLessThan(3_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  });
});

test.each([
  '/s/../server/config.ts',
  '/s/..%2f..%2fserver%2fconfig.ts',
  '/s/%2e%2e/%2e%2e/server/config.ts',
  '/s/%252e%252e%252fserver%252fconfig.ts',
  '/s/..\\..\\server\\config.ts',
  '/s/..%5c..%5cserver%5cconfig.ts',
  '/s/%00',
  '/s/0.1.0.js%00.png',
  '/s/0.1.0.js/../../../package.json',
  '/s/....//....//package.json',
  '/s/%c0%ae%c0%ae/package.json',
  '/s//etc/passwd',
  '//etc/passwd',
  '/s/file:///etc/passwd',
  '/s.js/../../../package.json',
  '/s/%',
])('GET %s leads nowhere: only what is meant to be served is a file', async (path) => {
  const received = await speak(port, `GET ${path} HTTP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n`);
  expect(received).toMatch(/^HTTP\/1\.1 40[04] /);
  expect(JSON.parse(received.split('\r\n\r\n')[1] ?? '')).toMatchObject({
    code: expect.stringMatching(/^(not-found|malformed-body)$/),
  });
});

describe('no sender can make the collector ask an address of his choice', () => {
  /** A server that records all requests to it. */
  async function trap() {
    const received: string[] = [];
    const server = createServer((request, response) => {
      received.push(`${request.method} ${request.url}`);
      response.end('{"code":0,"data":{"events":[]}}');
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return { received, url: `http://127.0.0.1:${(server.address() as { port: number }).port}` };
  }
  const settled = () =>
    eventually(
      async () => (await admin('GET', '/admin/status')).json(),
      ({ destinations }) => destinations.every(({ waiting }: { waiting: number }) => waiting === 0),
    );
  const order = (parts: object) => ({
    type: 'track',
    ...track({ event: 'Order Completed', userId: 'u', properties: { order_id: newId(), value: 1 } }),
    ...parts,
  });

  test('not by anything in a message, its headers or its address', async () => {
    const { received, url } = await trap();
    const addresses = {
      endpoint: url,
      url,
      host: url,
      apiHost: url,
      href: url,
      redirect: url,
      callback: url,
    };
    const message = order({
      ...addresses,
      context: { ...addresses, page: { url, referrer: url }, traits: addresses, campaign: { name: url } },
      properties: {
        order_id: newId(),
        value: 1,
        ...addresses,
        products: [{ product_id: 'p', url, image_url: url }],
      },
      integrations: {
        All: true,
        TikTok: addresses,
        'Customer.io': addresses,
        SHOPLINE: addresses,
        [url]: true,
      },
    });
    const { host } = new URL(url);
    const response = await exchange(base, `/v1/track?endpoint=${url}&writeKey=${WRITE_KEY}`, {
      method: 'POST',
      headers: {
        authorization: basic(WRITE_KEY),
        origin: SHOP_ORIGIN,
        host,
        forwarded: `host=${host}`,
        'x-forwarded-host': host,
        'x-original-url': url,
        referer: url,
      },
      body: JSON.stringify(message),
    });
    expect(JSON.parse(response.body.toString())).toMatchObject({ accepted: 1 });
    await settled();
    expect(events.some(({ messageId }) => messageId === message.messageId)).toBe(true);
    expect(sandbox.accepted('tiktok').length).toBeGreaterThan(0);
    expect(received).toEqual([]);
  });

  test('not by asking it as a proxy', async () => {
    const { received, url } = await trap();
    const { host } = new URL(url);
    for (const line of [`GET ${url}/ HTTP/1.1`, `POST ${url}/v1/track HTTP/1.1`, `CONNECT ${host} HTTP/1.1`])
      expect(
        await speak(port, `${line}\r\nHost: ${host}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`),
      ).not.toMatch(/^HTTP\/1\.1 [23]/);
    expect(received).toEqual([]);
  });

  test.each([301, 302, 303, 307, 308])(
    'an API that answers %d sends our events nowhere else',
    async (status) => {
      const { received, url } = await trap();
      // What it waits for once an API refused it takes minutes.
      const { sandbox, post, admin } = await startCollector({}, { clock: createFastClock(100) });
      const headers = { location: `${url}/elsewhere` };
      for (const api of APIS) sandbox.setFaults(api, { status, headers, body: {}, times: 1 });
      await post('/v1/track', order({}));
      const isDelivered = () => APIS.every((api) => sandbox.accepted(api).length > 0);
      await eventually(isDelivered, Boolean);
      expect(sandbox.received().filter(({ fault }) => fault)).toHaveLength(3);
      const { deadLetters } = await (await admin('GET', '/admin/dead-letters')).json();
      expect(deadLetters).toEqual([]);
      expect(received).toEqual([]);
    },
  );
});
