// @module-tag slow
import { afterAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../server/lib/clock.ts';
import { basic, startCollector, WRITE_KEY } from '../support/collector.ts';
import { exchange } from '../support/http.ts';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');
const DAY = 86_400_000;
const clock = { ...systemClock, now: () => NOW };
const PAGES = [
  'https://shop.example',
  'https://www.shop.example',
  'http://shop.example',
  'https://other.example',
  'https://shop.co.uk',
  'https://tea.myshopline.com',
  'https://tea.github.io',
  'https://203.0.113.7',
  'http://127.0.0.1:9000',
  'http://localhost:9000',
  'http://[::1]:9000',
  'https://localhost:9000',
  'null',
];
const variables = { ALLOWED_ORIGINS: PAGES, RATE_LIMIT_PER_MINUTE: '100000' };
const collector = await startCollector(variables, { whenOver: afterAll, clock });
const anonymousId = '7d3f2a52-6d0f-4a77-9a53-1f2f5b0c9d11';
const allowed = { consent: { categoryPreferences: { advertising: true, analytics: true, marketing: true } } };
const HOME = { page: 'https://shop.example', host: 'collect.shop.example' };

interface Cookie {
  value: string;
  /** In lower case, without `Max-Age` and `Expires`. */
  attributes: string[];
  maxAgeDays: number;
}

/** Sends one message from a page and answers the cookies that came back. */
async function cookiesFor(
  parts: { page?: string; host?: string; body?: object; path?: string; cookie?: string },
  to = collector,
): Promise<Record<string, Cookie>> {
  const { page, host = HOME.host, body = {}, path = '/v1/track', cookie = '' } = parts;
  const response = await exchange(to.base, path, {
    method: 'POST',
    headers: { host, cookie, authorization: basic(WRITE_KEY), ...(page !== undefined && { origin: page }) },
    body: JSON.stringify({ event: 'Product Viewed', anonymousId, context: allowed, ...body }),
  });
  expect(response.status).toBe(200);
  return Object.fromEntries((response.headers['set-cookie'] ?? []).map(readCookie));
}

function readCookie(header: string): [string, Cookie] {
  const [pair = '', ...rest] = header.split('; ');
  const [name = '', value = ''] = pair.split('=');
  const attributes = rest.map((attribute) => attribute.toLowerCase());
  const maxAge = attributes.find((attribute) => attribute.startsWith('max-age='));
  return [
    name,
    {
      value: decodeURIComponent(value),
      attributes: attributes.filter((attribute) => !/^(max-age|expires)=/.test(attribute)).sort(),
      maxAgeDays: Number(maxAge?.slice('max-age='.length)) / 86_400,
    },
  ];
}

const withClick = (tiktok: object) => ({ context: { ...allowed, tiktok } });
const iso = (ms: number) => new Date(ms).toISOString();

describe('the visitor’s cookies are set again by the server', () => {
  test('the id for 400 days, for the whole shop, readable by the snippet', async () => {
    expect(await cookiesFor(HOME)).toEqual({
      _sb_id: {
        value: anonymousId,
        attributes: ['domain=shop.example', 'path=/', 'samesite=lax', 'secure'],
        maxAgeDays: 400,
      },
    });
  });

  test('the click until 30 days after it was captured', async () => {
    const capturedAt = NOW - 10 * DAY;
    const { ttclid, _sb_tt } = await cookiesFor({
      ...HOME,
      body: withClick({ ttclid: 'E.C.P.x+/= ;ö', ttclid_at: iso(capturedAt) }),
    });
    const attributes = ['domain=shop.example', 'path=/', 'samesite=lax', 'secure'];
    expect(ttclid).toEqual({ value: 'E.C.P.x+/= ;ö', attributes, maxAgeDays: 20 });
    expect(_sb_tt).toEqual({ value: `${capturedAt}`, attributes, maxAgeDays: 20 });
  });

  test.each([
    { when: 'now, when nobody says', tiktok: { ttclid: 'E' }, days: 30 },
    {
      when: 'now, when the clock is a year ahead',
      tiktok: { ttclid: 'E', ttclid_at: iso(NOW + 365 * DAY) },
      days: 30,
    },
    { when: '29 days ago', tiktok: { ttclid: 'E', ttclid_at: iso(NOW - 29 * DAY) }, days: 1 },
    {
      when: 'in UTC, when no zone is named',
      tiktok: { ttclid: 'E', ttclid_at: '2026-11-20T12:00:00' },
      days: 29,
    },
  ])('a click captured $when lives for $days more days', async ({ tiktok, days }) => {
    expect((await cookiesFor({ ...HOME, body: withClick(tiktok) })).ttclid?.maxAgeDays).toBe(days);
  });

  test.each([30, 31, 400])('a click captured %d days ago is over', async (days) => {
    const body = withClick({ ttclid: 'E', ttclid_at: iso(NOW - days * DAY) });
    expect(Object.keys(await cookiesFor({ ...HOME, body }))).toEqual(['_sb_id']);
  });

  test('a click known from the cookie alone does not live for ever: its 30 days go on', async () => {
    const cookie = `ttclid=E; _sb_tt=${NOW - 20 * DAY}`;
    expect((await cookiesFor({ ...HOME, cookie })).ttclid?.maxAgeDays).toBe(10);
    expect(
      (await cookiesFor({ ...HOME, cookie: `ttclid=E; _sb_tt=${NOW - 30 * DAY}` })).ttclid,
    ).toBeUndefined();
  });

  test('a click in the address of this very page is new', async () => {
    const body = {
      context: {
        ...allowed,
        page: { url: 'https://shop.example/?ttclid=new' },
        tiktok: { ttclid: 'old', ttclid_at: iso(NOW - 20 * DAY) },
      },
    };
    const { ttclid, _sb_tt } = await cookiesFor({ ...HOME, body });
    expect({ ttclid, _sb_tt }).toMatchObject({
      ttclid: { value: 'new', maxAgeDays: 30 },
      _sb_tt: { value: `${NOW}` },
    });
  });

  test('a batch sets what its last message says', async () => {
    const second = '11111111-2222-4333-8444-555555555555';
    const message = { type: 'track', event: 'X', context: allowed };
    const { _sb_id } = await cookiesFor({
      ...HOME,
      path: '/v1/b',
      body: {
        batch: [
          { ...message, anonymousId },
          { ...message, anonymousId: second },
        ],
      },
    });
    expect(_sb_id?.value).toBe(second);
  });
});

describe('where they may live', () => {
  const secure = ['path=/', 'samesite=lax', 'secure'];
  test.each([
    {
      page: 'https://www.shop.example',
      host: 'collect.shop.example',
      attributes: ['domain=shop.example', ...secure],
    },
    { page: 'https://shop.example', host: 'shop.example', attributes: ['domain=shop.example', ...secure] },
    {
      page: 'https://shop.example',
      host: 'collect.shop.example:8443',
      attributes: ['domain=shop.example', ...secure],
    },
    { page: 'http://shop.example', host: 'shop.example', attributes: ['domain=shop.example', ...secure] },
    { page: 'https://shop.co.uk', host: 'c.shop.co.uk', attributes: ['domain=shop.co.uk', ...secure] },
    { page: 'https://tea.github.io', host: 'tea.github.io', attributes: ['domain=tea.github.io', ...secure] },
    { page: 'https://tea.myshopline.com', host: 'tea.myshopline.com', attributes: secure },
    { page: 'https://203.0.113.7', host: '203.0.113.7', attributes: secure },
    { page: 'http://127.0.0.1:9000', host: '127.0.0.1:8787', attributes: ['path=/', 'samesite=lax'] },
    { page: 'http://localhost:9000', host: 'localhost:8787', attributes: ['path=/', 'samesite=lax'] },
    { page: 'http://[::1]:9000', host: '[::1]:8787', attributes: ['path=/', 'samesite=lax'] },
    { page: 'https://localhost:9000', host: 'localhost:8787', attributes: secure },
  ])('a page on $page, the collector on $host', async ({ page, host, attributes }) => {
    expect((await cookiesFor({ page, host }))._sb_id?.attributes).toEqual(attributes.toSorted());
  });

  test.each([
    { page: 'https://shop.example', host: 'collector.example' },
    { page: 'https://other.example', host: 'collect.shop.example' },
    { page: 'https://shop.co.uk', host: 'other.co.uk' },
    { page: 'https://tea.github.io', host: 'coffee.github.io' },
    { page: 'https://tea.myshopline.com', host: 'coffee.myshopline.com' },
    { page: 'https://tea.myshopline.com', host: 'myshopline.com' },
    { page: 'https://203.0.113.7', host: '203.0.113.8' },
    { page: 'http://localhost:9000', host: '127.0.0.1:8787' },
    { page: 'https://shop.example', host: '127.0.0.1:8787' },
    { page: 'https://shop.example', host: 'localhost' },
    { page: 'null', host: 'collect.shop.example' },
    { page: 'https://shop.example', host: 'example' },
    { page: 'https://shop.example', host: '' },
  ])('never from $page to a collector on $host', async ({ page, host }) => {
    expect(await cookiesFor({ page, host, body: withClick({ ttclid: 'E' }) })).toEqual({});
  });

  test('behind a proxy the collector’s name is the public one', async () => {
    const behind = await startCollector(
      { ...variables, PUBLIC_URL: 'https://www.shop.example/x' },
      { clock },
    );
    const cookies = await cookiesFor({ page: 'https://shop.example', host: '10.0.0.5:8787' }, behind);
    expect(cookies._sb_id?.attributes).toContain('domain=shop.example');
  });
});

describe('none are set', () => {
  const no = { advertising: false, analytics: false, marketing: false };
  const choice = (categoryPreferences: object) => ({ context: { consent: { categoryPreferences } } });

  test('for a server, which keeps no cookies', async () => {
    expect(await cookiesFor({ host: HOME.host })).toEqual({});
  });

  test.each([
    { id: 'a name', body: { anonymousId: 'visitor' } },
    { id: 'an email', body: { anonymousId: 'lin@shop.example' } },
    { id: 'an almost UUID', body: { anonymousId: `${anonymousId}0` } },
    { id: 'a UUID with a cookie behind it', body: { anonymousId: `${anonymousId}; domain=evil` } },
    { id: 'nothing', body: { anonymousId: null, userId: 'customer-7' } },
  ])('for an id that is $id', async ({ body }) => {
    expect(await cookiesFor({ ...HOME, body })).toEqual({});
  });

  test('for a visitor who refused everything, or has not chosen where nothing is the default', async () => {
    const denying = await startCollector({ ...variables, CONSENT_DEFAULT: 'denied' }, { clock });
    expect(await cookiesFor({ ...HOME, body: choice(no) })).toEqual({});
    expect(await cookiesFor({ ...HOME, body: { context: { tiktok: { ttclid: 'E' } } } }, denying)).toEqual(
      {},
    );
  });

  test('of the click without consent to advertising', async () => {
    const { context } = choice({ ...no, analytics: true });
    const body = { context: { ...context, tiktok: { ttclid: 'E' } } };
    expect(Object.keys(await cookiesFor({ ...HOME, body }))).toEqual(['_sb_id']);
  });

  test('for a message that was not taken', async () => {
    expect(await cookiesFor({ ...HOME, body: { event: {} } })).toEqual({});
  });
});
