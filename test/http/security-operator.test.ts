// @module-tag slow
import { afterAll, describe, expect, test } from 'vitest';
import type { AdminParts } from '../../server/operator/parts.ts';
import { adminRoutes } from '../../server/operator/routes.ts';
import { ADMIN_TOKEN, startCollector } from '../support/collector.ts';
import { exchange } from '../support/http.ts';
import { freePort } from '../support/process.ts';
import { routesOf } from '../support/routes-of.ts';

/** Every operator route there is, as the source declares it, with an address to ask for. */
const ROUTES: Record<string, string> = {
  'GET /metrics': '/metrics',
  'GET /admin/status': '/admin/status',
  'GET /admin/dead-letters': '/admin/dead-letters',
  'POST /admin/dead-letters/replay': '/admin/dead-letters/replay',
  'POST /admin/dead-letters/discard': '/admin/dead-letters/discard',
  'GET /admin/openapi.json': '/admin/openapi.json',
  'GET /admin/visitors/:id': '/admin/visitors/somebody',
  'DELETE /admin/visitors/:id': '/admin/visitors/somebody',
  'GET /admin/visitors/:id/export': '/admin/visitors/somebody/export',
  'POST /admin/visitors/:id/export': '/admin/visitors/somebody/export',
  'GET /admin/redactions': '/admin/redactions',
  'POST /admin/redactions/:id/confirm': '/admin/redactions/none/confirm',
  'POST /admin/redactions/:id/cancel': '/admin/redactions/none/cancel',
  'GET /admin/statistics': '/admin/statistics',
  'POST /admin/statistics/sync': '/admin/statistics/sync',
  'PUT /admin/marketing-costs': '/admin/marketing-costs',
  'GET /admin/events': '/admin/events',
  // Two shops are an error, so that nothing has to be there and no stream is opened.
  'GET /admin/events/:messageId': '/admin/events/none?shop=a&shop=b',
  'GET /admin/orders': '/admin/orders',
  'GET /admin/orders/:id': '/admin/orders/none?shop=a&shop=b',
  'GET /admin/stream': '/admin/stream?shop=a&shop=b',
  'GET /admin/reconciliation': '/admin/reconciliation',
  'GET /admin/dead-letters/groups': '/admin/dead-letters/groups',
  'POST /admin/replay': '/admin/replay',
  'POST /admin/discard': '/admin/discard',
  'GET /admin/overview': '/admin/overview',
  'GET /admin/match-quality': '/admin/match-quality',
  'GET /admin/alerts': '/admin/alerts',
  'GET /admin/audit': '/admin/audit',
  'GET /admin/setup': '/admin/setup',
  'POST /admin/test-event': '/admin/test-event',
};
const rows = Object.entries(ROUTES).map(([route, path]) => ({ method: route.split(' ')[0] ?? '', path }));
const TOKEN = { authorization: `Bearer ${ADMIN_TOKEN}` };

/** Behind a proxy, so that each request has an address of its own: wrong tokens are limited by address. */
const open = await startCollector({ TRUST_PROXY: '1' }, { whenOver: afterAll });
let nextAddress = 0;
const newAddress = () => `10.1.${++nextAddress >> 8}.${nextAddress & 255}`;
const closed = await startCollector({ ADMIN_TOKEN: '' }, { whenOver: afterAll });
const adminPort = await freePort();
const moved = await startCollector({ ADMIN_PORT: String(adminPort) }, { whenOver: afterAll });
const own = `http://127.0.0.1:${adminPort}`;

async function ask(base: string, method: string, path: string, headers: Record<string, string> = {}) {
  const from = base === open.base ? { 'x-forwarded-for': newAddress() } : {};
  const answer = await exchange(base, path, { method, headers: { ...headers, ...from } });
  const { status, headers: answered, body } = answer;
  return { status, headers: answered, text: body.toString() };
}

/** Of a console's page, without what it sends with a change. */
const session = await begin();
async function begin() {
  const { headers } = await exchange(open.base, '/console/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: ADMIN_TOKEN }),
  });
  return { cookie: headers['set-cookie']?.[0]?.split(';')[0] ?? '' };
}

test('the table holds every operator route the program declares', () => {
  const parts = {
    config: { shops: [] },
    access: { token: ADMIN_TOKEN, pageOrigins: new Set() },
    clock: { now: Date.now },
    statistics: {},
    state: {},
  };
  const routes = routesOf(adminRoutes(parts as unknown as AdminParts).router);
  const declared = routes.filter((route) => !/^\w+ \/console/.test(route));
  expect(declared.toSorted()).toEqual(Object.keys(ROUTES).toSorted());
});

test('of the console nothing but its page and the login is there without a session', async () => {
  expect((await ask(open.base, 'GET', '/console/session')).status).toBe(401);
  expect((await ask(open.base, 'POST', '/console/logout')).status).toBe(401);
  const { status, headers } = await ask(open.base, 'GET', '/console/');
  expect([200, 503]).toContain(status);
  expectGuarded(headers);
});

describe.each(rows)('$method $path', ({ method, path }) => {
  test.each([
    ['without a token', {}, 401],
    ['with a wrong token', { authorization: `Bearer ${ADMIN_TOKEN.slice(0, -1)}!` }, 401],
    ['with half a token', { authorization: `Bearer ${ADMIN_TOKEN.slice(0, 10)}` }, 401],
    ['from a foreign page', { ...TOKEN, origin: 'https://evil.example' }, 403],
    [
      'from a foreign page that named the Host after itself',
      { origin: 'http://evil.example', host: 'evil.example' },
      401,
    ],
  ])('%s: refused, and nothing is said but that', async (_who, headers, status) => {
    const answer = await ask(open.base, method, path, headers as Record<string, string>);
    expect(answer.status).toBe(status);
    expect(Object.keys(JSON.parse(answer.text))).toEqual(['code', 'message', 'meta']);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('with the token: answered, for nobody’s cache and nobody’s frame', async () => {
    const { status, headers } = await ask(open.base, method, path, TOKEN);
    // Without a body some of them have nothing to do, which they say once they know who asks.
    expect([200, 400]).toContain(status);
    expect(headers['cache-control']).toBe('no-store');
    expectGuarded(headers);
  });

  const changing =
    method === 'GET' ? [] : ['without its CSRF token', 'with an empty one', 'with another one'];
  test.each(changing)('with a session %s: refused', async (how) => {
    const csrf = how.startsWith('without')
      ? {}
      : { 'x-csrf-token': how === 'with an empty one' ? '' : 'A'.repeat(43) };
    const answer = await ask(open.base, method, path, { ...session, ...csrf } as Record<string, string>);
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([403, 'bad-csrf-token']);
  });

  test('with a session, from a page of another site: refused', async () => {
    for (const from of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' },
    ] as Record<string, string>[])
      expect((await ask(open.base, method, path, { ...session, ...from })).status).toBe(403);
  });

  test('a refusal is guarded the same', async () => {
    expectGuarded((await ask(open.base, method, path)).headers);
  });

  test.each([{}, { authorization: 'Bearer ' }, { authorization: 'Bearer undefined' }, TOKEN])(
    'while ADMIN_TOKEN is empty: not there, whatever is sent (%#)',
    async (headers) => {
      expect((await ask(closed.base, method, path, headers as Record<string, string>)).status).toBe(404);
    },
  );

  test('with ADMIN_PORT: there alone', async () => {
    expect((await ask(moved.base, method, path, TOKEN)).status).toBe(404);
    expect((await ask(own, method, path)).status).toBe(401);
    expect([200, 400]).toContain((await ask(own, method, path, TOKEN)).status);
  });

  test.each([path.toUpperCase(), `${path}/`, `/${path}`, `/v1/..${path}`, path.replace('/', '/%2e/')])(
    'spelled %s it is no way around',
    async (spelled) => {
      const { status } = await ask(open.base, method, spelled);
      expect([401, 404]).toContain(status);
    },
  );
});

function expectGuarded(headers: Record<string, unknown>): void {
  expect(headers).toMatchObject({
    'content-security-policy': expect.stringContaining("default-src 'self'"),
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  });
  expect(headers['content-security-policy']).toMatch(/frame-ancestors 'none'/);
  expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|https?:/);
  // The host may be the shop's own: what it promises of its transport is not ours to say.
  expect(headers).not.toHaveProperty('strict-transport-security');
}

test('what a shopper’s browser asks for carries none of this: other pages must be able to load it', async () => {
  for (const [method, path] of [
    ['GET', '/s.js'],
    ['POST', '/v1/track'],
    ['GET', '/openapi.json'],
  ] as const) {
    const { headers } = await ask(open.base, method, path);
    expect(headers).not.toHaveProperty('content-security-policy');
    expect(headers['cross-origin-resource-policy'] ?? 'cross-origin').toBe('cross-origin');
  }
});

describe('opened without a token, as by the demo', () => {
  const ways = [
    ['127.0.0.1', 200],
    ['localhost:8787', 200],
    ['[::1]:8787', 200],
    ['evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost.evil.example:8787', 403],
  ] as const;
  test.each(ways)(
    'asked by the name %s: %d, so that no page lends its name to loopback',
    async (host, status) => {
      const demo = await startCollector({ ADMIN_TOKEN: '' }, { openAdmin: true });
      expect((await ask(demo.base, 'GET', '/admin/status', { host })).status).toBe(status);
      const page = { host, origin: `http://${host}` };
      expect((await ask(demo.base, 'GET', '/admin/status', page)).status).toBe(status);
    },
  );
});
