// @module-tag slow
import { afterAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../server/lib/clock.ts';
import { createSandbox } from '../../server/sandbox/index.ts';
import { type Collector, eventually, SHOP_ORIGIN, startCollector } from '../support/collector.ts';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');
const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;
const iso = (ms: number) => new Date(ms).toISOString();
const clock = { ...systemClock, now: () => NOW };
const sandbox = await createSandbox({ clock: clock.now });
afterAll(() => sandbox.close());
/** One collector for all: it stands behind a proxy, so that a test can say where a request comes from. */
const collector = await startCollector(
  {
    TRUST_PROXY: '127.0.0.1',
    RATE_LIMIT_PER_MINUTE: '100000',
    CONSENT_CATEGORIES: '{"ads":"advertising","targeting":"advertising","email":"marketing"}',
  },
  { whenOver: afterAll, clock, sandbox },
);
const denying = await startCollector({ CONSENT_DEFAULT: 'denied' }, { whenOver: afterAll, clock, sandbox });
const dropping = await startCollector({ BOTS: 'drop' }, { whenOver: afterAll, clock, sandbox });

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.6478.127 Safari/537.36';
const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
const browser = { origin: SHOP_ORIGIN, 'user-agent': FIREFOX };
let last = 0;

/** Sends one message; the event as it was stored, or undefined when it was not. */
async function send(
  body: Record<string, unknown>,
  headers: Record<string, string> = {},
  to: Collector = collector,
) {
  const messageId = `fact-${++last}`;
  const response = await to.post(
    '/v1/track',
    { event: 'Product Viewed', anonymousId: 'visitor', messageId, ...body },
    { 'user-agent': 'node', ...headers },
  );
  expect(response.status).toBe(200);
  return to.events.find((event) => event.messageId === messageId);
}

describe('whose address and browser', () => {
  test('of a page they are the connection’s, whatever the body says', async () => {
    const event = await send(
      { context: { ip: '198.51.100.66', userAgent: CHROME } },
      { ...browser, 'x-forwarded-for': '203.0.113.7' },
    );
    expect(event?.context).toMatchObject({ ip: '203.0.113.7', userAgent: FIREFOX });
  });

  test('of a server they are what it sends, never its own', async () => {
    const stored = await send(
      { context: { ip: '198.51.100.66', userAgent: CHROME } },
      { 'x-forwarded-for': '203.0.113.7' },
    );
    expect(stored?.context).toMatchObject({ ip: '198.51.100.66', userAgent: CHROME });
    const silent = await send({}, { 'x-forwarded-for': '203.0.113.7' });
    expect(JSON.parse(JSON.stringify(silent?.context))).toEqual({});
  });

  test.each([
    { trust: '', forwarded: '203.0.113.7', ip: '127.0.0.1' },
    { trust: '0', forwarded: '203.0.113.7', ip: '127.0.0.1' },
    { trust: '1', forwarded: '203.0.113.7', ip: '203.0.113.7' },
    { trust: '1', forwarded: '198.51.100.1, 203.0.113.7', ip: '203.0.113.7' },
    { trust: '2', forwarded: '198.51.100.1, 203.0.113.7', ip: '198.51.100.1' },
    { trust: '127.0.0.0/8', forwarded: '198.51.100.1, 203.0.113.7', ip: '203.0.113.7' },
    { trust: '127.0.0.1, 203.0.113.0/24', forwarded: '198.51.100.1, 203.0.113.7', ip: '198.51.100.1' },
    { trust: '10.0.0.0/8', forwarded: '203.0.113.7', ip: '127.0.0.1' },
    { trust: '::1/128,127.0.0.1', forwarded: '2001:db8::7', ip: '2001:db8::7' },
  ])('TRUST_PROXY "$trust" reads "$forwarded" as $ip', async ({ trust, forwarded, ip }) => {
    const behind = await startCollector({ TRUST_PROXY: trust });
    const event = await send({}, { ...browser, 'x-forwarded-for': forwarded }, behind);
    expect(event?.context.ip).toBe(ip);
  });

  test('an IPv4 address in IPv6 clothes is stored plain', async () => {
    const event = await send({}, { ...browser, 'x-forwarded-for': '::ffff:203.0.113.7' });
    expect(event?.context.ip).toBe('203.0.113.7');
  });

  test.each(['unknown', 'lin@shop.example', '203.0.113.7:4711', "'; --", '999.1.1.1'])(
    'a proxy that says "%s" costs the address, not the event',
    async (forwarded) => {
      const event = await send({}, { ...browser, 'x-forwarded-for': forwarded });
      expect(event).toBeDefined();
      expect(event?.context.ip).toBeUndefined();
    },
  );
});

describe('without consent to advertising', () => {
  const denied = { consent: { categoryPreferences: { advertising: false, analytics: true } } };

  test.each([
    { ip: '203.0.113.77', stored: '203.0.113.0' },
    { ip: '2001:db8:1234:5678::9', stored: '2001:db8:1234::' },
    { ip: '::ffff:203.0.113.77', stored: '203.0.113.0' },
  ])('of $ip only $stored is kept', async ({ ip, stored }) => {
    const page = await send({ context: denied }, { ...browser, 'x-forwarded-for': ip });
    const server = await send({ context: { ...denied, ip } });
    expect([page?.context.ip, server?.context.ip]).toEqual([stored, stored]);
  });

  test('of a browser only its kind is kept, and no click id at all', async () => {
    const event = await send(
      {
        context: {
          ...denied,
          page: { title: 'Tea' },
          tiktok: { ttclid: 'E.C.P.x', ttp: 'p', ttclid_at: iso(NOW) },
        },
        properties: { price: 1 },
      },
      { ...browser, 'user-agent': CHROME, cookie: 'ttclid=E.C.P.y; _ttp=q' },
    );
    expect(event?.context.userAgent).toContain('Chrome/126 ');
    expect(event?.context.userAgent).not.toContain('6478');
    expect(event?.context.tiktok).toBeUndefined();
  });

  test('neither address nor browser reaches a destination whole', async () => {
    const event = await send(
      { context: denied },
      { ...browser, 'user-agent': CHROME, 'x-forwarded-for': '203.0.113.77' },
    );
    const item = await eventually(
      () =>
        sandbox
          .accepted('customerio')
          .find((found) => (found as { messageId: string }).messageId === event?.messageId),
      (found) => found !== undefined,
    );
    expect(JSON.stringify(item)).not.toMatch(/203\.0\.113\.77|126\.0\.6478/);
  });
});

describe('when it happened', () => {
  test.each([
    { clock: 'right', timestamp: NOW - HOUR, sentAt: NOW, expected: NOW - HOUR },
    { clock: 'a year ahead', timestamp: NOW + YEAR - HOUR, sentAt: NOW + YEAR, expected: NOW - HOUR },
    { clock: 'a year behind', timestamp: NOW - YEAR - HOUR, sentAt: NOW - YEAR, expected: NOW - HOUR },
    { clock: 'a minute ahead, and says not when it sent', timestamp: NOW + 60_000, expected: NOW + 60_000 },
    { clock: 'a year ahead, and says not when it sent', timestamp: NOW + YEAR, expected: NOW },
    { clock: 'just over five minutes ahead', timestamp: NOW + 5 * 60_000 + 1, expected: NOW },
    { clock: 'a year behind, and says not when it sent', timestamp: NOW - YEAR, expected: NOW - YEAR },
    { clock: 'mended between happening and sending', timestamp: NOW + YEAR, sentAt: NOW, expected: NOW },
    { clock: 'absent', sentAt: NOW - HOUR, expected: NOW },
  ])('on a clock that is $clock', async ({ timestamp, sentAt, expected }) => {
    const event = await send({
      ...(timestamp !== undefined && { timestamp: iso(timestamp) }),
      ...(sentAt !== undefined && { sentAt: iso(sentAt) }),
    });
    expect(event).toMatchObject({ timestamp: iso(expected), receivedAt: iso(NOW) });
  });

  test('a batch says once when it was sent', async () => {
    const message = { type: 'track', event: 'X', anonymousId: 'v', timestamp: iso(NOW + YEAR - HOUR) };
    await collector.post('/v1/batch', {
      sentAt: iso(NOW + YEAR),
      batch: [
        { ...message, messageId: 'skewed' },
        { ...message, messageId: 'own', timestamp: iso(NOW - HOUR), sentAt: iso(NOW) },
      ],
    });
    const times = ['skewed', 'own'].map(
      (id) => collector.events.find(({ messageId }) => messageId === id)?.timestamp,
    );
    expect(times).toEqual([iso(NOW - HOUR), iso(NOW - HOUR)]);
  });

  test.each([
    { written: '2026-11-21T19:30:00+08:00', read: '2026-11-21T11:30:00.000Z' },
    { written: '2026-11-21T11:30:00', read: '2026-11-21T11:30:00.000Z' },
    { written: '2026-11-21T11:30:00.123456789Z', read: '2026-11-21T11:30:00.123Z' },
    { written: '2026-11-21T06:30:00-05:00', read: '2026-11-21T11:30:00.000Z' },
    { written: '2026-11-21T11:30:00+0000', read: '2026-11-21T11:30:00.000Z' },
    { written: '2026-11-21T13:30:00+02', read: '2026-11-21T11:30:00.000Z' },
    { written: '2026-11-21T11:30:00,123Z', read: '2026-11-21T11:30:00.123Z' },
    { written: '2026-11-21T11:30:00.123:Z', read: '2026-11-21T11:30:00.123Z' },
    { written: '2026-11-21T11:30Z', read: '2026-11-21T11:30:00.000Z' },
    { written: '2026-11-21T11Z', read: '2026-11-21T11:00:00.000Z' },
    { written: '2026-11-21 11:30:00', read: '2026-11-21T11:30:00.000Z' },
    { written: '2026-11-21 19:30:00 +08:00', read: '2026-11-21T11:30:00.000Z' },
    { written: '2026-11-21t11:30:00z', read: '2026-11-21T11:30:00.000Z' },
    { written: ' 2026-11-21T11:30:00Z ', read: '2026-11-21T11:30:00.000Z' },
    { written: '2026-11-21 11:30:00 UTC', read: '2026-11-21T11:30:00.000Z' },
    { written: '20261121T113000Z', read: '2026-11-21T11:30:00.000Z' },
    { written: '2026-11-21', read: '2026-11-21T00:00:00.000Z' },
    { written: '20261121', read: '2026-11-21T00:00:00.000Z' },
    { written: '2026-11-20T24:00:00Z', read: '2026-11-21T00:00:00.000Z' },
    { written: 'Sat, 21 Nov 2026 11:30:00 GMT', read: '2026-11-21T11:30:00.000Z' },
    { written: 'Sat, 21 Nov 2026 19:30:00 +0800', read: '2026-11-21T11:30:00.000Z' },
    { written: '21 Nov 2026 11:30 UT', read: '2026-11-21T11:30:00.000Z' },
    {
      written: 'Sat Nov 21 2026 19:30:00 GMT+0800 (Taipei Standard Time)',
      read: '2026-11-21T11:30:00.000Z',
    },
    { written: 1_795_260_600, read: '2026-11-21T11:30:00.000Z' },
    { written: '1795260600', read: '2026-11-21T11:30:00.000Z' },
    { written: '1795260600.5', read: '2026-11-21T11:30:00.500Z' },
    { written: 1_795_260_600_123, read: '2026-11-21T11:30:00.123Z' },
    { written: '1795260600123', read: '2026-11-21T11:30:00.123Z' },
    { written: 1_795_260_600_123_456, read: '2026-11-21T11:30:00.123Z' },
    { written: '1795260600123456789', read: '2026-11-21T11:30:00.123Z' },
  ])('$written is $read', async ({ written, read }) => {
    expect((await send({ timestamp: written }))?.timestamp).toBe(read);
    expect((await send({ originalTimestamp: written }))?.timestamp).toBe(read);
  });

  test.each([
    ...[
      '',
      ' ',
      'yesterday',
      'now',
      '11/21/2026',
      '2026-13-01T00:00:00Z',
      '2026-02-30',
      '2026-11-21T25:00:00Z',
    ],
    ...[
      '2026-11-21T11:30:00+99:00',
      '0001-01-01T00:00:00Z',
      '1970-01-01T00:33:46+00:00',
      '0000-00-00 00:00:00',
    ],
    ...['20261121T', '1e12', 0, 5, -1_795_260_600, 17_952_606, 1e300, true, {}, ['2026-11-21']],
  ])('%j is no time: the time of receipt counts', async (written) => {
    expect((await send({ timestamp: written }))?.timestamp).toBe(iso(NOW));
    expect((await send({ timestamp: iso(NOW - HOUR), sentAt: written }))?.timestamp).toBe(iso(NOW - HOUR));
  });

  test.each(['yesterday', 7])('an original time counts where the time is %j', async (timestamp) => {
    const event = await send({ timestamp, originalTimestamp: iso(NOW - HOUR) });
    expect(event?.timestamp).toBe(iso(NOW - HOUR));
  });

  test('the time of a click is read likewise', async () => {
    const tiktok = { ttclid: 'E.C.P.click', ttclid_at: '20261121T113000+0000' };
    expect((await send({ context: { tiktok } }))?.context.tiktok).toMatchObject({
      ttclid_at: '2026-11-21T11:30:00.000Z',
    });
    const without = await send({ context: { tiktok: { ...tiktok, ttclid_at: 'yesterday' } } });
    expect(without?.context.tiktok).toEqual({ ttclid: 'E.C.P.click' });
  });

  test('a timestamp counts before an original one', async () => {
    const event = await send({ timestamp: iso(NOW - HOUR), originalTimestamp: iso(NOW - 2 * HOUR) });
    expect(event?.timestamp).toBe(iso(NOW - HOUR));
  });

  test('clocks that contradict each other by thousands of years still give a time everyone can read', async () => {
    const event = await send({ timestamp: '0001-01-01T00:00:00Z', sentAt: '9999-12-31T23:59:59Z' });
    expect(event?.timestamp).toMatch(/^\d{4}-/);
  });
});

describe('robots', () => {
  test.each([
    {
      who: 'a page says in the body that it is one',
      body: { context: { userAgent: GOOGLEBOT } },
      headers: browser,
      bot: true,
    },
    {
      who: 'a page’s request says it',
      body: {},
      headers: { ...browser, 'user-agent': GOOGLEBOT },
      bot: true,
    },
    {
      who: 'a server passes on its visitor',
      body: { context: { userAgent: GOOGLEBOT } },
      headers: {},
      bot: true,
    },
    {
      who: 'an SDK’s own name is no robot',
      body: {},
      headers: { 'user-agent': 'python-requests/2.32' },
      bot: undefined,
    },
    {
      who: 'a server passes on a person',
      body: { context: { userAgent: FIREFOX } },
      headers: { 'user-agent': 'curl/8' },
      bot: undefined,
    },
    { who: 'a person', body: {}, headers: browser, bot: undefined },
    {
      who: 'a sender cannot say it of itself',
      body: { context: { bot: true } },
      headers: browser,
      bot: undefined,
    },
  ])('$who', async ({ body, headers, bot }) => {
    const flagged = await send(body, headers as Record<string, string>);
    expect(flagged?.context.bot).toBe(bot);
    expect((await send(body, headers as Record<string, string>, dropping)) === undefined).toBe(bot === true);
  });

  test('dropped ones are answered 200 and counted by name', async () => {
    const count = async () => {
      const { counters } = await (await dropping.admin('GET', '/admin/status')).json();
      const found = counters.find(
        ({ name, labels }: { name: string; labels: { reason?: string } }) =>
          name === 'messages_skipped' && labels.reason === 'bot',
      );
      return found?.value ?? 0;
    };
    const before = await count();
    const response = await dropping.post('/v1/batch', {
      batch: [
        { type: 'track', event: 'X', anonymousId: 'robot', context: { userAgent: GOOGLEBOT } },
        { type: 'track', event: 'X', anonymousId: 'person', context: { userAgent: FIREFOX } },
      ],
    });
    expect(await response.json()).toEqual({ success: true, accepted: 1, duplicates: 0, rejected: [] });
    expect((await count()) - before).toBe(1);
  });
});

describe('the click that brought the visitor', () => {
  const url = 'https://shop.example/?ttclid=from-url&x=1';
  const sources = {
    url: {
      context: { page: { url }, tiktok: { ttclid: 'from-context' } },
      properties: { ttclid: 'from-properties' },
    },
    context: {
      context: {
        page: { url: 'https://shop.example/' },
        tiktok: { ttclid: 'from-context', ttp: 'ttp-context' },
      },
      properties: { ttclid: 'from-properties', ttp: 'ttp-properties' },
    },
    properties: { properties: { ttclid: 'from-properties', ttp: 'ttp-properties' } },
    cookie: {},
  };
  const cookie = 'a=b; ttclid=from-cookie; _ttp=ttp-cookie';

  test.each([
    { from: 'url', ttclid: 'from-url', ttp: 'ttp-cookie' },
    { from: 'context', ttclid: 'from-context', ttp: 'ttp-context' },
    { from: 'properties', ttclid: 'from-properties', ttp: 'ttp-properties' },
    { from: 'cookie', ttclid: 'from-cookie', ttp: 'ttp-cookie' },
  ] as const)('is taken from $from before the rest', async ({ from, ttclid, ttp }) => {
    const event = await send(sources[from], { ...browser, cookie });
    expect(event?.context.tiktok).toEqual({ ttclid, ttp });
  });

  test('keeps the moment it was captured, only when it is that same click', async () => {
    const at = iso(NOW - HOUR);
    const same = await send({ context: { tiktok: { ttclid: 'E.C.P.x', ttclid_at: at } } });
    const newer = await send({ context: { page: { url }, tiktok: { ttclid: 'E.C.P.x', ttclid_at: at } } });
    expect(same?.context.tiktok).toEqual({ ttclid: 'E.C.P.x', ttclid_at: at });
    expect(newer?.context.tiktok).toEqual({ ttclid: 'from-url' });
  });

  test('read from a cookie keeps the moment that stands beside it', async () => {
    const cookie = (at: string) => `ttclid=E.C.P.x; _sb_tt=${at}`;
    const found = { ttclid: 'E.C.P.x', ttclid_at: iso(NOW - HOUR) };
    const fromCookie = await send({}, { ...browser, cookie: cookie(`${NOW - HOUR}`) });
    const reloaded = await send(
      { context: { page: { url: 'https://shop.example/?ttclid=E.C.P.x' } } },
      { ...browser, cookie: cookie(`${NOW - HOUR}`) },
    );
    const damaged = await send({}, { ...browser, cookie: cookie('yesterday') });
    expect([fromCookie?.context.tiktok, reloaded?.context.tiktok]).toEqual([found, found]);
    expect(damaged?.context.tiktok).toEqual({ ttclid: 'E.C.P.x' });
  });

  test.each(['2026-11-20T20:00:00+08:00', '2026-11-20T12:00:00'])(
    'captured at %s is stored in UTC',
    async (ttclid_at) => {
      const event = await send({ context: { tiktok: { ttclid: 'E.C.P.x', ttclid_at } } });
      expect(event?.context.tiktok?.ttclid_at).toBe('2026-11-20T12:00:00.000Z');
    },
  );

  test('is not read from the cookies of a server', async () => {
    expect((await send({}, { cookie }))?.context.tiktok).toBeUndefined();
  });

  test.each([
    { what: 'no URL', page: { url: 'ttclid=1' } },
    { what: 'an empty one', page: { url: 'https://shop.example/?ttclid=' } },
    { what: 'another name', page: { url: 'https://shop.example/?xttclid=1#ttclid=2' } },
  ])('$what in the address is no click', async ({ page }) => {
    const event = await send({ context: { page, tiktok: { ttclid: 'from-context' } } }, browser);
    expect(event?.context.tiktok).toEqual({ ttclid: 'from-context' });
  });

  test('reaches TikTok as it came', async () => {
    const event = await send({ ...sources.url }, { ...browser, cookie, 'x-forwarded-for': '203.0.113.7' });
    const item = await eventually(
      () =>
        sandbox
          .accepted('tiktok')
          .find((found) => (found as { event_id: string }).event_id === event?.messageId),
      (found) => found !== undefined,
    );
    expect(item).toMatchObject({
      user: { ttclid: 'from-url', ttp: 'ttp-cookie', ip: '203.0.113.7', user_agent: FIREFOX },
    });
  });

  test.each([true, false])('a wish for limited data use (%s) goes along', async (limited_data_use) => {
    expect((await send({ context: { tiktok: { limited_data_use } } }))?.context.tiktok).toEqual({
      limited_data_use,
    });
  });
});

describe('what the visitor allowed', () => {
  const all = { advertising: true, analytics: true, marketing: true };
  const none = { advertising: false, analytics: false, marketing: false };
  const said = (categoryPreferences: unknown) => ({ context: { consent: { categoryPreferences } } });

  test.each([
    { choice: 'nothing yet', body: {}, granted: all, denied: none },
    { choice: 'an empty answer', body: said({}), granted: all, denied: none },
    { choice: 'everything', body: said(all), granted: all, denied: all },
    {
      choice: 'only analytics',
      body: said({ advertising: false, analytics: true, marketing: false }),
      granted: { ...none, analytics: true },
      denied: { ...none, analytics: true },
    },
    {
      choice: 'about one purpose only',
      body: said({ marketing: false }),
      granted: { ...all, marketing: false },
      denied: undefined,
    },
    { choice: 'no to everything', body: said(none), granted: undefined, denied: undefined },
  ])('$choice', async ({ body, granted, denied }) => {
    expect((await send(body))?.consent).toEqual(granted);
    expect((await send(body, {}, denying))?.consent).toEqual(denied);
  });

  test.each<{ said: Record<string, boolean>; consent: typeof all }>([
    { said: { ads: false }, consent: { ...all, advertising: false } },
    { said: { ads: true, targeting: false }, consent: { ...all, advertising: false } },
    { said: { targeting: false, ads: true }, consent: { ...all, advertising: false } },
    { said: { email: false, other: false }, consent: { ...all, marketing: false } },
    { said: { other: false }, consent: all },
    { said: { toString: false, constructor: false }, consent: all },
  ])('in another tool’s words: $said', async ({ said: words, consent }) => {
    expect((await send(said(words)))?.consent).toEqual(consent);
  });

  test('words of no tool are no choice: without one, the shop’s default holds', async () => {
    const event = await send(said({ toString: true, hasOwnProperty: true }), {}, denying);
    expect(event?.consent).toEqual(none);
  });

  test.each([
    { what: 'the browser’s header', body: said(all), headers: { ...browser, 'sec-gpc': '1' } },
    {
      what: 'the snippet',
      body: { context: { consent: { categoryPreferences: all, gpc: true } } },
      headers: browser,
    },
  ])(
    'Global Privacy Control said by $what denies advertising whatever else was said',
    async ({ body, headers }) => {
      expect((await send(body, headers))?.consent).toEqual({ ...all, advertising: false });
    },
  );

  test.each([{ 'sec-gpc': '0' }, { 'sec-gpc': '' }])('%o says nothing', async (headers) => {
    expect((await send(said(all), { ...browser, ...headers }))?.consent).toEqual(all);
  });

  test.each(['yes', 'granted', 2, {}, ['x']])(
    'a choice that is no yes or no (%j) denies',
    async (written) => {
      const event = await send(said({ advertising: written, analytics: 'true', marketing: 1 }));
      expect(event?.consent).toEqual({ advertising: false, analytics: true, marketing: true });
    },
  );

  test('each destination gets what its purpose allows, and says why not otherwise', async () => {
    const choices = {
      ads: { advertising: true, analytics: false, marketing: false },
      mail: { advertising: false, analytics: false, marketing: true },
      numbers: { advertising: false, analytics: true, marketing: false },
    };
    for (const [name, choice] of Object.entries(choices))
      await collector.post('/v1/track', {
        event: 'Order Completed',
        messageId: name,
        anonymousId: name,
        properties: { order_id: name },
        ...said(choice),
      });
    const reached = () => ({
      tiktok: JSON.stringify(sandbox.accepted('tiktok')),
      customerio: JSON.stringify(sandbox.accepted('customerio')),
      shopline: JSON.stringify(sandbox.accepted('shopline')),
    });
    await eventually(
      async () => (await (await collector.admin('GET', '/admin/status')).json()).destinations,
      (destinations) => destinations.every(({ waiting }: { waiting: number }) => waiting === 0),
    );
    const { tiktok, customerio, shopline } = reached();
    const where = (name: string) =>
      [tiktok, customerio, shopline].map(
        (text) => text.includes(`"${name}"`) || text.includes(`order:${name}`),
      );
    expect(where('ads')).toEqual([true, false, false]);
    expect(where('mail')).toEqual([false, true, false]);
    expect(where('numbers')).toEqual([false, false, true]);
    const { counters } = await (await collector.admin('GET', '/admin/status')).json();
    const skipped = counters.filter(
      ({ name, labels }: { name: string; labels: { reason?: string } }) =>
        name === 'deliveries_skipped' && labels.reason === 'consent',
    );
    expect(
      skipped.map(({ labels }: { labels: { destination: string } }) => labels.destination).sort(),
    ).toEqual(['customerio', 'shopline', 'tiktok']);
  });
});

describe('integrations choose destinations', () => {
  test.each([
    { integrations: undefined, stored: undefined },
    { integrations: {}, stored: undefined },
    { integrations: { All: true }, stored: { all: true } },
    { integrations: { All: false, TIKTOK: true }, stored: { all: false, tiktok: true } },
    {
      integrations: { 'customer.io': false, SHOPLINE: { option: 1 } },
      stored: { 'customer.io': false, shopline: true },
    },
    { integrations: { 'Google Ads': false, 'Segment.io': false }, stored: undefined },
  ])('$integrations', async ({ integrations, stored }) => {
    expect((await send({ integrations }))?.integrations).toEqual(stored);
  });

  test('and are never forwarded', async () => {
    const event = await send({ integrations: { All: false, 'Customer.io': true } });
    const item = await eventually(
      () =>
        sandbox
          .accepted('customerio')
          .find((found) => (found as { messageId: string }).messageId === event?.messageId),
      (found) => found !== undefined,
    );
    expect(item).not.toHaveProperty('integrations');
    expect(
      sandbox
        .accepted('tiktok')
        .some((found) => (found as { event_id: string }).event_id === event?.messageId),
    ).toBe(false);
  });
});
