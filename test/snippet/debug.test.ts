// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Notice, Options } from '../../client/snippet/api.ts';
import { type Page, warnings } from '../../client/snippet/debug/warnings.ts';
import type { Consent } from '../../shared/consent.ts';

const ALL: Consent = { advertising: true, analytics: true, marketing: true };
const ADDED = {
  messageId: 'm-1',
  type: 'track',
  event: 'Product Added',
  properties: { value: 960, currency: 'TWD' },
};
const message: Notice = ['message', 'shopline', ADDED, ALL];
const SENT = JSON.stringify({ batch: [ADDED] });
const answer = (status: number, body: unknown): Notice => ['answer', status, JSON.stringify(body), SENT];

const log = vi.spyOn(console, 'log').mockImplementation(() => {});
const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});

/** The plugin on a page whose snippet has told these notices, half a second later. */
async function debug(notices: Notice[], options: Options = {}) {
  vi.resetModules();
  vi.useRealTimers();
  vi.useFakeTimers({ now: new Date('2026-11-21T08:00:00') });
  document.querySelector('storebeacon-debug')?.remove();
  window.storebeacon = {
    options: { key: 'shop-1', base: 'https://collect.shop.example', ...options },
    anonymousId: () => '3f2a9c1e-0000-4000-8000-000000000000',
    listen: (listener: (...notice: Notice) => void) => {
      for (const notice of notices) listener(...notice);
    },
  } as never;
  await import('../../client/snippet/debug.ts');
  vi.advanceTimersByTime(500);
  const root = document.querySelector('storebeacon-debug')?.shadowRoot;
  const cells = (row: HTMLTableRowElement) => [...row.cells].map((cell) => cell.textContent.trim());
  return {
    root,
    rows: [...(root?.querySelectorAll('tr') ?? [])].slice(1).map(cells),
    head: [...(root?.querySelectorAll('p') ?? [])].map((line) => line.textContent),
  };
}

beforeEach(() => {
  log.mockClear();
  warn.mockClear();
  localStorage.clear();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test.each<{ what: string; notices: Notice[]; row: string[] }>([
  { what: 'sent', notices: [message], row: ['shopline', 'TWD 960', 'queued'] },
  { what: 'held', notices: [['held', 'shopline', ADDED]], row: ['shopline', 'TWD 960', 'held for consent'] },
  {
    what: 'held, then let go',
    notices: [['held', 'shopline', ADDED], message],
    row: ['shopline', 'TWD 960', 'queued'],
  },
  {
    what: 'by a second source',
    notices: [['repeat', 'json-ld', 'Product Added', { price: '480' }]],
    row: ['json-ld', '480', 'repeat, not sent'],
  },
  {
    what: 'and stored',
    notices: [message, answer(200, { accepted: 1, duplicates: 0, rejected: [] })],
    row: ['shopline', 'TWD 960', 'accepted 200'],
  },
  {
    what: 'and rejected',
    notices: [
      message,
      answer(200, {
        rejected: [{ index: 0, messageId: 'm-1', issues: [{ path: 'userId', message: 'too long' }] }],
      }),
    ],
    row: ['shopline', 'TWD 960', 'rejected userId too long'],
  },
  {
    what: 'and refused by a proxy that speaks no JSON',
    notices: [message, ['answer', 502, '<h1>Bad gateway</h1>', SENT]],
    row: ['shopline', 'TWD 960', 'rejected 502'],
  },
  {
    what: 'on an earlier page',
    notices: [answer(200, {})],
    row: ['previous page', 'TWD 960', 'accepted 200'],
  },
])('an event $what is one row, and one line in the console', async ({ notices, row }) => {
  const { rows } = await debug(notices);
  expect(rows).toEqual([['08:00:00', 'Product Added', ...row]]);
  const [prefix, line] = log.mock.lastCall ?? [];
  expect(prefix).toBe('storebeacon');
  expect(`${line}`.split(/ +/).join(' ')).toBe(`08:00:00 Product Added ${row.join(' ')}`);
});

test('the console also has what the collector said, and mistakes of ours', async () => {
  const mistake = new Error('a mistake');
  await debug([answer(200, { accepted: 1, duplicates: 1, rejected: [] }), ['error', mistake]]);
  expect(log.mock.calls).toContainEqual(['storebeacon', 200, '{"accepted":1,"duplicates":1,"rejected":[]}']);
  expect(warn.mock.calls).toContainEqual(['storebeacon', mistake]);
});

describe('the head says for whom we speak, what the visitor allows and where it goes', () => {
  test.each<{ notices: Notice[]; says: string }>([
    { notices: [], says: 'no choice yet' },
    { notices: [['consent', ALL]], says: '+advertising +analytics +marketing' },
    {
      notices: [
        ['consent', ALL],
        ['consent', { ...ALL, advertising: false }],
      ],
      says: '-advertising +analytics +marketing',
    },
  ])('$says', async ({ notices, says }) => {
    const { head } = await debug(notices);
    expect(head[0]).toBe(
      `key shop-1, visitor 3f2a9c1e, consent ${says}, collector https://collect.shop.example`,
    );
  });
});

describe('warnings', () => {
  const PIXEL: Page = { ttq: {} };
  const SHOPLINE: Page = { Shopline: {}, ttq: {} };
  test.each<{ when: string; page: Page; options: Options; trouble: string; says: RegExp }>([
    { when: 'all is well', page: {}, options: {}, trouble: '', says: /^$/ },
    { when: 'a pixel is on the page', page: PIXEL, options: {}, trouble: '', says: /^TikTok pixel.*twice/ },
    { when: 'that pixel mirrors us', page: PIXEL, options: { pixel: 'mirror' }, trouble: '', says: /^$/ },
    {
      when: 'it mirrors us on SHOPLINE',
      page: SHOPLINE,
      options: { pixel: 'mirror' },
      trouble: '',
      says: /CompletePayment/,
    },
    {
      when: 'the theme editor is open',
      page: { Shopline: { designMode: true } },
      options: {},
      trouble: '',
      says: /^Theme editor/,
    },
    {
      when: 'two things are wrong',
      page: PIXEL,
      options: {},
      trouble: '403 Forbidden',
      says: /^TikTok pixel.*\n403 Forbidden$/,
    },
  ])('when $when: $says', ({ page, options, trouble, says }) => {
    expect(warnings(page, options, trouble)).toMatch(says);
  });

  test('a pixel’s script counts as a pixel', () => {
    document.head.innerHTML =
      '<script type="x" src="https://analytics.tiktok.com/i18n/pixel/events.js"></script>';
    expect(warnings({}, {}, '')).toMatch(/^TikTok pixel/);
    document.head.innerHTML = '';
  });

  test('what the collector refuses is told in its own words, until it takes messages again', async () => {
    const refused = answer(401, { code: 'unknown-write-key', message: 'Send the shop’s write key.' });
    expect((await debug([refused])).head[1]).toBe('401 Send the shop’s write key.');
    expect(warn.mock.calls).toEqual([['storebeacon', '401 Send the shop’s write key.']]);
    expect((await debug([refused, answer(200, {})])).head[1]).toBe('');
  });

  test('a default that is not the shop’s is told, as long as the answers say so', async () => {
    const differs = answer(200, {
      accepted: 1,
      warnings: [{ index: 0, path: 'context.consent', code: 'consent-default-differs' }],
    });
    expect((await debug([differs])).head[1]).toBe('data-consent is not CONSENT_DEFAULT.');
    const other = answer(200, { warnings: [{ index: 0, path: 'userId', code: 'dropped' }] });
    expect((await debug([differs, other])).head[1]).toBe('');
  });

  test('no answer at all names what may be in the way', async () => {
    const { head } = await debug([['answer', 0, '', SENT]]);
    expect(head[1]).toMatch(
      /ad blocker, connect-src, or https:\/\/shop\.example missing from ALLOWED_ORIGINS/,
    );
  });
});

test('however much a shop tells, fifty events are kept, none longer than a line', async () => {
  const many = Array.from(
    { length: 500 },
    (_, n): Notice => ['repeat', 'api', `${n} ${'x'.repeat(5000)}`, {}],
  );
  const { rows } = await debug(many);
  expect(rows.length).toBe(50);
  expect(rows[0]?.[1]).toMatch(/^499 x{90,100}$/);
});

test.each([
  ['nothing', []],
  ['null for a message', ['message', 'api', null, ALL]],
  ['an answer about nothing', ['answer', 200, 'null', null]],
  ['rejections that are none', ['answer', 200, '{"rejected":7}', [ADDED]]],
  ['an unknown kind', ['later', 1, 2]],
])('told %s, it throws nothing and goes on', async (_what, notice) => {
  const { rows } = await debug([notice as never, message]);
  expect(rows).toContainEqual(['08:00:00', 'Product Added', 'shopline', 'TWD 960', 'queued']);
});

test('a browser without constructable style sheets shows nothing, and the console still tells', async () => {
  vi.stubGlobal('CSSStyleSheet', undefined);
  const { root } = await debug([message]);
  expect(root).toBeUndefined();
  expect(log).toHaveBeenCalledTimes(1);
});

test('on a page without the snippet it does nothing', async () => {
  document.querySelector('storebeacon-debug')?.remove();
  vi.resetModules();
  vi.useFakeTimers();
  delete window.storebeacon;
  await import('../../client/snippet/debug.ts');
  vi.advanceTimersByTime(1000);
  expect(document.querySelector('storebeacon-debug')).toBeNull();
});
