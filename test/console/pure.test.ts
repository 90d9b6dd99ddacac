import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ApiError, createApi } from '../../client/console/api.ts';
import { readSought } from '../../client/console/digest.ts';
import { createFormat } from '../../client/console/format.ts';
import { stacked } from '../../client/console/parts/chart-options.ts';
import { hrefOf, readPlace } from '../../client/console/place.ts';
import { addDays, dayIn } from '../../client/console/views/days.ts';
import { mergeLive } from '../../client/console/views/use-live.ts';
import { preferredLanguage, WORDS } from '../../client/console/words/index.ts';
import { noticeOf } from '../../client/console/words/notice.ts';
import { reasonOf } from '../../client/console/words/reason.ts';
import { ENGLISH_NOTICES, notice } from '../../shared/advice/notice.ts';
import { ALERT_RULES } from '../../shared/alert-rules.ts';
import { SKIP_REASONS } from '../../shared/reasons.ts';
import { events } from '../support/console/fixtures.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('addresses', () => {
  test.each([
    [['events'], {}],
    [['events', 'a/b?c#d %'], { shop: 'main', name: 'Order Completed & more' }],
    [['orders', '#10452'], { from: '2026-11-29T00:00:00.000Z' }],
    [['visitors', '訪客'], { q: 'a=b' }],
  ])('%j with %j reads as it was written', (path, query) => {
    expect(readPlace(hrefOf(path, query))).toEqual({ path, query });
  });

  test('what is empty is left out, and what cannot be decoded is taken as it is', () => {
    expect(hrefOf(['events'], { name: '', shop: undefined })).toBe('#/events');
    expect(readPlace('#/events/%E0%A4%A')).toEqual({ path: ['events', '%E0%A4%A'], query: {} });
    expect(readPlace('')).toEqual({ path: [], query: {} });
  });
});

describe('a search', () => {
  test.each([
    [' Lin@Shop.Example ', { by: 'email', sha256: sha256('lin@shop.example') }],
    ['+886 912-345-678', { by: 'phone', sha256: sha256('+886912345678') }],
    ['0912 345 678', { problem: 'no-country' }],
    ['20261129', { by: 'q', text: '20261129' }],
    [' #10452 ', { by: 'q', text: '#10452' }],
    ['0198c7d2-5a11-7c3e-9b00-4f2e8d1a6b03', { by: 'q', text: '0198c7d2-5a11-7c3e-9b00-4f2e8d1a6b03' }],
  ])('for %j is %j', async (typed, sought) => {
    expect(await readSought(typed)).toEqual(sought);
  });

  test('never sends an email where the browser cannot hash it', async () => {
    expect(await readSought('lin@shop.example', null)).toEqual({ problem: 'no-crypto' });
  });
});

describe('the collector’s answers', () => {
  const apiOf = (response: () => Promise<Response>, onEnd = () => {}) =>
    createApi('https://shop.example/sb/', { csrf: () => 'c', onEnd }, response);

  test('401 ends the session, except at the login itself', async () => {
    let ended = 0;
    const api = apiOf(
      async () => Response.json({}, { status: 401 }),
      () => ended++,
    );
    await expect(api.get('admin/events')).rejects.toMatchObject({ status: 401 });
    await expect(api.send('POST', 'console/login', {})).rejects.toMatchObject({ status: 401 });
    expect(ended).toBe(1);
  });

  test('an error keeps the collector’s words and when to try again', async () => {
    const body = { code: 'too-many-requests', message: 'Too many.', meta: { errors: ['Wait a minute.'] } };
    const api = apiOf(async () => Response.json(body, { status: 429, headers: { 'Retry-After': '42' } }));
    const error = await api.get('admin/events').catch((cause) => cause);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      ...{ status: 429, message: 'Too many.', details: ['Wait a minute.'], retryAfterSeconds: 42 },
    });
  });

  test('no answer at all is an error of its own', async () => {
    const api = apiOf(() => Promise.reject(new TypeError('fetch failed')));
    await expect(api.get('admin/events')).rejects.toMatchObject({ status: 0 });
  });

  test('routes keep the prefix, and empty parameters are left out', () => {
    const { url } = apiOf(async () => Response.json({}));
    expect(url('admin/events', { shop: 'main', name: '', cursor: undefined })).toBe(
      'https://shop.example/sb/admin/events?shop=main',
    );
  });
});

describe('numbers and times', () => {
  const { duration, money, percent, bytes, time } = createFormat('en');

  test.each([
    [0, '0 ms'],
    [850, '850 ms'],
    [4_200, '4.2 sec'],
    [252_000, '4.2 min'],
    [86_400_000 * 3, '3 days'],
  ])('%d ms → %s', (ms, text) => expect(duration(ms)).toBe(text));

  test('an amount has its currency; one without, or with a foreign word, is still an amount', () => {
    expect(money(1505, 'TWD')).toBe('TWD\u00a01,505');
    expect(money(12.5, 'USD')).toBe('USD\u00a012.50');
    expect(money(12.5)).toBe('12.5');
    expect(money(12.5, '<b>')).toBe('12.5 <b>');
  });

  test('shares, sizes, and what is no time', () => {
    expect(percent(0.974)).toBe('97.4%');
    expect(bytes(1_842_000_000)).toBe('1.8 GB');
    expect(time('not a time')).toBe('not a time');
  });
});

test.each([
  ['2026-11-28T16:00:00.000Z', 'Asia/Taipei', '2026-11-29'],
  ['2026-11-28T15:59:59.999Z', 'Asia/Taipei', '2026-11-28'],
  ['2026-03-28T23:00:00.000Z', 'Europe/Berlin', '2026-03-29'],
  ['2026-10-25T22:59:00.000Z', 'Europe/Berlin', '2026-10-25'],
])('%s is in %s on %s', (at, zone, day) => {
  expect(dayIn(zone, Date.parse(at))).toBe(day);
  expect(addDays(addDays(day, 1), -1)).toBe(day);
});

test('bars stand on each other, the first on all others', () => {
  const series = [
    { name: 'a', values: [1, null] },
    { name: 'b', values: [2, 3] },
  ];
  expect(stacked(series)).toEqual([
    [3, 3],
    [2, 3],
  ]);
});

test('a live event takes the place of its former state, newest first', () => {
  const [first, second] = events;
  if (!first || !second) throw new Error('fixtures are missing');
  const delivered = { ...second, outcomes: [] };
  expect(mergeLive([delivered], [first, second])).toEqual([first, delivered]);
});

describe('texts', () => {
  test.each([
    [['zh-TW', 'en'], 'zh-Hant'],
    [['zh'], 'zh-Hant'],
    [['de-DE', 'en-GB'], 'en'],
    [['fr'], 'en'],
    [[], 'en'],
  ])('a browser of %j reads %s', (wanted, language) => expect(preferredLanguage(wanted)).toBe(language));

  test('every reason has a name and an explanation in each language', () => {
    for (const words of Object.values(WORDS))
      for (const reason of SKIP_REASONS) {
        expect(reasonOf(words, reason).title).not.toBe(reason);
        expect(reasonOf(words, reason).means).not.toBe('');
      }
  });

  test('every alert, finding and remark has words in each language, with the same values', () => {
    const placesIn = ({ means }: { means: string }) => [...new Set(means.match(/\{\w+\}/g))].toSorted();
    const codes = Object.keys(ENGLISH_NOTICES);
    expect(ALERT_RULES.filter((rule) => rule !== 'clock-off' && !codes.includes(rule))).toEqual([]);
    for (const { advice } of Object.values(WORDS)) {
      expect(Object.keys(advice.notices).toSorted()).toEqual(codes.toSorted());
      for (const [code, english] of Object.entries(ENGLISH_NOTICES)) {
        const texts = advice.notices[code];
        expect([code, texts && placesIn(texts)]).toEqual([code, placesIn(english)]);
        expect([code, texts?.todo === '']).toEqual([code, english.todo === '']);
      }
    }
  });

  test('values are written as the reader writes them; an unknown code has the collector’s words', () => {
    const shown = { words: WORDS['zh-Hant'], format: createFormat('zh-Hant') };
    const fall = notice('match-keys-fall', {
      name: 'Order Completed',
      key: 'ttp',
      share: 0.214,
      baselineShare: 0.8,
    });
    const other = { means: 'Its own words.', todo: '' };
    expect(noticeOf(shown, fall, other).means).toBe(
      'Order Completed 事件帶有「TikTok Cookie」的比例為 21.4%，先前為 80%。',
    );
    expect(noticeOf(shown, { code: 'constructor', values: {} }, other)).toBe(other);
  });

  test('a reason that this version does not know is shown as it is', () => {
    expect(reasonOf(WORDS.en, 'constructor')).toEqual({ title: 'constructor', means: '', todo: '' });
  });

  test('nothing is left in English', () => {
    const english: string[] = [];
    const compare = (a: unknown, b: unknown, path: string) => {
      if (typeof a === 'string' && a === b && /[a-z]{3}/i.test(a)) english.push(path);
      if (typeof a === 'object' && a !== null)
        for (const [key, value] of Object.entries(a))
          compare(value, (b as Record<string, unknown>)[key], `${path}.${key}`);
    };
    compare(WORDS.en, WORDS['zh-Hant'], '');
    expect(english).toEqual([]);
  });
});
