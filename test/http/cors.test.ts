// @module-tag slow
import { afterAll, describe, expect, test } from 'vitest';
import { SHOP_ORIGIN, startCollector, WRITE_KEY } from '../support/collector.ts';

const SECOND = 'https://shop.example';
const collector = await startCollector(
  { ALLOWED_ORIGINS: `${SHOP_ORIGIN}, ${SECOND}/ ,null` },
  { whenOver: afterAll },
);
const { base } = collector;
const PATHS = ['/v1/batch', '/v1/b', '/v1/track', '/v1/t', '/v1/m', `/v1/projects/${WRITE_KEY}/settings`];

const preflight = (path: string, origin: string | undefined, headers: Record<string, string> = {}) =>
  fetch(`${base}${path}`, {
    method: 'OPTIONS',
    headers: { ...(origin !== undefined && { origin }), 'access-control-request-method': 'POST', ...headers },
  });
const track = (origin: string, body: object = {}, headers: Record<string, string> = {}) =>
  fetch(`${base}/v1/track`, {
    method: 'POST',
    headers: { origin, 'content-type': 'text/plain', ...headers },
    body: JSON.stringify({
      event: 'Tea Poured',
      anonymousId: '7d3f2a52-6d0f-4a77-9a53-1f2f5b0c9d11',
      writeKey: WRITE_KEY,
      ...body,
    }),
  });
const list = (value: string | null) => (value ?? '').toLowerCase().split(/,\s*/).filter(Boolean);

describe('a preflight', () => {
  test.each(PATHS)('for %s lets the shop’s page send what the SDKs send', async (path) => {
    const response = await preflight(path, SHOP_ORIGIN, {
      'access-control-request-headers': 'authorization,content-type,x-retry-count,x-strict-mode',
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe(SHOP_ORIGIN);
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
    expect(list(response.headers.get('access-control-allow-headers')).sort()).toEqual([
      'authorization',
      'content-type',
      'x-retry-count',
      'x-strict-mode',
    ]);
    expect(list(response.headers.get('access-control-allow-methods'))).toContain('post');
    expect(list(response.headers.get('vary'))).toContain('origin');
    expect(await response.text()).toBe('');
  });

  test.each([
    'https://evil.example',
    'http://shop.example',
    'https://shop.example.evil.example',
    '*',
    'NULL',
    undefined,
  ])('of %s allows nothing', async (origin) => {
    const response = await preflight('/v1/batch', origin);
    expect(response.status).toBe(403);
    const allowed = [...response.headers.keys()].filter((name) => name.startsWith('access-control-'));
    expect(allowed).toEqual([]);
    expect(list(response.headers.get('vary'))).toContain('origin');
    expect(await response.json()).toMatchObject({
      code: 'origin-not-allowed',
      meta: { errors: [expect.any(String)] },
    });
  });
});

describe('an answer', () => {
  test.each([SHOP_ORIGIN, SECOND])('to %s carries exactly that origin, and credentials', async (origin) => {
    const { headers, status } = await track(origin);
    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(list(headers.get('vary'))).toContain('origin');
  });

  test('to a sandboxed page has neither credentials nor cookies', async () => {
    const { headers, status } = await track('null', { context: { tiktok: { ttclid: 'E.C.P.x' } } });
    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBe('null');
    expect(headers.has('access-control-allow-credentials')).toBe(false);
    expect(headers.getSetCookie()).toEqual([]);
  });

  test('to a foreign page is a refusal it may not read', async () => {
    const { headers, status } = await track('https://evil.example');
    expect(status).toBe(403);
    expect(headers.has('access-control-allow-origin')).toBe(false);
    expect(headers.getSetCookie()).toEqual([]);
  });

  test('to a server, which sends no Origin, carries no CORS', async () => {
    const response = await collector.post('/v1/track', { event: 'Tea Poured', anonymousId: 'v' });
    expect(response.headers.has('access-control-allow-origin')).toBe(false);
    expect(list(response.headers.get('vary'))).toContain('origin');
  });

  test.each([
    { what: 'a wrong key', body: { writeKey: 'nobody' }, headers: {}, status: 401 },
    { what: 'strict mode', body: { event: 7 }, headers: { 'x-strict-mode': '1' }, status: 400 },
    { what: 'too much', body: { properties: { pad: 'x'.repeat(600_000) } }, headers: {}, status: 413 },
  ])(
    'that says no ($what) can be read by the shop’s page all the same',
    async ({ body, headers, status }) => {
      const response = await track(SHOP_ORIGIN, body, headers as Record<string, string>);
      expect(response.status).toBe(status);
      expect(response.headers.get('access-control-allow-origin')).toBe(SHOP_ORIGIN);
    },
  );
});

test('operator routes never invite another page', async () => {
  for (const method of ['OPTIONS', 'GET'])
    for (const path of ['/admin/status', '/admin/dead-letters', '/healthz', '/openapi.json']) {
      const { headers } = await fetch(`${base}${path}`, { method, headers: { origin: SHOP_ORIGIN } });
      expect(headers.has('access-control-allow-origin')).toBe(false);
    }
});

test('a page that may not send has one line in the log, which names its origin', async () => {
  const own = await startCollector();
  const send = (method: string) =>
    fetch(`${own.base}/v1/b?writeKey=${WRITE_KEY}`, {
      method,
      headers: { origin: 'http://localhost:5500' },
      ...(method === 'POST' && { body: '{"batch":[]}' }),
    });
  for (const method of ['POST', 'POST', 'OPTIONS']) expect((await send(method)).status).toBe(403);
  const found = own.lines.filter((line) => line.includes('ALLOWED_ORIGINS')).map((line) => JSON.parse(line));
  expect(found).toEqual([
    {
      level: 40,
      time: expect.any(String),
      origin: 'http://localhost:5500',
      msg: 'requests of a page are refused: its origin is not in ALLOWED_ORIGINS',
    },
  ]);
});
