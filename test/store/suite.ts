import { describe, expect, onTestFinished, test } from 'vitest';
import type { LogOptions } from '../../server/store/open.ts';
import type { Consumer, Delivery, Store } from '../../server/store/store.ts';
import { LogUnavailable } from '../../server/store/store.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { counted, order, waiting } from '../support/entries.ts';
import { event } from '../support/event.ts';
import { tempDir } from '../support/temp-dir.ts';

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.parse('2026-03-01T00:00:00.000Z');

const TIKTOK: Consumer = { name: 'tiktok', shop: 'shop', decryptsPii: false, audience: 'destinations' };
const CUSTOMERIO: Consumer = {
  name: 'customerio',
  shop: 'shop',
  decryptsPii: true,
  audience: 'destinations',
};
const SHOPLINE: Consumer = { name: 'shopline', shop: 'shop', decryptsPii: true, audience: 'destinations' };
const STATISTICS: Consumer = { name: 'statistics', shop: 'shop', decryptsPii: false, audience: 'statistics' };
const OTHER_SHOP: Consumer = {
  name: 'tiktok-other',
  shop: 'other',
  decryptsPii: false,
  audience: 'destinations',
};

/** Of which some take more bytes than characters, or more characters than they have signs. */
const TEXTS: Record<string, string> = {
  'one character': 'x'.repeat(30_000),
  'signs of JSON': '"\\{}'.repeat(5_000),
  'what has no place in UTF-8': '\ud800x'.repeat(5_000),
  'control characters': '\0\x01\n'.repeat(3_000),
  'three bytes each': '茶葉'.repeat(5_000),
  'random characters': Array.from({ length: 30_000 }, (_, at) =>
    String.fromCharCode(33 + ((at * at * 31) % 94)),
  ).join(''),
};

const NONE = { advertising: false, analytics: false, marketing: false };
type OpenLog = (options: LogOptions) => Promise<Store>;

const ids = (deliveries: readonly Delivery[]) => deliveries.map((delivery) => delivery.event.messageId);
const ackAll = (deliveries: readonly Delivery[]) => deliveries.forEach((delivery) => void delivery.ack());
/** Accepts events without anything beside them. */
const append = async (log: Store, ...events: ProtectedEvent[]) =>
  counted(await log.accept(events.map((event) => ({ event }))));
const named = (messageId: string, parts: Partial<ProtectedEvent> = {}) => event({ messageId, ...parts });
const receivedAt = (ms: number) => ({ receivedAt: new Date(ms).toISOString() });

/** The one delivery that is due. */
async function leaseOne(log: Store, consumer = 'tiktok'): Promise<Delivery> {
  const [delivery, ...others] = await log.lease(consumer, 10);
  if (!delivery || others.length > 0)
    throw new Error(`expected one delivery, got ${delivery ? 'more' : 'none'}`);
  return delivery;
}

/** Leases and acks until nothing is due. */
async function drain(log: Store, consumer: string): Promise<string[]> {
  const all: string[] = [];
  for (;;) {
    const deliveries = await log.lease(consumer, 300);
    if (deliveries.length === 0) return all;
    ackAll(deliveries);
    all.push(...ids(deliveries));
  }
}

/** The contract of the event log, for any engine. */
export function describeEventLog(name: string, open: OpenLog): void {
  /** A log with a clock set by the test. `reopen` is a restart. */
  async function setUp(options: Partial<LogOptions> = {}) {
    const clock = { nowMs: START_MS };
    const settings: LogOptions = {
      dataDir: tempDir(),
      consumers: [TIKTOK],
      retentionMs: 30 * DAY_MS,
      leaseMs: 60 * SECOND_MS,
      clock: () => clock.nowMs,
      ...options,
    };
    const openOnce = async (changed: Partial<LogOptions> = {}) => {
      const log = await open({ ...settings, ...changed });
      onTestFinished(() => log.close());
      return log;
    };
    const log = await openOnce();
    return { log, clock, reopen: openOnce };
  }

  describe(`${name}: what is accepted`, () => {
    test('is leased unchanged, oldest first', async () => {
      const { log } = await setUp();
      const events = [named('a', { properties: { title: '"Tée\u2028"' } }), named('b'), named('c')];
      expect(await append(log, ...events)).toEqual({ stored: 3, duplicates: 0 });
      const deliveries = await log.lease('tiktok', 10);
      expect(deliveries.map((delivery) => delivery.event)).toEqual(events);
      expect(deliveries.map(({ attempt, uncertainSinceMs }) => ({ attempt, uncertainSinceMs }))).toEqual(
        [1, 1, 1].map((attempt) => ({ attempt, uncertainSinceMs: undefined })),
      );
    });

    test.each<[string, Partial<ProtectedEvent>]>([
      ['of which one purpose is assumed', { assumed: ['analytics'], consent: { ...NONE, analytics: true } }],
      ['of which every purpose is assumed', { assumed: ['advertising', 'analytics', 'marketing'] }],
      ['that denies', { assumed: ['marketing'], consent: { ...NONE, marketing: true } }],
      ['of the backend', { source: 'server', type: 'identify', traits: { plan: 'tea' } }],
      ['received later', { receivedAt: '2026-03-01T00:00:01.000Z', context: { locale: 'zh-TW' } }],
      ['about nobody', { identity: {} }],
      [
        'with an identity among its properties',
        { identity: {}, properties: { identity: { anonymousId: ['a'] } } },
      ],
    ])('an event %s is leased unchanged', async (_, parts) => {
      const { log } = await setUp();
      const stored = event(parts);
      await append(log, stored);
      expect((await leaseOne(log)).event).toEqual(stored);
      expect(await log.erase('shop', { ids: ['nobody'] })).toMatchObject({ isFound: false });
    });

    test.each(Object.entries(TEXTS))(
      'with a long text of %s it is leased unchanged, after a restart too',
      async (_, text) => {
        const { log, reopen } = await setUp();
        const long = named('long', { properties: { text }, identity: { anonymousId: 'ann' } });
        await append(log, long, named('short'));
        await log.close();
        const later = await reopen();
        const [first, second] = await later.lease('tiktok', 10);
        expect(first?.event).toEqual(long);
        expect(second?.event.messageId).toBe('short');
        expect((await later.exportPerson('shop', { ids: ['ann'] })).events).toEqual([{ event: long }]);
      },
    );

    test('ids may hold U+0000', async () => {
      const { log } = await setUp();
      const id = 'v\0\\u0000-0123456789-0123456789';
      const parts = { identity: { anonymousId: id, userId: id } };
      const entries = [
        { event: named('a', parts), tokens: [id] },
        order(id, { messageId: 'b', ...parts, properties: { cart_token: id } }),
      ];
      expect(counted(await log.accept(entries))).toEqual({ stored: 2, duplicates: 0 });
      expect(counted(await log.accept([...entries, order(id, { messageId: 'c' })]))).toMatchObject({
        stored: 0,
      });
      expect((await log.lease('tiktok', 10)).map(({ event: { identity } }) => identity)).toEqual([
        parts.identity,
        parts.identity,
      ]);
      expect(await log.erase('shop', { ids: [id] })).toMatchObject({ isFound: true });
      expect(await log.exportPerson('shop', { ids: [id] })).toMatchObject({ events: [] });
    });

    test('is there after a restart', async () => {
      const { log, reopen } = await setUp();
      await append(log, named('a'), named('b'));
      await log.close();
      expect(ids(await (await reopen()).lease('tiktok', 10))).toEqual(['a', 'b']);
    });

    test('reaches every consumer of the shop and none of another', async () => {
      const { log } = await setUp({ consumers: [TIKTOK, CUSTOMERIO, OTHER_SHOP] });
      await append(log, named('a'));
      expect(ids(await log.lease('tiktok', 10))).toEqual(['a']);
      expect(ids(await log.lease('customerio', 10))).toEqual(['a']);
      expect(await log.lease('tiktok-other', 10)).toEqual([]);
    });

    test('an empty list is fine', async () => {
      const { log } = await setUp();
      expect(await log.accept([])).toEqual([]);
    });

    test('one bad call fails alone, not the others of its transaction', async () => {
      const { log } = await setUp();
      const [good, bad, alsoGood] = await Promise.allSettled([
        append(log, named('a')),
        append(log, named('x'), named('bad', { receivedAt: 'not a time' })),
        append(log, named('b')),
      ]);
      expect([good.status, bad.status, alsoGood.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(ids(await log.lease('tiktok', 10))).toEqual(['a', 'b']);
      expect(await log.depth('tiktok')).toMatchObject({ waiting: 2 });
      expect(await append(log, named('x'))).toEqual({ stored: 1, duplicates: 0 });
    });

    test('listeners are called for new events, not for duplicates, until they are removed', async () => {
      const { log } = await setUp();
      let calls = 0;
      const stop = log.onAppended(() => calls++);
      await append(log, named('a'), named('b'));
      await append(log, named('a'));
      expect(calls).toBe(1);
      stop();
      await append(log, named('c'));
      expect(calls).toBe(1);
    });

    test('a listener of one shop is called for its events alone', async () => {
      const { log } = await setUp();
      const called: string[] = [];
      for (const shop of ['shop', 'other']) onTestFinished(log.onAppended(() => called.push(shop), shop));
      await append(log, named('a'), named('b'));
      await append(log, named('c', { shop: 'other' }), named('d', { shop: 'other' }));
      await append(log, named('e'), named('f', { shop: 'other' }));
      expect(called).toEqual(['shop', 'other', 'shop', 'other']);
    });

    test('after close append rejects and stores nothing', async () => {
      const { log } = await setUp();
      await log.check();
      await log.close();
      await expect(append(log, named('a'))).rejects.toThrow(LogUnavailable);
      await expect(log.check()).rejects.toThrow(LogUnavailable);
    });

    test('an unknown consumer is a RangeError', async () => {
      const { log } = await setUp();
      await expect(log.lease('nobody', 1)).rejects.toThrow('nobody');
    });

    test('a consumer added later starts with what comes after it', async () => {
      const { log, reopen } = await setUp();
      await append(log, named('before'));
      await log.close();
      const longer = await reopen({ consumers: [TIKTOK, CUSTOMERIO] });
      await append(longer, named('after'));
      expect(ids(await longer.lease('customerio', 10))).toEqual(['after']);
      expect(ids(await longer.lease('tiktok', 10))).toEqual(['before', 'after']);
    });

    test('a consumer that was not configured for a while continues at its cursor', async () => {
      const { log, reopen } = await setUp({ consumers: [TIKTOK, CUSTOMERIO] });
      await append(log, named('a'));
      await log.close();
      const without = await reopen({ consumers: [CUSTOMERIO] });
      await append(without, named('b'));
      await without.close();
      expect(ids(await (await reopen()).lease('tiktok', 10))).toEqual(['a', 'b']);
    });
  });

  describe(`${name}: duplicates`, () => {
    test.each([
      { case: 'the same messageId again', first: {}, second: {}, stored: 0 },
      { case: 'in another shop', first: {}, second: { shop: 'other' }, stored: 1 },
      { case: 'another messageId', first: {}, second: { messageId: 'n' }, stored: 1 },
      {
        case: 'the same order under another messageId',
        first: { orderKey: 'order:1' },
        second: { messageId: 'n', orderKey: 'order:1' },
        stored: 0,
      },
      {
        case: 'an order key that reads like a messageId',
        first: { messageId: 'order:1' },
        second: { messageId: 'n', orderKey: 'order:1' },
        stored: 1,
      },
    ])('$case: $stored stored', async ({ first, second, stored }) => {
      const { log } = await setUp({ consumers: [TIKTOK, OTHER_SHOP] });
      await append(log, named('m', first));
      expect(await append(log, named('m', second))).toEqual({ stored, duplicates: 1 - stored });
      expect(await append(log, named('m', first))).toEqual({ stored: 0, duplicates: 1 });
    });

    test('inside one call', async () => {
      const { log } = await setUp();
      const order = { orderKey: 'order:1' };
      expect(
        await append(log, named('a'), named('a'), named('b', order), named('c', order), named('d')),
      ).toEqual({ stored: 3, duplicates: 2 });
      expect(ids(await log.lease('tiktok', 10))).toEqual(['a', 'b', 'd']);
    });

    test('a duplicate records no key: the order it mentions is still stored when it arrives', async () => {
      const { log } = await setUp();
      await append(log, named('a'));
      expect(await append(log, named('a', { orderKey: 'order:1' }))).toEqual({ stored: 0, duplicates: 1 });
      expect(await append(log, named('b', { orderKey: 'order:1' }))).toEqual({ stored: 1, duplicates: 0 });
    });

    test('a thousand at once, each sent twice: each stored once', async () => {
      const { log } = await setUp();
      const messageIds = Array.from({ length: 500 }, (_, index) => `m${index}`);
      const answers = await Promise.all([...messageIds, ...messageIds].map((id) => append(log, named(id))));
      expect(answers.reduce((sum, { stored }) => sum + stored, 0)).toBe(500);
      expect(answers.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(500);
      expect((await drain(log, 'tiktok')).sort()).toEqual([...messageIds].sort());
    });

    test('are known after delivery, retention and a restart, until their window ends', async () => {
      const { log, clock, reopen } = await setUp({ retentionMs: DAY_MS, orderKeyMs: 3 * DAY_MS });
      await append(log, named('a', { orderKey: 'order:1' }), named('b'));
      await drain(log, 'tiktok');
      clock.nowMs += DAY_MS - 1;
      await log.close();
      const later = await reopen();
      expect(await append(later, named('a'), named('b'))).toEqual({ stored: 0, duplicates: 2 });
      clock.nowMs += 2;
      await later.retain();
      expect(await append(later, named('b', receivedAt(clock.nowMs)))).toEqual({ stored: 1, duplicates: 0 });
      expect(await append(later, named('c', { orderKey: 'order:1' }))).toEqual({ stored: 0, duplicates: 1 });
      clock.nowMs += 2 * DAY_MS;
      expect(await append(later, named('d', { orderKey: 'order:1' }))).toEqual({ stored: 1, duplicates: 0 });
    });
  });

  describe(`${name}: delivery`, () => {
    test('two workers that lease at once never get the same event', async () => {
      const { log } = await setUp();
      await append(log, ...Array.from({ length: 700 }, (_, index) => named(`m${index}`)));
      const shares = await Promise.all([1, 2, 3].map(() => log.lease('tiktok', 300)));
      const all = shares.flatMap(ids);
      expect(all).toHaveLength(700);
      expect(new Set(all).size).toBe(700);
    });

    test('at most `max`, and the rest next time', async () => {
      const { log } = await setUp();
      await append(log, named('a'), named('b'), named('c'));
      expect(await log.lease('tiktok', 0)).toEqual([]);
      expect(ids(await log.lease('tiktok', 2))).toEqual(['a', 'b']);
      expect(ids(await log.lease('tiktok', 2))).toEqual(['c']);
      expect(await log.lease('tiktok', 2)).toEqual([]);
    });

    test('an acknowledged event is not leased again, not even after a restart', async () => {
      const { log, clock, reopen } = await setUp();
      await append(log, named('a'), named('b'), named('c'));
      const [, second] = await log.lease('tiktok', 10);
      second?.ack();
      clock.nowMs += DAY_MS;
      await log.close();
      expect(ids(await (await reopen()).lease('tiktok', 10))).toEqual(['a', 'c']);
    });

    test('only the first settlement counts', async () => {
      const { log } = await setUp();
      await append(log, named('a'));
      const delivery = await leaseOne(log);
      delivery.ack();
      delivery.retry(0, 'throttled');
      delivery.deadLetter('rejected');
      expect(await log.lease('tiktok', 10)).toEqual([]);
      expect(await log.depth('tiktok')).toMatchObject({ waiting: 0, deadLetters: 0 });
    });

    test('a retry is leased again when its delay ends, as the next attempt', async () => {
      const { log, clock } = await setUp();
      await append(log, named('a'));
      (await leaseOne(log)).retry(5 * SECOND_MS, 'server-error');
      expect(await log.nextDueMs('tiktok')).toBe(START_MS + 5 * SECOND_MS);
      clock.nowMs += 5 * SECOND_MS - 1;
      expect(await log.lease('tiktok', 10)).toEqual([]);
      clock.nowMs += 1;
      const again = await leaseOne(log);
      expect(again.attempt).toBe(2);
      expect(again.uncertainSinceMs).toBeUndefined();
    });

    test('due retries are leased before new events, the oldest first', async () => {
      const { log, clock } = await setUp();
      await append(log, named('a'), named('b'), named('c'));
      const [a, b] = await log.lease('tiktok', 2);
      b?.retry(1 * SECOND_MS, 'throttled');
      a?.retry(2 * SECOND_MS, 'throttled');
      clock.nowMs += 2 * SECOND_MS;
      expect(ids(await log.lease('tiktok', 10))).toEqual(['a', 'b', 'c']);
    });

    test('an event with an unknown outcome carries its time through every later attempt', async () => {
      const { log, clock } = await setUp();
      await append(log, named('a'));
      const first = await leaseOne(log);
      clock.nowMs += 10 * SECOND_MS;
      first.retry(0, 'no-answer', true);
      const second = await leaseOne(log);
      expect(second.uncertainSinceMs).toBe(START_MS);
      clock.nowMs += 10 * SECOND_MS;
      second.retry(0, 'no-answer', true);
      const third = await leaseOne(log);
      third.retry(0, 'throttled');
      expect((await leaseOne(log)).uncertainSinceMs).toBe(START_MS);
    });

    test('an expired lease is given to another worker, marked as perhaps sent', async () => {
      const { log, clock } = await setUp();
      await append(log, named('a'));
      const lost = await leaseOne(log);
      expect(await log.nextDueMs('tiktok')).toBe(START_MS + 60 * SECOND_MS);
      clock.nowMs += 60 * SECOND_MS;
      const again = await leaseOne(log);
      expect(again).toMatchObject({ attempt: 2, uncertainSinceMs: START_MS });
      lost.deadLetter('rejected');
      expect(await log.depth('tiktok')).toMatchObject({ waiting: 1, deadLetters: 0 });
      clock.nowMs += 60 * SECOND_MS;
      const third = await leaseOne(log);
      expect(third).toMatchObject({ attempt: 3, uncertainSinceMs: START_MS });
      third.ack();
      expect(await log.depth('tiktok')).toMatchObject({ waiting: 0 });
    });

    test('after a restart old leases and retries are due at once, oldest first', async () => {
      const { log, reopen } = await setUp();
      await append(log, named('identify'), named('track'), named('other'), named('new'));
      const [identify, track, other] = await log.lease('tiktok', 3);
      track?.retry(1 * SECOND_MS, 'blocked-by-earlier');
      identify?.retry(DAY_MS, 'server-error');
      expect(other).toBeDefined();
      await log.close();
      const deliveries = await (await reopen()).lease('tiktok', 10);
      expect(ids(deliveries)).toEqual(['identify', 'track', 'other', 'new']);
      expect(deliveries.map(({ attempt }) => attempt)).toEqual([2, 2, 2, 1]);
      expect(deliveries.map(({ uncertainSinceMs }) => uncertainSinceMs)).toEqual([
        undefined,
        undefined,
        START_MS,
        undefined,
      ]);
    });

    test('requeueNow makes every waiting retry due now, but nothing that is leased or held', async () => {
      const { log } = await setUp({ shops: waiting(DAY_MS) });
      await log.accept([order('1', { messageId: 'held' }), { event: named('a') }, { event: named('b') }]);
      const [a, b] = await log.lease('tiktok', 10);
      a?.retry(DAY_MS, 'unreachable');
      await log.requeueNow('tiktok');
      expect(ids(await log.lease('tiktok', 10))).toEqual(['a']);
      b?.retry(DAY_MS, 'unreachable');
      expect(await log.lease('tiktok', 10)).toEqual([]);
      await log.requeueNow('tiktok');
      expect(ids(await log.lease('tiktok', 10))).toEqual(['b']);
    });

    test('an order that waits for its window does not block others, and is leased when it ends', async () => {
      const { log, clock, reopen } = await setUp({ shops: waiting(30 * SECOND_MS) });
      const holdUntilMs = START_MS + 30 * SECOND_MS;
      await log.accept([order('1', { messageId: 'order' }), { event: named('view') }]);
      expect(ids(await log.lease('tiktok', 10))).toEqual(['view']);
      expect(await log.nextDueMs('tiktok')).toBe(holdUntilMs);
      await log.close();
      const later = await reopen();
      expect(ids(await later.lease('tiktok', 10))).toEqual(['view']);
      clock.nowMs = holdUntilMs;
      expect(await leaseOne(later)).toMatchObject({ attempt: 1, event: { messageId: 'order' } });
    });

    test('statistics lease the report of an order at once, and only once, while its stage waits', async () => {
      const { log, clock, reopen } = await setUp({
        consumers: [TIKTOK, STATISTICS],
        shops: waiting(30 * SECOND_MS),
      });
      const holdUntilMs = START_MS + 30 * SECOND_MS;
      await log.accept([order('1', { messageId: 'order' })]);
      expect(await log.nextDueMs('statistics')).toBe(START_MS);
      expect(await log.nextDueMs('tiktok')).toBe(holdUntilMs);
      const report = await leaseOne(log, 'statistics');
      expect(await log.nextDueMs('statistics')).toBe(START_MS + 60 * SECOND_MS);
      report.retry(DAY_MS, 'unreachable');
      await log.requeueNow('statistics');
      expect(await log.nextDueMs('statistics')).toBe(START_MS);
      expect(await leaseOne(log, 'statistics')).toMatchObject({ attempt: 2, event: { messageId: 'order' } });
      await log.close();
      const later = await reopen();
      ackAll([await leaseOne(later, 'statistics')]);
      expect(await later.nextDueMs('statistics')).toBeUndefined();
      expect(await later.lease('tiktok', 10)).toEqual([]);
      clock.nowMs = holdUntilMs;
      expect(await later.lease('statistics', 10)).toEqual([]);
      expect(await leaseOne(later)).toMatchObject({ attempt: 1, event: { messageId: 'order' } });
    });

    test('isOrder tells on every attempt whether the event was stored with an order key', async () => {
      const { log, clock, reopen } = await setUp({ shops: waiting(500) });
      await log.accept([
        { event: named('order', { orderKey: 'order:1' }) },
        { event: named('view', { properties: { order_id: '1' } }) },
        order('2', { messageId: 'held' }),
      ]);
      const areOrders = (deliveries: readonly Delivery[]) =>
        deliveries.map(({ event, isOrder }) => [event.messageId, isOrder]);
      const first = await log.lease('tiktok', 10);
      expect(areOrders(first)).toEqual([
        ['order', true],
        ['view', false],
      ]);
      for (const delivery of first) delivery.retry(500, 'unreachable');
      clock.nowMs += 500;
      const all = [
        ['order', true],
        ['view', false],
        ['held', true],
      ];
      expect(areOrders(await log.lease('tiktok', 10))).toEqual(all);
      await log.close();
      expect(areOrders(await (await reopen()).lease('tiktok', 10))).toEqual(all);
    });

    test('nextDueMs is undefined, now, or a later time', async () => {
      const { log, clock } = await setUp({ shops: waiting(500) });
      expect(await log.nextDueMs('tiktok')).toBeUndefined();
      await log.accept([order('1', { messageId: 'held' })]);
      expect(await log.nextDueMs('tiktok')).toBe(START_MS + 500);
      await append(log, named('a'));
      expect(await log.nextDueMs('tiktok')).toBe(START_MS);
      await drain(log, 'tiktok');
      expect(await log.nextDueMs('tiktok')).toBe(START_MS + 500);
      clock.nowMs += 900;
      expect(await log.nextDueMs('tiktok')).toBe(clock.nowMs);
      await drain(log, 'tiktok');
      expect(await log.nextDueMs('tiktok')).toBeUndefined();
    });

    test('a slow consumer does not delay the others', async () => {
      const { log } = await setUp({ consumers: [TIKTOK, CUSTOMERIO] });
      await append(log, ...Array.from({ length: 50 }, (_, index) => named(`m${index}`)));
      expect(await log.lease('customerio', 1)).toHaveLength(1);
      expect(await drain(log, 'tiktok')).toHaveLength(50);
      expect(await log.depth('tiktok')).toMatchObject({ waiting: 0 });
      expect(await log.depth('customerio')).toMatchObject({ waiting: 50 });
    });

    test('depth counts new, leased, waiting and held events and the age of the oldest; a restart changes nothing', async () => {
      const { log, clock, reopen } = await setUp({ shops: waiting(DAY_MS) });
      expect(await log.depth('tiktok')).toEqual({ waiting: 0, deadLetters: 0, oldestAgeMs: 0 });
      await append(log, named('a'), named('b', receivedAt(START_MS + 1000)));
      await log.accept([
        order('1', { messageId: 'held', ...receivedAt(START_MS + 2000) }),
        { event: named('new', receivedAt(START_MS + 3000)) },
      ]);
      clock.nowMs += 10_000;
      const [a, b] = await log.lease('tiktok', 2);
      b?.retry(DAY_MS, 'throttled');
      expect(await log.depth('tiktok')).toEqual({ waiting: 4, deadLetters: 0, oldestAgeMs: 10_000 });
      a?.ack();
      expect(await log.depth('tiktok')).toEqual({ waiting: 3, deadLetters: 0, oldestAgeMs: 9000 });
      await log.close();
      const later = await reopen();
      expect(await later.depth('tiktok')).toEqual({ waiting: 3, deadLetters: 0, oldestAgeMs: 9000 });
    });

    test('closing waits for what was appended and acknowledged before it', async () => {
      const { log, reopen } = await setUp();
      await append(log, ...Array.from({ length: 100 }, (_, index) => named(`m${index}`)));
      ackAll(await log.lease('tiktok', 60));
      const late = append(log, named('late'));
      await log.close();
      expect(await late).toEqual({ stored: 1, duplicates: 0 });
      expect(await (await reopen()).depth('tiktok')).toMatchObject({ waiting: 41 });
    });
  });

  describe(`${name}: dead letters`, () => {
    /** Three events, all dead-lettered a second apart. */
    async function withDeadLetters(consumers = [TIKTOK]) {
      const parts = await setUp({ consumers });
      await append(parts.log, named('a'), named('b'), named('c'));
      for (const delivery of await parts.log.lease('tiktok', 10)) {
        delivery.deadLetter('rejected', `no ${delivery.event.messageId}`);
        await parts.log.depth('tiktok');
        parts.clock.nowMs += SECOND_MS;
      }
      return parts;
    }

    test("keep the reason, the API's own words and the attempt, newest first, page by page", async () => {
      const { log } = await withDeadLetters();
      const [newest, older, ...rest] = await log.deadLetters({ limit: 2 });
      expect(newest).toMatchObject({
        consumer: 'tiktok',
        event: { messageId: 'c' },
        reason: 'rejected',
        answer: 'no c',
        attempt: 1,
        at: new Date(START_MS + 2 * SECOND_MS).toISOString(),
      });
      expect(older?.event.messageId).toBe('b');
      expect(rest).toEqual([]);
      const page = await log.deadLetters({ consumer: 'tiktok', limit: 10, before: older?.id ?? 0 });
      expect(page.map((one) => one.event.messageId)).toEqual(['a']);
      expect(await log.deadLetters({ consumer: 'somebody-else', limit: 10 })).toEqual([]);
    });

    test('an answer is cut at 2,000 characters, and may be absent', async () => {
      const { log } = await setUp();
      await append(log, named('a'), named('b'));
      const [a, b] = await log.lease('tiktok', 10);
      a?.deadLetter('mapping-failed');
      b?.deadLetter('rejected', 'x'.repeat(5000));
      const [long, none] = await log.deadLetters({ limit: 10 });
      expect(long?.answer).toBe('x'.repeat(2000));
      expect(none && 'answer' in none).toBe(false);
    });

    test('are not delivered, not counted as waiting, and survive a restart', async () => {
      const { log, reopen } = await withDeadLetters();
      await log.close();
      const later = await reopen();
      expect(await later.lease('tiktok', 10)).toEqual([]);
      expect(await later.depth('tiktok')).toEqual({ waiting: 0, deadLetters: 3, oldestAgeMs: 0 });
      expect(await later.nextDueMs('tiktok')).toBeUndefined();
    });

    test('replayed by id, they are first attempts again, oldest first', async () => {
      const { log } = await withDeadLetters();
      const [c, , a] = await log.deadLetters({ limit: 10 });
      expect(await log.replayDeadLetters({ ids: [c?.id ?? 0, a?.id ?? 0, 999] })).toBe(2);
      const deliveries = await log.lease('tiktok', 10);
      expect(ids(deliveries)).toEqual(['a', 'c']);
      expect(deliveries.map(({ attempt }) => attempt)).toEqual([1, 1]);
      expect(await log.depth('tiktok')).toMatchObject({ waiting: 2, deadLetters: 1 });
    });

    test('replayed or discarded by consumer, the others keep theirs', async () => {
      const { log } = await withDeadLetters([TIKTOK, CUSTOMERIO]);
      for (const delivery of await log.lease('customerio', 10)) delivery.deadLetter('too-large');
      expect(await log.replayDeadLetters({ consumer: 'tiktok' })).toBe(3);
      expect(ids(await log.lease('tiktok', 10))).toEqual(['a', 'b', 'c']);
      expect(await log.depth('customerio')).toMatchObject({ waiting: 0, deadLetters: 3 });
      expect(await log.discardDeadLetters({ consumer: 'customerio' })).toBe(3);
      expect(await log.depth('customerio')).toMatchObject({ waiting: 0, deadLetters: 0 });
      expect(await log.deadLetters({ limit: 10 })).toEqual([]);
    });

    test('named twice, one is replayed once and discarded once', async () => {
      const { log } = await withDeadLetters();
      const [c, b] = await log.deadLetters({ limit: 10 });
      expect(await log.replayDeadLetters({ ids: [c?.id ?? 0, c?.id ?? 0] })).toBe(1);
      expect(await log.discardDeadLetters({ ids: [b?.id ?? 0, b?.id ?? 0] })).toBe(1);
      expect(await log.depth('tiktok')).toMatchObject({ waiting: 1, deadLetters: 1 });
    });

    test('those of some events of a consumer are replayed or discarded', async () => {
      const { log } = await withDeadLetters([TIKTOK, CUSTOMERIO]);
      for (const delivery of await log.lease('customerio', 10)) delivery.deadLetter('too-large');
      expect(await log.discardDeadLetters({ consumer: 'tiktok', seqs: [1, 3, 99] })).toBe(2);
      expect(await log.replayDeadLetters({ consumer: 'tiktok', seqs: [1, 2, 3] })).toBe(1);
      expect(ids(await log.lease('tiktok', 10))).toEqual(['b']);
      expect(await log.depth('tiktok')).toMatchObject({ waiting: 1, deadLetters: 0 });
      expect(await log.depth('customerio')).toMatchObject({ waiting: 0, deadLetters: 3 });
    });

    test('everything since a time can be delivered again, dead letters included', async () => {
      const { log } = await setUp({ consumers: [TIKTOK, CUSTOMERIO] });
      const times = [0, 1, 2, 3, 4].map((hour) => START_MS + hour * 3600 * SECOND_MS);
      await append(log, ...times.map((ms, index) => named(`m${index}`, receivedAt(ms))));
      const deliveries = await log.lease('tiktok', 4);
      deliveries[2]?.deadLetter('rejected');
      for (const index of [0, 1, 3]) deliveries[index]?.ack();
      await drain(log, 'customerio');
      expect(await log.replaySince('tiktok', times[1] ?? 0)).toBe(3);
      expect(await log.depth('tiktok')).toMatchObject({ waiting: 4, deadLetters: 0 });
      expect(await drain(log, 'tiktok')).toEqual(['m1', 'm2', 'm3', 'm4']);
      expect(await log.lease('customerio', 10)).toEqual([]);
    });
  });

  describe(`${name}: sent again`, () => {
    /** The numbers of the events, in the order in which they were stored. */
    async function seqsOf(log: Store, consumer: string): Promise<number[]> {
      const deliveries = await log.lease(consumer, 100);
      for (const delivery of deliveries) delivery.retry(0, 'deferred');
      return deliveries.map(({ seq }) => seq);
    }

    test('whatever became of them, events are first attempts again, and wait since then', async () => {
      const { log, clock, reopen } = await setUp();
      await append(log, ...['sent', 'skipped', 'dead', 'waits', 'other'].map((id) => named(id)));
      const deliveries = await log.lease('tiktok', 5);
      const seqs = deliveries.map(({ seq }) => seq);
      deliveries[0]?.ack();
      deliveries[1]?.skip('consent');
      deliveries[2]?.deadLetter('rejected', 'no');
      deliveries[3]?.retry(HOUR_MS, 'throttled');
      deliveries[4]?.ack();
      await append(log, named('new'));
      clock.nowMs += 60_000;
      const wanted = [...seqs.slice(0, 4), (seqs[4] ?? 0) + 1];
      expect(await log.requeue('tiktok', wanted)).toEqual({
        requeued: 3,
        queued: 2,
        notFound: 0,
        changed: 0,
      });
      expect(await log.depth('tiktok')).toEqual({
        waiting: 5,
        deadLetters: 0,
        oldestAgeMs: 60_000,
      });
      await log.close();
      const later = await reopen();
      expect(await later.depth('tiktok')).toMatchObject({ waiting: 5, deadLetters: 0 });
      const due = await later.lease('tiktok', 10);
      expect(ids(due)).toEqual(['sent', 'skipped', 'dead', 'waits', 'new']);
      expect(due.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 2, 1]);
      expect(due[0]).toMatchObject({ waitingSinceMs: clock.nowMs });
      expect(due[0]?.uncertainSinceMs).toBeUndefined();
      ackAll(due);
      expect(await later.depth('tiktok')).toEqual({ waiting: 0, deadLetters: 0, oldestAgeMs: 0 });
    });

    test('what came to something else since it was shown stays as it is', async () => {
      const { log } = await setUp();
      await append(log, named('dead'), named('skipped'), named('discarded'));
      const [dead, skipped, discarded] = await log.lease('tiktok', 3);
      dead?.deadLetter('rejected', 'no');
      skipped?.skip('consent');
      discarded?.deadLetter('rejected', 'no');
      const seqs = [dead, skipped, discarded].map((delivery) => delivery?.seq ?? 0);
      const [row] = await log.history({ limit: 1 });
      const shown = (isDead: boolean) => ({
        shown: { isDead, historyId: row?.id ?? 0 },
      });
      await log.discardDeadLetters({ consumer: 'tiktok', seqs: seqs.slice(2) });
      const both = async () => [
        await log.requeue('tiktok', [seqs[0] ?? 0, seqs[2] ?? 0], shown(true)),
        await log.requeue('tiktok', [seqs[1] ?? 0], shown(false)),
      ];
      const none = { requeued: 0, queued: 0, notFound: 0, changed: 0 };
      expect(await both()).toEqual([
        { ...none, requeued: 1, changed: 1 },
        { ...none, requeued: 1 },
      ]);
      expect(await both()).toEqual([
        { ...none, queued: 1, changed: 1 },
        { ...none, queued: 1 },
      ]);
      for (const delivery of await log.lease('tiktok', 9)) delivery.skip('unmapped');
      expect(await both()).toEqual([
        { ...none, changed: 2 },
        { ...none, changed: 1 },
      ]);
    });

    test('what is queued keeps its place: leased, waiting for a retry, held, or not leased yet', async () => {
      const { log, clock } = await setUp({ shops: waiting(HOUR_MS) });
      await append(log, named('leased'), named('retried'));
      await log.accept([order('1')]);
      const [leased, retried] = await log.lease('tiktok', 10);
      retried?.retry(HOUR_MS, 'throttled');
      await append(log, named('new'));
      const all = Array.from({ length: 8 }, (_, index) => index + 1);
      const { requeued, queued } = await log.requeue('tiktok', all);
      expect({ requeued, queued }).toEqual({ requeued: 0, queued: 4 });
      expect(ids(await log.lease('tiktok', 10))).toEqual(['new']);
      clock.nowMs += HOUR_MS;
      leased?.ack();
      expect(await log.depth('tiktok')).toMatchObject({ waiting: 3 });
    });

    test('events that are gone, of another shop or for statistics alone are counted as not found', async () => {
      const { log, clock } = await setUp({ consumers: [TIKTOK, STATISTICS, OTHER_SHOP] });
      await append(log, named('old'), event({ shop: 'other', messageId: 'theirs' }));
      await drain(log, 'tiktok');
      await drain(log, 'statistics');
      await drain(log, 'tiktok-other');
      clock.nowMs += 31 * DAY_MS;
      await log.retain();
      await log.accept([order('1')]);
      await drain(log, 'tiktok');
      const all = Array.from({ length: 8 }, (_, index) => index + 1);
      expect(await log.requeue('tiktok', [...all, ...all])).toEqual({
        requeued: 1,
        queued: 0,
        notFound: 7,
        changed: 0,
      });
      expect(await drain(log, 'tiktok')).toHaveLength(1);
      await expect(log.requeue('nobody', [1])).rejects.toMatchObject({ name: 'RangeError' });
    });

    test('a destination that was added later is sent what was stored before', async () => {
      const { log, reopen } = await setUp();
      await append(log, named('a'), named('b'));
      const seqs = await seqsOf(log, 'tiktok');
      await log.close();
      const later = await reopen({ consumers: [TIKTOK, CUSTOMERIO] });
      expect(await later.lease('customerio', 10)).toEqual([]);
      expect(await later.requeue('customerio', seqs)).toEqual({
        requeued: 2,
        queued: 0,
        notFound: 0,
        changed: 0,
      });
      await append(later, named('c'));
      expect(ids(await later.lease('customerio', 10))).toEqual(['a', 'b', 'c']);
      expect(await later.depth('tiktok')).toMatchObject({ waiting: 3 });
    });

    test.each(['requeue', 'replaySince'] as const)(
      'an order that is still held is due when its hold ends, at a destination added meanwhile too: %s',
      async (method) => {
        const shops = waiting(HOUR_MS, { ordersFrom: 'platform', hasPlatform: true });
        const { log, clock, reopen } = await setUp({ shops });
        await log.accept([order('1', { source: 'platform', messageId: 'placed' })]);
        await log.close();
        const later = await reopen({ consumers: [TIKTOK, CUSTOMERIO] });
        const again = () =>
          method === 'requeue' ? later.requeue('customerio', [1, 2]) : later.replaySince('customerio', 0);
        expect(await again()).toEqual(
          method === 'requeue' ? { requeued: 1, queued: 0, notFound: 1, changed: 0 } : 1,
        );
        expect(await later.lease('customerio', 10)).toEqual([]);
        expect(await later.nextDueMs('customerio')).toBe(START_MS + HOUR_MS);
        expect(await later.depth('customerio')).toMatchObject({ waiting: 1 });
        const paid = { event: 'Order Updated', properties: { financial_status: 'paid', coupon: 'TEA' } };
        await later.accept([order('1', { source: 'platform', messageId: 'paid', ...paid })]);
        clock.nowMs += HOUR_MS;
        const due = (await later.lease('customerio', 10)).map((delivery) => delivery.event);
        const orders = (await later.lease('tiktok', 10)).map((delivery) => delivery.event);
        expect(due[0]).toMatchObject({ orderKey: 'order:1', eventId: 'order:1' });
        expect(due[0]).toEqual(orders[0]);
      },
    );

    test('listeners are called at once, so that an idle worker begins', async () => {
      const { log } = await setUp();
      await append(log, named('a'));
      const [one] = await log.lease('tiktok', 1);
      one?.deadLetter('rejected');
      let calls = 0;
      onTestFinished(log.onAppended(() => calls++));
      const callsOf = async (replay: Promise<unknown>) => {
        const before = calls;
        await replay;
        return calls - before;
      };
      expect(await callsOf(log.replayDeadLetters({ consumer: 'tiktok' }))).toBeGreaterThan(0);
      expect(await callsOf(log.replaySince('tiktok', 0))).toBeGreaterThan(0);
      expect(await callsOf(log.requeue('tiktok', [1]))).toBeGreaterThan(0);
    });

    test('many at once, while others lease and append', async () => {
      const { log } = await setUp();
      const count = 3_000;
      await append(log, ...Array.from({ length: count }, (_, index) => named(`m${index}`)));
      await drain(log, 'tiktok');
      const seqs = Array.from({ length: count }, (_, index) => index + 1);
      const requeued = log.requeue('tiktok', seqs);
      await append(log, named('new'));
      expect(await requeued).toEqual({
        requeued: count,
        queued: 0,
        notFound: 0,
        changed: 0,
      });
      expect(await log.depth('tiktok')).toMatchObject({ waiting: count + 1 });
      expect(new Set(await drain(log, 'tiktok')).size).toBe(count + 1);
      expect(await log.depth('tiktok')).toMatchObject({ waiting: 0 });
    });
  });

  describe(`${name}: encrypted PII`, () => {
    const PII_CONSUMERS = [TIKTOK, CUSTOMERIO, SHOPLINE];
    const withPii = (messageId: string) => ({ event: named(messageId), encryptedPii: `pii of ${messageId}` });

    test('is handed only to consumers that decrypt it', async () => {
      const { log } = await setUp({ consumers: PII_CONSUMERS });
      await log.accept([withPii('a')]);
      expect((await leaseOne(log, 'customerio')).encryptedPii).toBe('pii of a');
      expect('encryptedPii' in (await leaseOne(log, 'tiktok'))).toBe(false);
    });

    test('stays through retries and dead letters, and is deleted with the last settlement', async () => {
      const { log } = await setUp({ consumers: PII_CONSUMERS });
      await log.accept([withPii('a')]);
      (await leaseOne(log, 'shopline')).deadLetter('rejected');
      (await leaseOne(log, 'customerio')).retry(0, 'throttled');
      const again = await leaseOne(log, 'customerio');
      expect(again.encryptedPii).toBe('pii of a');
      again.ack();
      await log.replayDeadLetters({ consumer: 'shopline' });
      const last = await leaseOne(log, 'shopline');
      expect(last.encryptedPii).toBe('pii of a');
      last.ack();
      await log.replaySince('customerio', 0);
      expect('encryptedPii' in (await leaseOne(log, 'customerio'))).toBe(false);
    });

    test('stays for a consumer whose cursor has not reached the event', async () => {
      const { log } = await setUp({ consumers: PII_CONSUMERS });
      await log.accept([withPii('a')]);
      (await leaseOne(log, 'customerio')).ack();
      await log.retain();
      expect((await leaseOne(log, 'shopline')).encryptedPii).toBe('pii of a');
    });

    test('is deleted with the last dead letter that needs it', async () => {
      const { log } = await setUp({ consumers: [TIKTOK, CUSTOMERIO] });
      await log.accept([withPii('a')]);
      (await leaseOne(log, 'customerio')).deadLetter('rejected');
      await log.discardDeadLetters({ consumer: 'customerio' });
      await log.replaySince('customerio', 0);
      expect('encryptedPii' in (await leaseOne(log, 'customerio'))).toBe(false);
    });

    test('is deleted when its consumer no longer decrypts PII', async () => {
      const { log, reopen } = await setUp({ consumers: PII_CONSUMERS });
      await log.accept([withPii('a')]);
      await log.close();
      const hashed = await reopen({
        consumers: PII_CONSUMERS.map((consumer) => ({
          ...consumer,
          decryptsPii: false,
          audience: 'destinations',
        })),
      });
      await hashed.retain();
      await hashed.close();
      expect('encryptedPii' in (await leaseOne(await reopen(), 'customerio'))).toBe(false);
    });
  });

  describe(`${name}: retention and erasure`, () => {
    test('delivered events leave after the retention, dead letters as long after their death; waiting ones stay', async () => {
      const { log, clock } = await setUp({ consumers: [TIKTOK, CUSTOMERIO], retentionMs: DAY_MS });
      await append(log, ...['done', 'half', 'retry', 'dead'].map((id) => named(id)));
      const [done, half, retry, dead] = await log.lease('tiktok', 10);
      for (const delivery of [done, half]) delivery?.ack();
      retry?.retry(DAY_MS, 'throttled');
      for (const delivery of await log.lease('customerio', 10)) {
        if (delivery.event.messageId !== 'half') delivery.ack();
      }
      clock.nowMs = START_MS + HOUR_MS;
      dead?.deadLetter('rejected');
      await append(log, named('young', receivedAt(START_MS + DAY_MS)));
      await drain(log, 'tiktok');
      clock.nowMs = START_MS + DAY_MS;
      expect(await log.retain()).toBe(0);
      clock.nowMs += 1;
      expect(await log.retain()).toBe(1);
      clock.nowMs = START_MS + DAY_MS + HOUR_MS;
      expect(await log.retain()).toBe(0);
      expect(await log.deadLetters({ limit: 10 })).toHaveLength(1);
      clock.nowMs += 1;
      expect(await log.retain()).toBe(1);
      expect(await log.depth('tiktok')).toMatchObject({ deadLetters: 0 });
      expect(await log.replaySince('tiktok', 0)).toBe(2);
      expect((await drain(log, 'tiktok')).sort()).toEqual(['half', 'retry', 'young']);
    });

    test('an append during a long retention does not wait for its end', async () => {
      const { log, clock } = await setUp({ retentionMs: DAY_MS });
      await append(log, ...Array.from({ length: 3000 }, (_, index) => named(`m${index}`)));
      await drain(log, 'tiktok');
      clock.nowMs += 2 * DAY_MS;
      const order: string[] = [];
      await Promise.all([
        log.retain().then((removed) => order.push(`retained ${removed}`)),
        append(log, named('new', receivedAt(clock.nowMs))).then(() => order.push('appended')),
      ]);
      expect(order).toEqual(['appended', 'retained 3000']);
      expect(ids(await log.lease('tiktok', 10))).toEqual(['new']);
    });

    test('a person is erased with what trusted voices linked to them, and no other person is', async () => {
      const { log } = await setUp({ consumers: [TIKTOK, CUSTOMERIO, OTHER_SHOP] });
      const email = 'e'.repeat(64);
      const person: ProtectedEvent['identity'][] = [
        { userId: 'user-1', emailSha256: email },
        { anonymousId: 'phone' },
        { anonymousId: 'laptop', userId: 'user-1' },
        { anonymousId: 'phone', emailSha256: email },
        { userId: 'user-2', previousId: 'user-1' },
      ];
      await append(
        log,
        ...person.map((identity, index) =>
          named(`p${index}`, { identity, source: identity.anonymousId === undefined ? 'server' : 'browser' }),
        ),
      );
      await append(
        log,
        named('other-person', { identity: { anonymousId: 'x', userId: 'user-3' } }),
        named('other-shop', { shop: 'other', identity: { anonymousId: 'phone' } }),
      );
      const [waiting, dead] = await log.lease('tiktok', 2);
      const ids = await log.personOf('shop', ['user-1']);
      expect(ids.toSorted()).toEqual([email, 'user-1', 'user-2']);
      waiting?.retry(0, 'throttled');
      dead?.deadLetter('rejected', 'phone');
      const erased = await log.erase('shop', { ids });
      expect(erased).toMatchObject({ isFound: true, events: 5, mentions: 0 });
      expect(erased.browsers.sort()).toEqual(['laptop', 'phone']);
      expect(erased.userIds.sort()).toEqual(['user-1', 'user-2']);
      expect(await log.deadLetters({ limit: 10 })).toEqual([]);
      expect(await log.depth('tiktok')).toMatchObject({ waiting: 1, deadLetters: 0 });
      const leased = async (consumer: string) =>
        (await log.lease(consumer, 10)).map(({ event: { messageId } }) => messageId);
      expect(await leased('tiktok')).toEqual(['other-person']);
      expect(await leased('customerio')).toEqual(['other-person']);
      expect(await leased('tiktok-other')).toEqual(['other-shop']);
      expect(await append(log, named('p1'))).toEqual({ stored: 0, duplicates: 1 });
    });

    test('settling a delivery whose event was erased stores nothing', async () => {
      const { log } = await setUp();
      await append(log, named('a', { identity: { anonymousId: 'phone' } }));
      const delivery = await leaseOne(log);
      await log.erase('shop', { ids: ['phone'] });
      delivery.deadLetter('rejected');
      expect(await log.depth('tiktok')).toEqual({ waiting: 0, deadLetters: 0, oldestAgeMs: 0 });
    });

    test('erasing an unknown id changes nothing', async () => {
      const { log } = await setUp();
      await append(log, named('a'));
      expect(await log.erase('shop', { ids: ['nobody'] })).toMatchObject({
        isFound: false,
        events: 0,
        browsers: [],
      });
      expect(await log.depth('tiktok')).toMatchObject({ waiting: 1 });
    });

    test('an event appended after everything was erased is leased', async () => {
      const { log, reopen } = await setUp();
      await append(log, named('a', { identity: { anonymousId: 'phone' } }));
      await drain(log, 'tiktok');
      await log.erase('shop', { ids: ['phone'] });
      await log.close();
      const later = await reopen();
      await append(later, named('b'));
      expect(ids(await later.lease('tiktok', 10))).toEqual(['b']);
    });

    test('a purged shop is removed with its dedup keys; the other shop stays', async () => {
      const { log } = await setUp({ consumers: [TIKTOK, OTHER_SHOP] });
      await append(log, named('a'), named('b'), named('a', { shop: 'other' }));
      (await log.lease('tiktok', 1))[0]?.deadLetter('rejected');
      expect(await log.purge('shop')).toBe(2);
      expect(await log.depth('tiktok')).toEqual({ waiting: 0, deadLetters: 0, oldestAgeMs: 0 });
      expect(await log.depth('tiktok-other')).toMatchObject({ waiting: 1 });
      expect(await append(log, named('a'))).toEqual({ stored: 1, duplicates: 0 });
      expect(ids(await log.lease('tiktok', 10))).toEqual(['a']);
    });
  });
}
