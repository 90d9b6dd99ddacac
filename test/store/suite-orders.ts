import { describe, expect, onTestFinished, test } from 'vitest';
import type { LogOptions } from '../../server/store/open.ts';
import type { Consumer, Entry, Store } from '../../server/store/store.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { counted, order, waiting } from '../support/entries.ts';
import { event } from '../support/event.ts';
import { tempDir } from '../support/temp-dir.ts';

const SECOND_MS = 1000;
const DAY_MS = 24 * 60 * 60 * SECOND_MS;
const START_MS = Date.parse('2026-03-01T00:00:00.000Z');
const MERGE_MS = 30 * SECOND_MS;
const CART = 'cart-token-0001';
const CONSUMERS: Consumer[] = [
  { name: 'tiktok', shop: 'shop', decryptsPii: false, audience: 'destinations' },
  { name: 'customerio', shop: 'shop', decryptsPii: false, audience: 'destinations' },
  { name: 'statistics', shop: 'shop', decryptsPii: false, audience: 'statistics' },
];
const PLATFORM = waiting(MERGE_MS, { ordersFrom: 'platform', hasPlatform: true });
const BROWSER = waiting(MERGE_MS);

type Parts = Partial<ProtectedEvent>;

/** The shop system's report of an order. */
const platform = (orderId: string, parts: Parts = {}, beside: Partial<Entry> = {}) =>
  order(orderId, { source: 'platform', ...parts }, beside);
const page = (orderId: string, parts: Parts = {}, beside: Partial<Entry> = {}) =>
  order(orderId, { source: 'browser', ...parts }, beside);
const at = (ms: number) => ({ receivedAt: new Date(START_MS + ms).toISOString() });
const CLICK = { context: { tiktok: { ttclid: 'CLICK' }, ip: '198.51.100.7' } };
const withCart = { properties: { cart_token: CART } };

async function drain(log: Store, consumer = 'tiktok'): Promise<ProtectedEvent[]> {
  const all: ProtectedEvent[] = [];
  for (;;) {
    const deliveries = await log.lease(consumer, 200);
    if (deliveries.length === 0) return all;
    for (const delivery of deliveries) delivery.ack();
    all.push(...deliveries.map((delivery) => delivery.event));
  }
}
const names = (events: readonly ProtectedEvent[]) => events.map((one) => one.event);
const ids = (events: readonly ProtectedEvent[]) => events.map(({ messageId }) => messageId);

/**
 * Whose word counts, which order a report belongs to, and what is sent of it: the contract for any engine.
 *
 * @param strangers how many thousand events of a stranger wait before an order.
 */
export function describeOrders(
  name: string,
  open: (options: LogOptions) => Promise<Store>,
  strangers = 30,
): void {
  async function setUp(options: Partial<LogOptions> = {}) {
    const clock = { nowMs: START_MS };
    const settings: LogOptions = {
      dataDir: tempDir(),
      consumers: CONSUMERS,
      shops: PLATFORM,
      retentionMs: 30 * DAY_MS,
      clock: () => clock.nowMs,
      ...options,
    };
    const openOnce = async () => {
      const log = await open(settings);
      onTestFinished(() => log.close());
      return log;
    };
    const log = await openOnce();
    /** Lets the window of every order end, and delivers. */
    const later = (ms = 2 * MERGE_MS) => {
      clock.nowMs += ms;
    };
    return { log, clock, later, reopen: openOnce };
  }

  /** The shop system has reported its first order, so pages make none any more. */
  async function withPlatform(options: Partial<LogOptions> = {}) {
    const parts = await setUp(options);
    await parts.log.accept([platform('first')]);
    parts.later();
    for (const { name } of CONSUMERS) await drain(parts.log, name);
    parts.clock.nowMs = START_MS;
    return parts;
  }

  describe(`${name}: voices`, () => {
    test('the same messageId of two voices is two messages, of one voice one; a restart changes nothing', async () => {
      const { log, reopen } = await setUp();
      const of = (source: ProtectedEvent['source']) => ({ event: event({ messageId: 'm', source }) });
      const all = [of('browser'), of('server'), of('platform')];
      expect(counted(await log.accept([...all, ...all]))).toEqual({ stored: 3, duplicates: 3 });
      await log.close();
      expect(counted(await (await reopen()).accept(all))).toEqual({ stored: 0, duplicates: 3 });
    });

    test('the messageId of an order report is known after a restart', async () => {
      const { log, reopen } = await setUp();
      await log.accept([platform('1', { messageId: 'order' })]);
      await log.close();
      const again = { event: event({ messageId: 'order', source: 'platform' }) };
      expect(counted(await (await reopen()).accept([again]))).toEqual({ stored: 0, duplicates: 1 });
    });

    test.each([
      ['with statistics', CONSUMERS],
      ['without statistics', CONSUMERS.filter(({ audience }) => audience === 'destinations')],
    ])(
      'the messageIds of order reports are known after two orders turned out to be one, %s',
      async (_, consumers) => {
        const { log, reopen } = await setUp({ consumers });
        const reports = [
          platform('OID-1', { messageId: 'by-id' }),
          platform('1001', { messageId: 'by-number' }),
          platform('OID-1', { messageId: 'both', properties: { order_number: '1001' } }),
          platform('OID-1', { messageId: 'adds-nothing' }),
        ];
        for (const report of reports) await log.accept([report]);
        const repeated = ['by-id', 'by-number', 'both', 'adds-nothing'].map((messageId) => ({
          event: event({ messageId, source: 'platform' }),
        }));
        expect(counted(await log.accept(repeated)).duplicates).toBe(4);
        await log.close();
        expect(counted(await (await reopen()).accept(repeated)).duplicates).toBe(4);
      },
    );

    test(`${strangers},000 events of a stranger wait: the shop’s order goes first, after a restart too`, async () => {
      const { log, reopen } = await withPlatform({
        shops: waiting(0, { ordersFrom: 'platform', hasPlatform: true }),
      });
      for (let count = 0; count < strangers; count++)
        await log.accept(Array.from({ length: 1_000 }, () => ({ event: event() })));
      await log.accept([platform('1', { messageId: 'genuine' })]);
      const leased = await log.lease('tiktok', 50);
      expect(ids(leased.map((delivery) => delivery.event)).slice(0, 1)).toEqual(['genuine']);
      expect(leased).toHaveLength(50);
      await log.accept([platform('2', { messageId: 'next' })]);
      await log.close();
      const later = await reopen();
      expect(await later.depth('tiktok')).toMatchObject({ waiting: strangers * 1_000 + 2 });
      const [first] = await later.lease('customerio', 1);
      expect(first?.event.messageId).toBe('genuine');
      const again = await later.lease('tiktok', 50);
      expect(ids(again.map((delivery) => delivery.event)).slice(0, 2)).toEqual(['genuine', 'next']);
      expect(again).toHaveLength(50);
    });

    test(`${strangers * 100} retries of a stranger are due: the shop’s order goes first once its window ended, and so does its retry`, async () => {
      const { log, later, clock } = await withPlatform();
      await log.accept(Array.from({ length: strangers * 100 }, () => ({ event: event() })));
      for (const delivery of await log.lease('tiktok', strangers * 100))
        delivery.retry(1_000, 'server-error');
      await log.accept([platform('1', { messageId: 'genuine', ...at(0) })]);
      expect(await log.lease('tiktok', 10)).toEqual([]);
      later();
      const [first] = await log.lease('tiktok', 50);
      expect(first?.event.messageId).toBe('genuine');
      first?.retry(5_000, 'server-error');
      clock.nowMs += 5_000;
      expect((await log.lease('tiktok', 50))[0]?.event.messageId).toBe('genuine');
    });

    test('a quarter of a lease is for the others while both wait', async () => {
      const { log } = await setUp({ shops: BROWSER });
      const many = (source: ProtectedEvent['source']) =>
        Array.from({ length: 200 }, () => ({ event: event({ source }) }));
      await log.accept([...many('browser'), ...many('server')]);
      const leased = await log.lease('tiktok', 100);
      const tally = (source: string) => leased.filter((one) => one.event.source === source).length;
      expect([tally('server'), tally('browser')]).toEqual([75, 25]);
    });

    test('a page makes orders until the shop system has reported its first', async () => {
      const { log, later, reopen } = await setUp();
      await log.accept([page('1', { messageId: 'before' })]);
      await log.accept([platform('2', { messageId: 'first' })]);
      await log.accept([page('3', { messageId: 'after' })]);
      later();
      expect(ids(await drain(log)).sort()).toEqual(['before', 'first']);
      await log.close();
      const again = await reopen();
      await again.accept([page('4')]);
      later();
      expect(await drain(again)).toEqual([]);
    });
  });

  describe(`${name}: evidence`, () => {
    test('a forged order blocks nothing, is counted nowhere and is stored once per browser', async () => {
      const { log, later } = await withPlatform();
      const forged = Array.from({ length: 50 }, (_, number) =>
        page(`${7000 + number}`, { identity: { anonymousId: 'stranger' }, integrations: { all: false } }),
      );
      expect(counted(await log.accept(forged))).toEqual({ stored: 50, duplicates: 0 });
      const again = page('7000', { identity: { anonymousId: 'stranger' } });
      expect(counted(await log.accept([again]))).toEqual({ stored: 0, duplicates: 1 });
      await log.accept([platform('7000', { messageId: 'genuine', properties: { total: 500 } })]);
      later();
      expect(await drain(log)).toMatchObject([{ messageId: 'genuine', properties: { total: 500 } }]);
      expect(ids(await drain(log, 'statistics'))).toEqual(['genuine']);
    });

    test.each(['page first', 'page last'])(
      'a shown cart token joins the page to its order: %s',
      async (which) => {
        const { log, later } = await withPlatform();
        const shown = page('1', {
          messageId: 'page',
          ...CLICK,
          ...withCart,
          identity: { anonymousId: 'buyer' },
        });
        const genuine = platform('1', { messageId: 'genuine', ...withCart });
        const accepted = await log.accept(which === 'page first' ? [shown, genuine] : [genuine, shown]);
        expect(accepted.at(-1)).toMatchObject({ isStored: true, orderId: '1' });
        later();
        expect(await drain(log)).toMatchObject([
          {
            ...{ event: 'Order Completed', messageId: 'genuine', orderId: '1', eventId: 'order:1' },
            ...{ context: { tiktok: { ttclid: 'CLICK' } }, identity: { anonymousId: 'buyer' } },
          },
        ]);
        const reports = await drain(log, 'statistics');
        expect(ids(reports).sort()).toEqual(['genuine', 'page']);
        expect(reports.every(({ orderId }) => orderId === '1')).toBe(true);
      },
    );

    test('a token that is shown only after the window does not join', async () => {
      const { log, later } = await withPlatform();
      await log.accept([platform('1', withCart)]);
      later();
      await log.accept([page('1', { ...CLICK, ...withCart, ...at(2 * MERGE_MS) })]);
      const [sent] = await drain(log);
      expect(sent?.context.tiktok).toBeUndefined();
    });

    test.each([
      { proof: 'no witness', pages: [undefined], joins: false },
      { proof: 'the same address', pages: ['home'], joins: true },
      { proof: 'another address', pages: ['elsewhere'], joins: false },
      { proof: 'the same address of two visitors', pages: ['home', 'home'], joins: false },
    ])('a guessable number joins only with a witness: $proof', async ({ pages, joins }) => {
      const { log, later } = await withPlatform();
      const shown = pages.map((witness, number) =>
        page('5001', { ...CLICK, identity: { anonymousId: `v${number}` } }, witness ? { witness } : {}),
      );
      await log.accept(shown);
      await log.accept([platform('5001', {}, { witness: 'home' })]);
      later();
      const [sent] = await drain(log);
      expect(sent?.context.tiktok?.ttclid).toBe(joins ? 'CLICK' : undefined);
    });

    test('what a browser showed while another user was identified enriches nothing', async () => {
      const { log, later } = await withPlatform();
      const shown = { ...CLICK, ...withCart, identity: { anonymousId: 'shared', userId: 'bob' } };
      await log.accept([page('1', shown)]);
      await log.accept([platform('1', { ...withCart, identity: { userId: 'ann' } })]);
      later();
      const [sent] = await drain(log);
      expect(sent?.identity).toEqual({ userId: 'ann' });
      expect(sent?.context.tiktok).toBeUndefined();
    });
  });

  describe(`${name}: one order`, () => {
    test('two orders that turn out to be one are one: one stage, one id, and statistics learn of it', async () => {
      const { log, later } = await setUp({ shops: BROWSER });
      await log.accept([page('1001', { messageId: 'by number' })]);
      await log.accept([page('OID-1', { messageId: 'by id' })]);
      const both = page('OID-1', { messageId: 'both', properties: { order_number: '1001' } });
      expect((await log.accept([both]))[0]?.orderId).toBe('1001');
      later();
      expect(await drain(log)).toMatchObject([{ event: 'Order Completed', orderId: '1001' }]);
      const merges = (await drain(log, 'statistics')).filter((one) => one.event === 'Order Merged');
      expect(merges.map(({ properties }) => properties)).toEqual([{ from: 'OID-1', to: '1001' }]);
    });

    test('a stage is frozen when it is leased first: every destination gets the same, after a restart too', async () => {
      const { log, later, reopen } = await setUp({ shops: BROWSER });
      await log.accept([page('1', { properties: { total: 10 } })]);
      later();
      const [first] = await drain(log);
      await log.accept([page('1', { properties: { total: 99 }, ...at(MERGE_MS) })]);
      await log.close();
      const again = await reopen();
      expect(await drain(again, 'customerio')).toEqual([first]);
      expect(await drain(again)).toEqual([]);
    });

    const paid = { event: 'Order Updated', properties: { financial_status: 'paid' } };
    const cancelled = { event: 'Order Cancelled' };
    const refund = (id: string) => ({ event: 'Order Refunded', properties: { refund_id: id } });
    test.each<{ reports: Parts[]; sent: string[] }>([
      { reports: [{}, {}, {}], sent: ['Order Completed'] },
      { reports: [paid, {}], sent: ['Order Completed', 'Order Updated'] },
      { reports: [{}, paid, paid], sent: ['Order Completed', 'Order Updated'] },
      { reports: [cancelled, {}, paid], sent: ['Order Cancelled'] },
      { reports: [{}, cancelled, paid], sent: ['Order Completed', 'Order Cancelled'] },
      {
        reports: [refund('R1'), {}, refund('R1'), refund('R2')],
        sent: ['Order Completed', 'Order Refunded', 'Order Refunded'],
      },
    ])('reports $reports.length, stages $sent', async ({ reports, sent }) => {
      const { log, later } = await setUp();
      for (const [number, report] of reports.entries())
        await log.accept([platform('1', { messageId: `m${number}`, ...report })]);
      later();
      const stages = await drain(log);
      expect(names(stages).sort()).toEqual([...sent].sort());
      expect(new Set(stages.map(({ orderId }) => orderId))).toEqual(new Set(['1']));
    });

    test('a stage waits for its window from the first trusted report, a cancellation a second more', async () => {
      const { log, clock } = await withPlatform();
      await log.accept([platform('1'), platform('1', { ...cancelled, messageId: 'c' })]);
      clock.nowMs = START_MS + MERGE_MS - 1;
      expect(await drain(log)).toEqual([]);
      clock.nowMs = START_MS + MERGE_MS;
      expect(names(await drain(log))).toEqual(['Order Completed']);
      clock.nowMs = START_MS + MERGE_MS + SECOND_MS;
      expect(names(await drain(log))).toEqual(['Order Cancelled']);
    });
  });

  describe(`${name}: how long orders stay`, () => {
    const buyer = { identity: { userId: 'ann', emailSha256: 'e'.repeat(64) } };
    const refund = (id: string, receivedMs: number) =>
      platform('1', {
        ...{ event: 'Order Refunded', messageId: `refund ${id}`, ...at(receivedMs) },
        properties: { refund_id: id },
      });

    test('after the retention a refund still has its buyer, and nothing else of the order; after 400 days the order is gone', async () => {
      const { log, clock, later } = await withPlatform({ retentionMs: 5 * DAY_MS });
      await log.accept([platform('1', { ...buyer, context: { ip: '203.0.113.9' } })]);
      later();
      for (const { name } of CONSUMERS) await drain(log, name);
      clock.nowMs = START_MS + 60 * DAY_MS;
      await log.retain();
      await log.accept([refund('R1', 60 * DAY_MS), platform('1', { ...buyer, ...at(60 * DAY_MS) })]);
      later();
      const [sent, ...others] = await drain(log);
      expect(others).toEqual([]);
      expect(sent).toMatchObject({ event: 'Order Refunded', orderId: '1', identity: buyer.identity });
      expect(sent?.context.ip).toBeUndefined();
      clock.nowMs = START_MS + 401 * DAY_MS;
      await log.retain();
      await log.accept([platform('1', { messageId: 'a year later', ...at(401 * DAY_MS) })]);
      later();
      expect(ids(await drain(log))).toEqual(['a year later']);
    });

    test('an erased person is in no order, no evidence and no view any more; the order is not sent again', async () => {
      const { log, later } = await withPlatform();
      await log.accept([
        page('1', { ...CLICK, ...withCart, identity: { anonymousId: 'visitor-of-ann', userId: 'ann' } }),
        platform('1', { ...withCart, ...buyer }),
      ]);
      later();
      await drain(log);
      const erased = await log.erase('shop', { ids: ['ann'] });
      expect(erased).toMatchObject({ orders: ['1'], browsers: ['visitor-of-ann'], userIds: ['ann'] });
      expect(await log.accept([platform('1', { messageId: 'again' }), refund('R1', 0)])).toMatchObject([
        { isStored: false },
        { isStored: false },
      ]);
      later();
      expect(await drain(log)).toEqual([]);
    });

    test('what an erased visitor showed with a cart is in no later order of that cart', async () => {
      const { log, later } = await withPlatform();
      const shown = event({ ...CLICK, ...withCart, identity: { anonymousId: 'visitor-of-ann' } });
      await log.accept([{ event: { ...shown, source: 'browser' }, tokens: [CART] }]);
      await log.accept([platform('1', withCart)]);
      later();
      expect((await drain(log)).find(({ orderId }) => orderId === '1')).toMatchObject(CLICK);
      await log.erase('shop', { ids: ['visitor-of-ann'] });
      await log.accept([platform('2', withCart)]);
      later();
      const [sent] = await drain(log);
      expect(sent).toMatchObject({ orderId: '2' });
      expect(sent?.context.ip).toBeUndefined();
    });

    test('a checkout that no browser showed is sent as the shop system reported it', async () => {
      const { log } = await withPlatform();
      const checkout = event({
        ...{ source: 'platform', event: 'Checkout Started', orderKey: 'checkout:token-0001' },
        properties: { checkout_token: 'token-0001', value: 12 },
      });
      await log.accept([{ event: checkout }]);
      expect(await drain(log)).toMatchObject([checkout]);
    });

    test('a purged shop starts from nothing', async () => {
      const { log, later } = await withPlatform();
      await log.accept([platform('1'), page('2')]);
      await log.reserve('tiktok', ['order:1']);
      await log.purge('shop');
      expect(await log.find('tiktok', ['order:1'])).toEqual(new Map());
      await log.accept([platform('1', { messageId: 'anew' })]);
      later();
      expect(ids(await drain(log))).toEqual(['anew']);
    });
  });
}
