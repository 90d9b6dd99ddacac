import { describe, expect, test } from 'vitest';
import type { ShopFigures, State } from '../../../server/operator/watchdog/figures.ts';
import type { Hours } from '../../../server/operator/watchdog/hours.ts';
import { findHourly, HOURLY_RULES } from '../../../server/operator/watchdog/rules/hourly.ts';
import { findLive, LIVE_RULES } from '../../../server/operator/watchdog/rules/live.ts';
import { ALERT_RULES } from '../../../shared/alert-rules.ts';
import { EVENT_NAMES } from '../../../shared/names.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-06-20T12:00:00Z');
const TO_HOUR = Math.floor(NOW_MS / 3_600_000);
const DAYS = 15;
const NONE = { settled: { delivered: 0, dead: 0 }, deadSinceAccepted: undefined };

/** The same in each hour of two weeks, then `last` in the hours at the end. */
const steady = (perHour: number, last: readonly number[] = [], days = DAYS): Hours => {
  const counts = Array<number>(days * 24).fill(perHour);
  counts.splice(counts.length - last.length, last.length, ...last);
  return { fromHour: TO_HOUR - counts.length, counts };
};
const repeat = (count: number, value: number) => Array<number>(count).fill(value);

const usual: ShopFigures = {
  shop: 'tea',
  names: { 'Product Viewed': steady(400), 'Order Completed': steady(10) },
  destinations: [
    { destination: 'tiktok', delivered: steady(300), dead: steady(0), match: [], isPaused: false },
  ],
  ...{ accepted: steady(410), rejected: steady(0), coerced: steady(1), unconfirmed: steady(0) },
};
const rulesOf = (figures: Partial<ShopFigures>) =>
  findHourly({ ...usual, ...figures }, TO_HOUR, () => ({})).map(({ rule }) => rule);
const destination = (figures: Partial<ShopFigures['destinations'][number]>) => ({
  destinations: usual.destinations.map((one) => ({ ...one, ...figures })),
});
const names = (of: ShopFigures['names']) => ({ names: { ...usual.names, ...of } });

test('every rule looks, either by hour or at the moment', () => {
  expect([...HOURLY_RULES, ...LIVE_RULES].toSorted()).toEqual(ALERT_RULES.toSorted());
});

describe('by hour', () => {
  test('a shop as it always is has no alert', () => expect(rulesOf({})).toEqual([]));

  test.each<[what: string, figures: Partial<ShopFigures>, rules: string[]]>([
    ['no order for four hours', names({ 'Order Completed': steady(10, [0, 0, 0, 0]) }), ['purchases-drop']],
    ['half the orders', names({ 'Order Completed': steady(10, repeat(12, 5)) }), []],
    [
      'no order, and no visitor',
      { names: { 'Product Viewed': steady(400, repeat(9, 0)), 'Order Completed': steady(10, repeat(9, 0)) } },
      ['purchases-drop'],
    ],
    [
      'the end of a campaign: a third of visitors and orders',
      {
        names: {
          'Product Viewed': steady(400, repeat(20, 130)),
          'Order Completed': steady(10, repeat(20, 3)),
        },
      },
      [],
    ],
    [
      'a shop that began four days ago',
      { names: { 'Product Viewed': steady(400, [], 4), 'Order Completed': steady(10, [0, 0, 0, 0], 4) } },
      [],
    ],
    [
      'a destination gets a tenth',
      destination({ delivered: steady(300, [30, 30, 30]) }),
      ['deliveries-drop'],
    ],
    ['… while its token is refused', destination({ delivered: steady(300, [0, 0, 0]), isPaused: true }), []],
    [
      '… because there are no events',
      {
        ...destination({ delivered: steady(300, repeat(3, 0)) }),
        names: { 'Product Viewed': steady(400, repeat(3, 0)), 'Order Completed': steady(10) },
      },
      [],
    ],
    [
      'everything becomes dead letters',
      destination({ delivered: steady(300, [0, 0, 0]), dead: steady(0, [300, 300, 300]) }),
      ['dead-letters-rise'],
    ],
    ['dead letters that come every hour', destination({ dead: steady(12) }), []],
    ['three dead letters', destination({ dead: steady(0, [3]) }), []],
    ['a tenth of the messages is rejected', { rejected: steady(0, [41]) }, ['rejections-rise']],
    ['nine are rejected', { rejected: steady(0, [9]) }, []],
    [
      'as many as always in proportion, on a day with four times the visitors',
      { rejected: steady(12, repeat(6, 48)), accepted: steady(400, repeat(6, 1_600)) },
      [],
    ],
    ['fields are coerced', { coerced: steady(1, [60, 60]) }, ['coercions-rise']],
    [
      'a third of the orders is never confirmed',
      { unconfirmed: steady(0, repeat(20, 5)) },
      ['unconfirmed-orders-rise'],
    ],
  ])('%s', (_what, figures, rules) => expect(rulesOf(figures)).toEqual(rules));

  test('an alert that is open compares with the days before it, however long it lasts', () => {
    const figures = names({ 'Order Completed': steady(10, repeat(6 * 24, 1)) });
    const open = (subject: { rule: string }) =>
      subject.rule === 'purchases-drop' ? { baselineEndHour: TO_HOUR - 6 * 24 } : {};
    expect(findHourly({ ...usual, ...figures }, TO_HOUR, open)).toMatchObject([
      { rule: 'purchases-drop', values: { baseline: 40 } },
    ]);
  });

  test('what an ended alert was about opens no other', () => {
    const figures = names({ 'Order Completed': steady(10, [...repeat(30, 0), 10, 10, 10]) });
    const ended = () => ({ endedHour: TO_HOUR });
    expect(findHourly({ ...usual, ...figures }, TO_HOUR, ended)).toEqual([]);
  });

  test.each([
    ['Order Complete', 'Order Completed'],
    ['order completed', 'Order Completed'],
    ['order_completed', 'Order Completed'],
    ['OrderCompleted', 'Order Completed'],
    ['Product Search', undefined],
    ['Products Search', 'Products Searched'],
    ['Cart View', 'Cart Viewed'],
    ['Product Added to Wish List', 'Product Added to Wishlist'],
    ['Prodct Viewed', 'Product Viewed'],
    ['Product Liked', undefined],
    ['Size Guide Opened', undefined],
    ['Order Created', undefined],
    ['page', undefined],
  ])('%s is near %s', (name, meant) => {
    const found = findHourly({ ...usual, ...names({ [name]: steady(0, [3]) }) }, TO_HOUR, () => ({}));
    expect(found.map(({ rule }) => rule)).toEqual(meant === undefined ? [] : ['event-name-unknown']);
    if (meant !== undefined) expect(found[0]?.values.names).toBe(`"${name}" → ${meant}`);
  });

  test('no standard name is taken for a mistake, nor one that came twice', () => {
    const standard = Object.fromEntries(EVENT_NAMES.map((name) => [name, steady(10)]));
    expect(rulesOf(names(standard))).toEqual([]);
    expect(rulesOf(names({ 'Order Complete': steady(0, [2]) }))).toEqual([]);
  });

  test('an identifier that half of the events lost', () => {
    const today = Math.floor((TO_HOUR - 1) / 24);
    const day = (before: number, email: number, ttclid = 0.4) => ({
      ...{ day: today - before, name: 'Order Completed', count: 200 },
      keys: { email: 200 * email, ttclid: 200 * ttclid },
    });
    const week = [1, 2, 3, 4, 5, 6, 7].map((before) => day(before, 0.9));
    const match = (...now: ReturnType<typeof day>[]) => rulesOf(destination({ match: [...week, ...now] }));
    expect(match(day(0, 0.9))).toEqual([]);
    expect(match(day(0, 0.4))).toEqual(['match-keys-fall']);
    expect(match(day(0, 0.8))).toEqual([]);
    // A campaign is over.
    expect(match(day(0, 0.9, 0.08))).toEqual([]);
    expect(match(day(0, 0.9, 0))).toEqual(['match-keys-fall']);
  });
});

describe('at the moment', () => {
  const fine: State = {
    nowMs: NOW_MS,
    destinations: [{ shop: 'tea', destination: 'tiktok', waiting: 3, oldestAgeMs: 60_000, ...NONE }],
    tokens: [],
    orders: [],
    clock: { answersMs: 400, messagesMs: 900 },
    disk: { freeBytes: 50e9, totalBytes: 100e9 },
  };
  const found = (state: Partial<State>, isOpen = false) =>
    findLive({ ...fine, ...state }, () => isOpen).map(({ rule, severity }) => `${rule} ${severity}`);
  const token = (leftMs: number, lifeMs?: number): Partial<State> => ({
    tokens: [
      {
        ...{ shop: 'tea', destination: 'shopline', variable: 'SHOPLINE_ACCESS_TOKEN' },
        expiresAtMs: NOW_MS + leftMs,
        ...(lifeMs !== undefined && { lifeMs }),
      },
    ],
  });
  const tiktok = (state: object): Partial<State> => ({
    destinations: [
      {
        shop: 'tea',
        destination: 'tiktok',
        waiting: 3,
        oldestAgeMs: 0,
        ...NONE,
        ...state,
      },
    ],
  });
  const orders = (state: object): Partial<State> => ({
    orders: [{ shop: 'tea', ordersFrom: 'platform', isSilent: false, provisional: 0, ...state }],
  });

  test.each<[what: string, state: Partial<State>, found: string[]]>([
    ['all is well', {}, []],
    ['a token with eight days left', token(8 * DAY_MS), []],
    ['a token with six days left', token(6 * DAY_MS), ['token-expires warning']],
    ['a token with an hour left', token(3_600_000), ['token-expires error']],
    ['a token that has expired', token(-1), ['token-expires error']],
    ['an app’s token that will be renewed', token(2 * 3_600_000, 36_000_000), []],
    ['an app’s token that was not renewed', token(50 * 60_000, 36_000_000), ['token-expires error']],
    ['a refusal a minute ago', tiktok({ pausedSinceMs: NOW_MS - 60_000 }), []],
    ['a refusal two minutes ago', tiktok({ pausedSinceMs: NOW_MS - 120_000 }), ['token-refused error']],
    ['an event that waits for six days', tiktok({ oldestAgeMs: 6.9 * DAY_MS }), []],
    ['an event that waits for a week', tiktok({ oldestAgeMs: 7 * DAY_MS }), ['oldest-event-waits error']],
    ['two dead letters', tiktok({ settled: { delivered: 0, dead: 2 } }), []],
    [
      'three dead letters and nothing else',
      tiktok({ settled: { delivered: 0, dead: 3 } }),
      ['deliveries-refused error'],
    ],
    ['more deliveries than dead letters', tiktok({ settled: { delivered: 30, dead: 20 } }), []],
    ['silent webhooks', orders({ isSilent: true }), ['webhooks-silent error']],
    ['two orders before the first webhook', orders({ provisional: 2 }), []],
    ['three orders before the first webhook', orders({ provisional: 3 }), ['platform-orders-absent warning']],
    ['a clock that is 50 s off', { clock: { answersMs: -50_000 } }, []],
    ['a clock that is 70 s behind', { clock: { answersMs: -70_000 } }, ['clock-off error']],
    ['messages with wrong times, answers with right ones', { clock: { answersMs: 0, messagesMs: 9e9 } }, []],
    [
      'messages that are 6 minutes off, and no answers',
      { clock: { messagesMs: 360_000 } },
      ['clock-off error'],
    ],
    ['a disk with 6 % free', { disk: { freeBytes: 6e9, totalBytes: 100e9 } }, []],
    ['a disk with 4 % free', { disk: { freeBytes: 4e9, totalBytes: 100e9 } }, ['disk-nearly-full warning']],
    ['a disk with 1 % free', { disk: { freeBytes: 1e9, totalBytes: 100e9 } }, ['disk-nearly-full error']],
    ['a large disk with 11 GB free', { disk: { freeBytes: 11e9, totalBytes: 4e12 } }, []],
    ['a small disk with a fifth free', { disk: { freeBytes: 0.4e9, totalBytes: 2e9 } }, []],
  ])('%s', (_what, state, expected) => expect(found(state)).toEqual(expected));

  test('an open alert about refused events stays until some are delivered with no dead letter between', () => {
    const rules = (state: object) =>
      findLive({ ...fine, ...tiktok(state) }, ({ rule }) => rule === 'deliveries-refused');
    const settled = { delivered: 9, dead: 80 };
    // Nothing was delivered yet, also not since a restart.
    expect(rules({})).toMatchObject([{ rule: 'deliveries-refused' }]);
    expect(rules({ settled })).toHaveLength(1);
    expect(rules({ settled, deadSinceAccepted: 3 })).toHaveLength(1);
    expect(rules({ settled, deadSinceAccepted: 2 })).toEqual([]);
    expect(found(tiktok({ settled, deadSinceAccepted: 2 }))).toEqual([]);
    expect(found(tiktok({ settled, deadSinceAccepted: 3 }))).toHaveLength(1);
    expect(found({})).toEqual([]);
  });

  test('at a limit an open alert does not end at once', () => {
    const quiet = { destinations: [] };
    expect(found({ disk: { freeBytes: 5.2e9, totalBytes: 100e9 } }, false)).toEqual([]);
    expect(found({ ...quiet, disk: { freeBytes: 5.2e9, totalBytes: 100e9 } }, true)).toHaveLength(1);
    expect(found({ ...quiet, disk: { freeBytes: 8e9, totalBytes: 100e9 } }, true)).toEqual([]);
    expect(found({ ...quiet, clock: { answersMs: 50_000 } }, true)).toHaveLength(1);
    expect(found({ ...quiet, clock: { answersMs: 30_000 } }, true)).toEqual([]);
  });
});
