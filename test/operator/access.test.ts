// @module-tag slow
import { afterAll, describe, expect, test } from 'vitest';
import type { Setup } from '../../shared/operator-api/index.ts';
import { createFastClock } from '../support/clock.ts';
import { ADMIN_TOKEN, type Collector, type CollectorOptions, startCollector } from '../support/collector.ts';
import { type Answer, exchange } from '../support/http.ts';
import { freePort } from '../support/process.ts';
import { tempDir } from '../support/temp-dir.ts';

type Headers = Record<string, string>;
const TOKEN = { authorization: `Bearer ${ADMIN_TOKEN}` };
const collector = await startCollector({}, { whenOver: afterAll });
/** Behind a proxy that ends https, and whose requests come from many addresses. */
const proxied = await startCollector({ TRUST_PROXY: '1' }, { whenOver: afterAll });
let nextAddress = 1;
const https = (host = 'ops.example'): Headers => ({
  host,
  'x-forwarded-proto': 'https',
  'x-forwarded-for': `203.0.113.${nextAddress++}`,
});

const json = ({ body }: Answer) => JSON.parse(body.toString() || 'null');
const post = (base: string, path: string, body: unknown, headers: Headers = {}) =>
  exchange(base, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const login = (base: string, headers: Headers = {}, token = ADMIN_TOKEN) =>
  post(base, '/console/login', { token }, headers);
const cookieOf = ({ headers }: Answer) => headers['set-cookie']?.[0] ?? '';
const pairOf = (answer: Answer) => cookieOf(answer).split(';')[0] ?? '';

/** A session of a collector, with what its page sends. */
async function begin(of: Collector = proxied, headers: Headers = of === proxied ? https() : {}) {
  const answer = await login(of.base, headers);
  expect(answer.status).toBe(200);
  const common = { ...headers, cookie: pairOf(answer) };
  return { answer, csrf: json(answer).csrf as string, headers: common };
}

describe('login', () => {
  test('over https: a __Host- cookie that no script and no other site can use, for twelve hours', async () => {
    const { answer, headers } = await begin();
    expect(cookieOf(answer)).toMatch(/^__Host-storebeacon=[\w~-]{60,80}; /);
    expect(cookieOf(answer).split('; ').slice(1).toSorted()).toEqual(
      ['HttpOnly', 'Max-Age=43200', 'Path=/', 'SameSite=Strict', 'Secure'].toSorted(),
    );
    expect((await exchange(proxied.base, '/admin/status', { headers })).status).toBe(200);
  });

  test('over http on loopback: a plain cookie', async () => {
    const { answer, headers } = await begin(await startCollector());
    expect(cookieOf(answer)).toMatch(/^storebeacon_console=[\w~-]{60,80}; .*HttpOnly; SameSite=Strict$/);
    expect(headers.cookie).not.toContain(ADMIN_TOKEN);
  });

  test.each([
    ['under another name', collector, { host: 'collect.example' }],
    ['under a name that resolves to loopback', collector, { host: 'localhost.evil.example' }],
    ['through a proxy that TRUST_PROXY does not name', collector, { 'x-forwarded-for': '203.0.113.9' }],
    ['through one that says https', collector, { 'x-forwarded-proto': 'https' }],
    ['through a proxy over http', proxied, { host: 'ops.example', 'x-forwarded-proto': 'http' }],
  ] as const)('without https %s: refused, in words', async (_how, { base }, headers) => {
    const answer = await login(base, headers);
    expect([answer.status, json(answer).code]).toEqual([403, 'not-secure']);
    expect(json(answer).message).toMatch(/https.*TRUST_PROXY.*ssh/);
    expect(cookieOf(answer)).toBe('');
  });

  test.each([
    ['another token', ADMIN_TOKEN.replace('o', '0'), 401],
    ['a part of it', ADMIN_TOKEN.slice(0, -1), 401],
    ['nothing', '', 400],
  ])('with %s: refused, without a cookie', async (_what, token, status) => {
    const answer = await login(proxied.base, https(), token);
    expect(answer.status).toBe(status);
    expect(cookieOf(answer)).toBe('');
  });

  test('a form of another site cannot log in', async () => {
    const headers = { ...https(), origin: 'https://evil.example' };
    expect((await login(proxied.base, headers)).status).toBe(403);
    const form = { ...https(), 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await exchange(proxied.base, '/console/login', {
      ...{ method: 'POST', headers: form, body: `token=${ADMIN_TOKEN}` },
    });
    expect(answer.status).toBe(400);
  });

  test('five attempts a minute from an address, right ones too; other addresses are not affected', async () => {
    const { base } = await startCollector({ TRUST_PROXY: '1' });
    const from = (address: string): Headers => ({ ...https(), 'x-forwarded-for': address });
    for (let attempt = 0; attempt < 5; attempt++)
      expect((await login(base, from('198.51.100.7'), 'wrong-token-000000')).status).toBe(401);
    const refused = await login(base, from('198.51.100.7'));
    expect([refused.status, json(refused).code]).toEqual([429, 'too-many-requests']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect((await login(base, from('198.51.100.8'))).status).toBe(200);
  });

  test('an IPv6 network counts as one address', async () => {
    const { base } = await startCollector({ TRUST_PROXY: '1' });
    const from = (last: number): Headers => ({ ...https(), 'x-forwarded-for': `2001:db8:7:7::${last}` });
    for (let last = 1; last <= 5; last++) await login(base, from(last), 'wrong-token-000000');
    expect((await login(base, from(6))).status).toBe(429);
  });

  test('sixty a minute from all addresses; a minute later there are more', async () => {
    const clock = createFastClock(1);
    let aheadMs = 0;
    const now = () => clock.now() + aheadMs;
    const { base } = await startCollector({ TRUST_PROXY: '1' }, { clock: { ...clock, now } });
    const attempt = (index: number) =>
      login(
        base,
        { ...https(), 'x-forwarded-for': `198.51.${index >> 8}.${index & 255}` },
        'wrong-token-000000',
      );
    const statuses = [];
    for (let index = 0; index < 61; index++) statuses.push((await attempt(index)).status);
    expect(statuses.filter((status) => status === 401).length).toBe(60);
    expect(statuses.at(-1)).toBe(429);
    aheadMs = 61_000;
    expect((await attempt(99)).status).toBe(401);
  });

  test('wrong tokens of strangers lock no operator out, wherever they come from', async () => {
    const { base } = await startCollector({ TRUST_PROXY: '1' });
    const from = (index: number): Headers => ({ ...https(), 'x-forwarded-for': `198.51.101.${index}` });
    for (let index = 0; index < 65; index++) await login(base, from(index), 'wrong-token-000000');
    expect((await login(base, from(100), 'wrong-token-000000')).status).toBe(429);
    expect((await login(base, from(101))).status).toBe(200);
  });
});

describe('a Bearer token', () => {
  const WRONG = { authorization: 'Bearer wrong-token-000000' };
  const ask = (base: string, path: string, headers: Headers, from: string) =>
    exchange(base, path, { headers: { ...headers, ...https(), 'x-forwarded-for': from } });

  test('that is wrong: five a minute from an address, of all routes together; the right one is always taken', async () => {
    const clock = createFastClock(1);
    let aheadMs = 0;
    const options = { clock: { ...clock, now: () => clock.now() + aheadMs } };
    const { base } = await startCollector({ TRUST_PROXY: '1' }, options);
    const statuses = [];
    for (const path of ['/admin/status', '/metrics', '/admin/nothing', '/console/session', '/admin/events'])
      statuses.push((await ask(base, path, WRONG, '198.51.100.7')).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401]);
    const refused = await ask(base, '/metrics', WRONG, '198.51.100.7');
    expect([refused.status, json(refused).code]).toEqual([429, 'too-many-requests']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    for (const path of ['/metrics', '/admin/status'])
      expect((await ask(base, path, TOKEN, '198.51.100.7')).status).toBe(200);
    expect((await ask(base, '/metrics', {}, '198.51.100.7')).status).toBe(401);
    expect((await ask(base, '/metrics', WRONG, '198.51.100.8')).status).toBe(401);
    aheadMs = 61_000;
    expect((await ask(base, '/metrics', WRONG, '198.51.100.7')).status).toBe(401);
  });

  test('that is wrong writes one line a minute for each network: the address, and nothing of the token', async () => {
    const { base, lines } = await startCollector({ TRUST_PROXY: '1' });
    for (const from of ['198.51.100.7', '2001:db8:7:7::1'])
      for (let attempt = 0; attempt < 7; attempt++) await ask(base, '/metrics', WRONG, from);
    await ask(base, '/metrics', WRONG, '2001:db8:7:7::2');
    await ask(base, '/metrics', TOKEN, '198.51.100.8');
    await login(base, { ...https(), 'x-forwarded-for': '198.51.100.7' }, 'wrong-token-000000');
    const written = lines.filter((line) => line.includes('wrong token')).map((line) => JSON.parse(line));
    expect(written.map(({ level, msg, address }) => [level, msg, address])).toEqual([
      [40, 'operator request refused: wrong token', '198.51.100.7'],
      [40, 'operator request refused: wrong token', '2001:db8:7:7::1'],
      [40, 'console login refused: wrong token', '198.51.100.7'],
    ]);
    expect(lines.join()).not.toContain('wrong-token');
  });

  test('takes no attempts from the login', async () => {
    const { base } = await startCollector({ TRUST_PROXY: '1' });
    for (let attempt = 0; attempt < 6; attempt++) await ask(base, '/metrics', WRONG, '198.51.100.7');
    const headers = { ...https(), 'x-forwarded-for': '198.51.100.7' };
    expect((await login(base, headers)).status).toBe(200);
  });
});

describe('a session', () => {
  const status = (headers: Headers, base = proxied.base) =>
    exchange(base, '/admin/status', { headers }).then((answer) => answer.status);
  const change = (headers: Headers, base = proxied.base) =>
    post(base, '/admin/dead-letters/replay', { consumer: 'nobody' }, headers);

  test('reads with the cookie alone, and changes something with its CSRF token', async () => {
    const { headers, csrf } = await begin();
    expect(await status(headers)).toBe(200);
    expect((await change({ ...headers, 'x-csrf-token': csrf })).status).toBe(200);
  });

  test.each(['', 'x', 'the one of another session'])('with the CSRF token "%s": 403', async (given) => {
    const { headers } = await begin();
    const token = given.startsWith('the one') ? (await begin()).csrf : given;
    const answer = await change({ ...headers, ...(token !== '' && { 'x-csrf-token': token }) });
    expect([answer.status, json(answer).code]).toEqual([403, 'bad-csrf-token']);
  });

  test('from a page of another origin: 403, whatever is sent', async () => {
    const { headers, csrf } = await begin();
    const all = { ...headers, 'x-csrf-token': csrf };
    for (const origin of ['https://evil.example', 'http://ops.example', 'null', 'https://ops.example:8443'])
      expect(await status({ ...all, origin })).toBe(403);
    expect(await status({ ...all, origin: 'https://ops.example' })).toBe(200);
    expect(await status({ ...all, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).toBe(403);
    expect(await status({ ...all, 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' })).toBe(403);
    expect(await status({ ...all, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' })).toBe(200);
  });

  test.each([
    ['cut', (value: string) => value.slice(0, -1)],
    ['changed', (value: string) => `${value.slice(0, -1)}${value.endsWith('A') ? 'B' : 'A'}`],
    ['empty', () => ''],
    ['of nobody', () => 'A'.repeat(43)],
    ['given more time', (value: string) => `9${value}`],
    ['another one’s name', (value: string) => value.replace(/-.*~/, '-AAAAAAAAAAAAAAAAAAAAAA~')],
    ['the token itself', () => ADMIN_TOKEN],
  ])('with a cookie that is %s: 401', async (_how, tamper) => {
    const { headers } = await begin();
    const [name = '', value = ''] = (headers.cookie ?? '').split('=');
    expect(await status({ ...headers, cookie: `${name}=${tamper(value)}` })).toBe(401);
  });

  test('its cookie under the other name: 401, so that what was set over http is not used over https', async () => {
    const { headers } = await begin();
    const value = headers.cookie?.split('=')[1];
    expect(await status({ ...headers, cookie: `storebeacon_console=${value}` })).toBe(401);
  });

  test('a wrong token beside a good cookie: 401', async () => {
    const { headers } = await begin();
    expect(await status({ ...headers, authorization: 'Bearer wrong' })).toBe(401);
  });

  test('lasts over a restart, and with another token or another store it is none', async () => {
    const dataDir = tempDir();
    const variables = { TRUST_PROXY: '1', DATA_DIR: dataDir };
    const first = await startCollector(variables);
    const headers = { ...https(), cookie: pairOf(await login(first.base, https())) };
    await first.stop();
    const next = await startCollector(variables);
    expect(await status(headers, next.base)).toBe(200);
    await next.stop();
    const changed = await startCollector({ ...variables, ADMIN_TOKEN: `${ADMIN_TOKEN}-changed` });
    expect(await status(headers, changed.base)).toBe(401);
    const other = await startCollector({ TRUST_PROXY: '1' });
    expect(await status(headers, other.base)).toBe(401);
  });

  test('ends after twelve hours', async () => {
    const clock = createFastClock(1);
    let aheadMs = 0;
    const options: CollectorOptions = { clock: { ...clock, now: () => clock.now() + aheadMs } };
    const { base } = await startCollector({ TRUST_PROXY: '1' }, options);
    const answer = await login(base, https());
    const headers = { ...https(), cookie: pairOf(answer) };
    aheadMs = 12 * 3_600_000 - 60_000;
    expect(await status(headers, base)).toBe(200);
    aheadMs = 12 * 3_600_000 + 1;
    expect(await status(headers, base)).toBe(401);
  });

  test('ends at logout, which wants the CSRF token; others stay', async () => {
    const [first, second] = [await begin(), await begin()];
    expect((await post(proxied.base, '/console/logout', {}, first.headers)).status).toBe(403);
    const headers = { ...first.headers, 'x-csrf-token': first.csrf };
    const answer = await post(proxied.base, '/console/logout', {}, headers);
    expect([answer.status, cookieOf(answer)]).toEqual([
      204,
      expect.stringMatching(/^__Host-storebeacon=; .*Max-Age=0/),
    ]);
    expect(await status(first.headers)).toBe(401);
    expect(await status(second.headers)).toBe(200);
  });

  test('describes itself, without anything secret', async () => {
    const { headers, csrf } = await begin();
    const answer = await exchange(proxied.base, '/console/session', { headers });
    expect(json(answer)).toMatchObject({
      csrf,
      shops: [
        {
          id: 'shop',
          destinations: expect.arrayContaining([
            { name: 'tiktok', title: 'TikTok', purpose: 'advertising', canTest: true },
          ]),
        },
      ],
      destinations: expect.arrayContaining([{ name: 'tiktok', title: 'TikTok' }]),
      isDemo: false,
    });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.body.toString()).not.toMatch(new RegExp(`${ADMIN_TOKEN}|accessToken|writeKey`));
    expect((await exchange(proxied.base, '/console/session', { headers: https() })).status).toBe(401);
  });
});

describe('at the origin of the shop’s pages', () => {
  const PAGES = 'https://shop.example';
  const CALLS = ['/admin/status', '/metrics', '/console', '/console/session'];

  test('PUBLIC_URL on it: off, and the words say where to move them', async () => {
    const variables = { PUBLIC_URL: `${PAGES}/sb`, ALLOWED_ORIGINS: PAGES };
    const { base, lines } = await startCollector(variables);
    for (const path of CALLS) {
      const answer = await exchange(base, path, { headers: TOKEN });
      expect([path, answer.status, json(answer).message]).toEqual([
        path,
        403,
        expect.stringMatching(/ALLOWED_ORIGINS.*ADMIN_PORT/),
      ]);
    }
    expect((await login(base)).status).toBe(403);
    expect(
      lines.filter((line) => /operator routes/i.test(line) && /ADMIN_PORT/.test(line)).length,
    ).toBeGreaterThan(0);
  });

  test('with ADMIN_PORT: on there', async () => {
    const port = await freePort();
    await startCollector({ PUBLIC_URL: `${PAGES}/sb`, ALLOWED_ORIGINS: PAGES, ADMIN_PORT: String(port) });
    const own = `http://127.0.0.1:${port}`;
    expect((await exchange(own, '/admin/status', { headers: TOKEN })).status).toBe(200);
    expect((await login(own)).status).toBe(200);
  });

  test('a request that names it: refused, also where PUBLIC_URL is not set', async () => {
    const { base } = await startCollector({ TRUST_PROXY: '1', ALLOWED_ORIGINS: PAGES });
    for (const path of CALLS)
      expect((await exchange(base, path, { headers: { ...TOKEN, ...https('shop.example') } })).status).toBe(
        403,
      );
    expect((await login(base, https('shop.example'))).status).toBe(403);
    expect((await login(base, https('collect.shop.example'))).status).toBe(200);
  });
});

describe('open on loopback, as the demo is', () => {
  const openCollector = () => startCollector({ ADMIN_TOKEN: '' }, { openAdmin: true });

  test('a page changes something with the CSRF token of the session route alone', async () => {
    const { base } = await openCollector();
    const { csrf } = json(await exchange(base, '/console/session'));
    const page = { origin: base };
    const body = { consumer: 'nobody' };
    expect((await post(base, '/admin/dead-letters/replay', body, page)).status).toBe(403);
    const withToken = { ...page, 'x-csrf-token': csrf };
    expect((await post(base, '/admin/dead-letters/replay', body, withToken)).status).toBe(200);
    expect(
      (await post(base, '/admin/dead-letters/replay', body, { ...withToken, origin: 'http://evil.example' }))
        .status,
    ).toBe(403);
    expect((await post(base, '/admin/dead-letters/replay', body)).status).toBe(200);
  });

  test('the set-up page does not say that it is off', async () => {
    const { base } = await openCollector();
    const { findings } = json(await exchange(base, '/admin/setup')) as Setup;
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.map(({ id }) => id)).not.toContain('admin-token-missing');
  });

  test('also where its own pages are the shop’s', async () => {
    const port = await freePort();
    const own = `http://127.0.0.1:${port}`;
    await startCollector({ ADMIN_TOKEN: '', PORT: String(port), ALLOWED_ORIGINS: own }, { openAdmin: true });
    expect((await exchange(own, '/admin/status')).status).toBe(200);
  });
});

describe('ADMIN_HOST', () => {
  test('without it ADMIN_PORT is reached from this machine alone', async () => {
    const port = await freePort();
    await startCollector({ HOST: '0.0.0.0', ADMIN_PORT: String(port) });
    expect((await exchange(`http://127.0.0.1:${port}`, '/admin/status', { headers: TOKEN })).status).toBe(
      200,
    );
    await expect(exchange(`http://127.0.0.2:${port}`, '/admin/status')).rejects.toThrow('ECONNREFUSED');
  });

  test('is where ADMIN_PORT listens', async () => {
    const port = await freePort();
    await startCollector({ ADMIN_PORT: String(port), ADMIN_HOST: '127.0.0.2' });
    expect((await exchange(`http://127.0.0.2:${port}`, '/admin/status', { headers: TOKEN })).status).toBe(
      200,
    );
    await expect(exchange(`http://127.0.0.1:${port}`, '/admin/status')).rejects.toThrow('ECONNREFUSED');
  });
});

test('a session is no way to send events, and its cookie is not stored with them', async () => {
  const { headers } = await begin();
  const answer = await post(
    proxied.base,
    '/v1/track',
    { event: 'Product Viewed', anonymousId: 'a' },
    headers,
  );
  expect(answer.status).toBe(401);
});
