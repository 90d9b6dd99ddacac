import { describe, expect, onTestFinished, test } from 'vitest';

import { type Http, type HttpRequest, type HttpResponse, NoAnswer } from '../../../server/lib/http-client.ts';
import { sign } from '../../../server/platforms/shopline/admin/sign.ts';
import { createTokens } from '../../../server/platforms/shopline/tokens/tokens.ts';
import { EVERY_JOB } from '../../../server/store/jobs.ts';
import { createFakeClock, settled } from '../../support/clock.ts';
import { HOUR_MS, jwt, NOW_MS } from './tokens.ts';

const ENDPOINT = 'https://tea.myshopline.com';
const APP = { appKey: 'app-key-0123', appSecret: 'app-secret-4567' };
const MINUTE_MS = 60_000;

/** One shop's SHOPLINE: gives tokens, and refuses all but the newest. */
function createStore(clock: { now(): number }) {
  const store = {
    refreshes: [] as HttpRequest[],
    given: [] as string[],
    /** Every other request, by the token it carried. */
    seen: [] as string[],
    /** What is accepted; undefined: anything. */
    valid: undefined as string | undefined,
    refusesAll: false,
    /** What the next renewals are answered instead of a token. */
    troubles: [] as (HttpResponse | Error)[],
    lifeMs: 10 * HOUR_MS,
    gate: undefined as Promise<void> | undefined,
  };
  const http: Http = async (request) => {
    if (request.url !== `${ENDPOINT}/admin/oauth/token/refresh`) {
      const token = request.headers.Authorization ?? '';
      store.seen.push(token);
      const isGood = !store.refusesAll && [undefined, token.slice('Bearer '.length)].includes(store.valid);
      return { status: isGood ? 200 : 401, headers: {}, body: isGood ? 'ok' : '{"errors":"expired"}' };
    }
    store.refreshes.push(request);
    await store.gate;
    const trouble = store.troubles.shift();
    if (trouble instanceof Error) throw trouble;
    if (trouble) return trouble;
    const accessToken = jwt(clock.now(), clock.now() + store.lifeMs, `renewed-${store.refreshes.length}`);
    store.given.push(accessToken);
    if (store.valid !== undefined) store.valid = accessToken;
    return {
      status: 200,
      headers: {},
      body: JSON.stringify({
        code: 200,
        i18nCode: 'SUCCESS',
        data: { accessToken, expireTime: 'x', scope: 'y' },
      }),
    };
  };
  return { store, http };
}

interface Options {
  accessToken?: string;
  app?: Partial<typeof APP>;
  settings?: Map<string, string>;
  /** Those of an earlier version, which kept them with the statistics. */
  former?: Map<string, string>;
  endpoint?: string;
  breakDisk?: boolean;
  clock?: ReturnType<typeof createFakeClock>;
}

async function begin(options: Options = {}) {
  const clock = options.clock ?? createFakeClock(NOW_MS);
  const { store, http } = createStore(clock);
  const configured = options.accessToken ?? jwt(NOW_MS, NOW_MS + 10 * HOUR_MS, 'configured');
  const settings = options.settings ?? new Map<string, string>();
  const lines: string[] = [];
  const log = (facts: object, text: string) => void lines.push(JSON.stringify({ ...facts, text }));
  const tokens = await createTokens({
    shops: [
      {
        id: 'tea',
        shopline: {
          handle: 'tea',
          endpoint: options.endpoint ?? ENDPOINT,
          apiVersion: 'v20260301',
          accessToken: configured,
          appKey: APP.appKey,
          appSecret: APP.appSecret,
          storeId: undefined,
          sourceType: undefined,
          ...options.app,
        },
      },
      { id: 'bare', shopline: undefined },
    ],
    http,
    log: {
      ...EVERY_JOB,
      readFact: async (name) => {
        if (options.breakDisk) throw new Error('disk gone');
        return settings.get(name);
      },
      writeFact: async (name, sealed) => {
        if (options.breakDisk) throw new Error('disk gone');
        settings.set(name, sealed);
        return true;
      },
    },
    settings: { readSetting: async (name) => options.former?.get(name) },
    clock,
    logger: { info: log, warn: log, error: log },
    random: () => 0.5,
  });
  onTestFinished(() => tokens.stop());
  const wrapped = tokens.wrap(http);
  const post = (changes: Partial<HttpRequest> = {}) =>
    wrapped({
      method: 'POST',
      url: `${ENDPOINT}/admin/openapi/v20260301/cdp/track.json`,
      headers: { Authorization: `Bearer ${configured}`, 'Content-Type': 'application/json' },
      body: '{}',
      ...changes,
    } as HttpRequest);
  return { clock, store, tokens, post, configured, settings, lines };
}

describe('an app’s token is renewed in time', () => {
  test('when four fifths of its life are over, with a signed request, and again when those of the next are', async () => {
    const { clock, store, tokens, configured } = await begin();
    await clock.advance(8 * HOUR_MS - 1);
    expect(store.refreshes).toEqual([]);
    expect(tokens.current('tea')).toBe(configured);
    await clock.advance(1);
    const at = NOW_MS + 8 * HOUR_MS;
    expect(store.refreshes).toEqual([
      {
        method: 'POST',
        url: `${ENDPOINT}/admin/oauth/token/refresh`,
        headers: {
          appkey: APP.appKey,
          timestamp: String(at),
          sign: sign('', at, APP.appSecret),
          'Content-Type': 'application/json',
        },
        body: '',
      },
    ]);
    expect(tokens.current('tea')).toBe(store.given[0]);
    await clock.advance(8 * HOUR_MS);
    expect(store.refreshes).toHaveLength(2);
    expect(tokens.current('tea')).toBe(store.given[1]);
  });

  test('requests that carry the configured token leave with the current one; no other does', async () => {
    const { clock, store, post, configured, tokens } = await begin();
    await post();
    await clock.advance(9 * HOUR_MS);
    await post();
    await post({ headers: { Authorization: 'Bearer somebody-else' } });
    await post({ headers: {} });
    await post({ url: 'https://tea.myshopline.com.evil.example/admin/openapi/x' });
    const current = tokens.current('tea');
    expect(store.seen).toEqual([
      `Bearer ${configured}`,
      `Bearer ${current}`,
      'Bearer somebody-else',
      '',
      `Bearer ${configured}`,
    ]);
  });

  test('a failure is logged and tried again, ever more slowly; the old token stays in use; nothing of any token is logged', async () => {
    const { clock, store, tokens, configured, lines } = await begin();
    const leak = JSON.stringify({ code: 401, i18nCode: 'SIGN_INVALID', message: `bad ${configured}` });
    store.troubles = [
      new NoAnswer('ECONNREFUSED: nobody there', false),
      { status: 401, headers: {}, body: leak },
      { status: 200, headers: {}, body: leak },
      { status: 403, headers: {}, body: '{"code":200,"data":{"accessToken":"not-for-this-store"}}' },
      { status: 200, headers: {}, body: '{"code":200,"data":{"accessToken":""}}' },
      { status: 200, headers: {}, body: '{"code":200,"data":{"accessToken":"two words and more"}}' },
    ];
    await clock.advance(8 * HOUR_MS);
    expect(tokens.current('tea')).toBe(configured);
    const triedAt = store.refreshes.map(({ headers }) => Number(headers.timestamp) - NOW_MS - 8 * HOUR_MS);
    expect(triedAt).toEqual([0]);
    await clock.advance(20 * MINUTE_MS);
    expect(store.refreshes.map(({ headers }) => Number(headers.timestamp) - NOW_MS - 8 * HOUR_MS)).toEqual([
      0, 3_750, 11_250, 26_250, 56_250, 116_250, 236_250,
    ]);
    expect(tokens.current('tea')).toBe(store.given[0]);
    expect(lines.filter((line) => line.includes('not renewed'))).toHaveLength(6);
    const logged = lines.join('\n');
    for (const secret of [configured, ...store.given, APP.appSecret]) expect(logged).not.toContain(secret);
    expect(logged).toContain('ECONNREFUSED');
    expect(logged).toContain('SIGN_INVALID');
  });

  test('a token that ended while the program was off is renewed at once', async () => {
    const { clock, store } = await begin({ accessToken: jwt(NOW_MS - 20 * HOUR_MS, NOW_MS - 10 * HOUR_MS) });
    await clock.advance(0);
    expect(store.refreshes).toHaveLength(1);
  });

  test('a renewed token without readable claims gets the documented lifetime', async () => {
    const { clock, store, tokens } = await begin();
    store.troubles = [
      { status: 200, headers: {}, body: '{"code":200,"data":{"accessToken":"opaque-new-token"}}' },
    ];
    await clock.advance(8 * HOUR_MS);
    expect(tokens.current('tea')).toBe('opaque-new-token');
    await clock.advance(8 * HOUR_MS);
    expect(store.refreshes).toHaveLength(2);
  });

  test('a token that lives for a moment does not make a storm', async () => {
    const { clock, store } = await begin();
    store.lifeMs = 1_000;
    await clock.advance(8 * HOUR_MS + 10 * MINUTE_MS);
    expect(store.refreshes.length).toBeLessThanOrEqual(11);
  });
});

describe('a refused token is renewed, and the request sent once more', () => {
  test('once, and the answer is that of the second', async () => {
    const { store, post, configured } = await begin();
    store.valid = 'something newer';
    expect(await post()).toMatchObject({ status: 200, body: 'ok' });
    expect(store.seen).toEqual([`Bearer ${configured}`, `Bearer ${store.given[0]}`]);
    expect(store.refreshes).toHaveLength(1);
  });

  test('ten at a time share one renewal', async () => {
    const { store, post } = await begin();
    store.valid = 'something newer';
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    const answers = Array.from({ length: 10 }, () => post());
    await settled();
    gate.resolve();
    for (const { status } of await Promise.all(answers)) expect(status).toBe(200);
    expect(store.refreshes).toHaveLength(1);
    expect(store.seen).toHaveLength(20);
  });

  test('when the new one is refused too, that is the answer; renewing does not become a habit', async () => {
    const { clock, store, post } = await begin();
    store.refusesAll = true;
    expect((await post()).status).toBe(401);
    expect(store.seen).toHaveLength(2);
    for (let call = 0; call < 5; call++) expect((await post()).status).toBe(401);
    expect(store.seen).toHaveLength(7);
    expect(store.refreshes).toHaveLength(1);
    await clock.advance(MINUTE_MS);
    expect((await post()).status).toBe(401);
    expect(store.refreshes).toHaveLength(2);
  });

  test('when there is no new one, the refusal is the answer, and the next call does not ask again at once', async () => {
    const { store, post } = await begin();
    store.valid = 'something newer';
    store.troubles = [new NoAnswer('ECONNREFUSED', false)];
    expect((await post()).status).toBe(401);
    expect((await post()).status).toBe(401);
    expect(store.refreshes).toHaveLength(1);
    expect(store.seen).toHaveLength(2);
  });

  test('other refusals are left alone', async () => {
    const { tokens, configured, store } = await begin();
    const statuses = [400, 403, 429, 500];
    const wrapped = tokens.wrap(async () => ({ status: statuses.shift() ?? 0, headers: {}, body: '' }));
    for (const status of [400, 403, 429, 500]) {
      const headers = { Authorization: `Bearer ${configured}` };
      expect((await wrapped({ method: 'GET', url: `${ENDPOINT}/admin/x`, headers })).status).toBe(status);
    }
    expect(store.refreshes).toEqual([]);
  });
});

describe('a token that is no app’s is never touched', () => {
  test.each([
    ['a custom app’s', { accessToken: jwt(NOW_MS, NOW_MS + 3 * 365 * 24 * HOUR_MS) }],
    ['opaque text', { accessToken: 'opaque-token-of-a-custom-app' }],
    ['an app’s, without the app’s key', { app: { appKey: undefined as never } }],
    ['an app’s, without the app’s secret', { app: { appSecret: undefined as never } }],
  ])('%s', async (_what, options) => {
    const { clock, store, post, tokens, configured, settings } = await begin(options);
    store.valid = 'something newer';
    await clock.advance(4 * 365 * 24 * HOUR_MS);
    expect((await post()).status).toBe(401);
    expect(store.seen).toEqual([`Bearer ${configured}`]);
    expect(store.refreshes).toEqual([]);
    expect(tokens.current('tea')).toBe(configured);
    expect([...settings]).toEqual([]);
  });

  test('an app’s token that cannot be renewed is warned of, with its expiry and without the token', async () => {
    const { lines, configured } = await begin({ app: { appSecret: undefined as never } });
    expect(lines.join()).toContain('SHOPLINE_APP_SECRET');
    expect(lines.join()).toContain('2026-03-01T10:00:00.000Z');
    expect(lines.join()).not.toContain(configured);
  });

  test('a shop without SHOPLINE has none', async () => {
    const { tokens } = await begin();
    expect(tokens.current('bare')).toBeUndefined();
    expect(tokens.current('nowhere')).toBeUndefined();
  });
});

describe('a renewed token survives a restart', () => {
  test('sealed: what is written holds nothing of it', async () => {
    const { clock, store, settings } = await begin();
    await clock.advance(8 * HOUR_MS);
    const written = settings.get('token:tea') ?? '';
    const [given = ''] = store.given;
    expect(written.length).toBeGreaterThan(100);
    for (const text of [written, Buffer.from(written, 'base64').toString('latin1')])
      for (const part of [given, ...given.split('.'), APP.appSecret]) expect(text).not.toContain(part);
  });

  test('and is used when it is newer than the configured one', async () => {
    const first = await begin();
    await first.clock.advance(8 * HOUR_MS);
    const [given] = first.store.given;
    await first.tokens.stop();
    const { tokens, post, store } = await begin({ settings: first.settings, clock: first.clock });
    expect(tokens.current('tea')).toBe(given);
    await post();
    expect(store.seen).toEqual([`Bearer ${given}`]);
    expect(tokens.secrets()).toContain(given);
    expect(store.refreshes).toEqual([]);
    const upgraded = await begin({ former: first.settings, clock: first.clock });
    expect(upgraded.tokens.current('tea')).toBe(given);
  });

  test('but not when the operator configured a newer one, a custom one, or another store', async () => {
    const first = await begin();
    await first.clock.advance(8 * HOUR_MS);
    const { settings, clock } = first;
    const newer = jwt(clock.now() + 1_000, clock.now() + 10 * HOUR_MS);
    expect((await begin({ settings, clock, accessToken: newer })).tokens.current('tea')).toBe(newer);
    const custom = 'opaque-token-of-a-custom-app';
    expect((await begin({ settings, clock, accessToken: custom })).tokens.current('tea')).toBe(custom);
    const elsewhere = await begin({ settings, clock, endpoint: 'https://other.myshopline.com' });
    expect(elsewhere.tokens.current('tea')).toBe(elsewhere.configured);
  });

  test('a stored token that cannot be decrypted or read is logged and ignored', async () => {
    const first = await begin();
    await first.clock.advance(8 * HOUR_MS);
    const { settings, clock } = first;
    const rekeyed = await begin({ settings, clock, app: { appSecret: 'another-secret' } });
    expect(rekeyed.tokens.current('tea')).toBe(rekeyed.configured);
    expect(rekeyed.lines.join()).toContain('another app secret');
    const broken = await begin({ breakDisk: true });
    expect(broken.tokens.current('tea')).toBe(broken.configured);
    await broken.clock.advance(8 * HOUR_MS);
    expect(broken.tokens.current('tea')).toBe(broken.store.given[0]);
    expect(broken.lines.join()).toContain('could not be stored');
  });
});

test('new tokens and their predecessors are masked in logs, for a limited number of renewals', async () => {
  const { clock, store, tokens } = await begin();
  expect(tokens.secrets()).toEqual([]);
  await clock.advance(8 * HOUR_MS);
  await clock.advance(8 * HOUR_MS);
  expect(tokens.secrets()).toEqual(store.given);
  for (let day = 0; day < 10; day++) await clock.advance(8 * HOUR_MS);
  expect(tokens.secrets()).toEqual(store.given.slice(-3));
});

test('stopped, it renews nothing more, and waits for the renewal in flight', async () => {
  const { clock, store, tokens, post } = await begin();
  const gate = Promise.withResolvers<void>();
  store.gate = gate.promise;
  await clock.advance(8 * HOUR_MS);
  let isStopped = false;
  const stopping = tokens.stop().then(() => {
    isStopped = true;
  });
  await settled();
  expect(isStopped).toBe(false);
  gate.resolve();
  await stopping;
  store.valid = 'something newer';
  await clock.advance(100 * HOUR_MS);
  expect((await post()).status).toBe(401);
  expect(store.refreshes).toHaveLength(1);
});

test('stopped, it waits for a renewal that a refusal asked for as well', async () => {
  const { store, tokens, post } = await begin();
  const gate = Promise.withResolvers<void>();
  store.gate = gate.promise;
  store.valid = 'something newer';
  const posted = post();
  await settled();
  let isStopped = false;
  const stopping = tokens.stop().then(() => {
    isStopped = true;
  });
  await settled();
  expect(isStopped).toBe(false);
  gate.resolve();
  await stopping;
  expect((await posted).status).toBe(200);
});

describe('when tokens expire', () => {
  test('an app’s token has the expiry of the current one, and how long it lives', async () => {
    const { clock, tokens } = await begin();
    const found = {
      shop: 'tea',
      destination: 'shopline',
      variable: 'SHOPLINE_ACCESS_TOKEN',
      lifeMs: 10 * HOUR_MS,
    };
    expect(tokens.expiries()).toEqual([{ ...found, expiresAtMs: NOW_MS + 10 * HOUR_MS }]);
    await clock.advance(8 * HOUR_MS);
    expect(tokens.expiries()).toEqual([{ ...found, expiresAtMs: NOW_MS + 18 * HOUR_MS }]);
  });

  test('a token that is not renewed has its own, whatever its life; one without claims has none', async () => {
    const years = jwt(NOW_MS, NOW_MS + 20_000 * HOUR_MS);
    const { tokens } = await begin({ accessToken: years });
    const found = { shop: 'tea', destination: 'shopline', variable: 'SHOPLINE_ACCESS_TOKEN' };
    expect(tokens.expiries()).toEqual([{ ...found, expiresAtMs: NOW_MS + 20_000 * HOUR_MS }]);
    expect((await begin({ accessToken: 'a-token-without-claims' })).tokens.expiries()).toEqual([]);
  });
});
