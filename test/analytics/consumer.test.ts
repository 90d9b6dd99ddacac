// @module-tag slow
import { expect, onTestFinished, test } from 'vitest';
import { type ConsumerParts, startConsumer } from '../../server/analytics/consumer.ts';
import type { AnalyticsDatabase } from '../../server/analytics/store/database.ts';
import { openSqliteAnalytics } from '../../server/analytics/store/open-sqlite.ts';
import { createTargets } from '../../server/analytics/targets.ts';
import { systemClock } from '../../server/lib/clock.ts';
import { NO_BACKPRESSURE } from '../../server/lib/yield-to-ingest.ts';
import { createCounters } from '../../server/observe/counters.ts';
import { openLog } from '../../server/store/open.ts';
import { type Delivery, type Entry, LogUnavailable, type Store } from '../../server/store/store.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { entryOf, waiting } from '../support/entries.ts';
import { event } from '../support/event.ts';
import { eventually } from '../support/eventually.ts';
import { tempDir } from '../support/temp-dir.ts';

const CONSUMER = 'statistics@shop';
const DAY = 86_400_000;

const landing = (parts: Partial<ProtectedEvent> = {}) =>
  event({
    type: 'page',
    identity: { anonymousId: 'ann' },
    context: { page: { url: 'https://shop.example/?utm_id=MA_1' } },
    ...parts,
  });
const order = (id: string, parts: Partial<ProtectedEvent> = {}) =>
  event({
    event: 'Order Completed',
    identity: { anonymousId: 'ann' },
    timestamp: '2026-03-01T00:01:00.000Z',
    properties: { order_id: id, total: 100 },
    ...parts,
  });
const unreadable = () => landing({ context: { page: { url: 5 as unknown as string } } });

async function setUp(dataDir = tempDir(), { mergeMs = 0 } = {}) {
  const consumers = [{ name: CONSUMER, shop: 'shop', decryptsPii: false, audience: 'statistics' as const }];
  const log = await openLog({ dataDir, consumers, shops: waiting(mergeMs), retentionMs: 3650 * DAY });
  const shops = { shop: { currency: 'TWD', attributionMs: 7 * DAY } };
  const store = await openSqliteAnalytics(dataDir, { shops });
  let isOpen = true;
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    await log.close();
    await store.close();
  };
  onTestFinished(close);
  const counters = createCounters();
  const state: ConsumerParts['state'] = {
    apply: (...reported) => store.transaction((methods) => methods.apply(...reported)),
  };
  return {
    dataDir,
    log,
    close,
    counters,
    append: (...events: ProtectedEvent[]) => log.accept(events.map(entryOf)),
    totals: () => totalsOf(store),
    state,
    start(parts: Partial<ConsumerParts> = {}) {
      const consumer = startConsumer({
        shop: 'shop',
        consumer: CONSUMER,
        log,
        state,
        rules: { currency: 'TWD', targets: createTargets({ attributionMs: 0, rules: [], flows: [] }) },
        clock: systemClock,
        yieldToIngest: NO_BACKPRESSURE,
        counters,
        logger: { info() {}, warn() {}, error() {} },
        ...parts,
      });
      onTestFinished(() => consumer.stop());
      return consumer;
    },
  };
}

const totalsOf = async (store: AnalyticsDatabase) =>
  (await store.transaction((methods) => methods.marketingTotals('shop', ['MA_1'])))[0];

/** The log as a consumer meets it that dies before what it settled is written down. */
const forgetsAcks = (log: Store): Store => ({
  ...log,
  lease: async (consumer, max) =>
    (await log.lease(consumer, max)).map((delivery) => ({ ...delivery, ack() {} })),
});

test('stored events are counted, and when the consumer has caught up they are in the totals', async () => {
  const { append, start, totals } = await setUp();
  const consumer = start();
  await append(landing(), order('1'));
  await consumer.caughtUp();
  expect(await totals()).toMatchObject({ landings: 1, orders: 1, amountHundredths: 10_000 });
  await append(order('2'));
  await consumer.caughtUp();
  expect(await totals()).toMatchObject({ orders: 2 });
});

test('events are acknowledged only after their facts are stored', async () => {
  const { append, log, start, state } = await setUp();
  const keeping = Promise.withResolvers<void>();
  const asked: number[] = [];
  start({
    state: {
      async apply(...reported) {
        asked.push((await log.depth(CONSUMER)).waiting);
        await keeping.promise;
        const leftOut = await state.apply(...reported);
        asked.push((await log.depth(CONSUMER)).waiting);
        return leftOut;
      },
    },
  });
  await append(landing(), order('1'));
  await eventually(
    () => asked.length,
    (calls) => calls > 0,
  );
  expect((await log.depth(CONSUMER)).waiting).toBe(2);
  keeping.resolve();
  await eventually(
    async () => (await log.depth(CONSUMER)).waiting,
    (waiting) => waiting === 0,
  );
  expect(asked).toEqual([2, 2]);
});

test('an event that cannot be counted becomes a dead letter, and the others of its round are counted', async () => {
  const { append, log, start, state, totals } = await setUp();
  const consumer = start({
    state: {
      async apply(shop, facts, visitors) {
        if (facts.orderReports.some(({ orderId }) => orderId === 'poison'))
          throw new TypeError('not in here');
        return state.apply(shop, facts, visitors);
      },
    },
  });
  await append(landing(), order('1'), order('poison'));
  await consumer.caughtUp();
  expect(await totals()).toMatchObject({ landings: 1, orders: 1 });
  expect(await log.depth(CONSUMER)).toMatchObject({ waiting: 0, deadLetters: 1 });
});

test('while the store fails events wait; afterwards each is counted once', async () => {
  const { append, counters, log, start, state, totals } = await setUp();
  let failures = 0;
  const errors: string[] = [];
  const consumer = start({
    state: {
      async apply(...reported) {
        if (failures++ < 2) throw new LogUnavailable('disk full');
        return state.apply(...reported);
      },
    },
    logger: { info() {}, warn() {}, error: (_facts, text) => void errors.push(text) },
  });
  const denied = { advertising: false, analytics: false, marketing: false };
  await append(landing(), order('1'), landing({ consent: denied }));
  await eventually(
    () => failures,
    (count) => count > 0,
  );
  expect((await log.depth(CONSUMER)).waiting).toBe(3);
  await consumer.caughtUp();
  expect(await totals()).toMatchObject({ landings: 1, orders: 1 });
  expect(errors).toHaveLength(2);
  expect(await log.depth(CONSUMER)).toMatchObject({ waiting: 0, deadLetters: 0 });
  const leftOut = counters.snapshot().filter(({ name }) => name === 'statistics_left_out');
  expect(leftOut.map(({ labels, value }) => [labels.reason, value])).toEqual([['consent', 1]]);
});

test('an unreadable event becomes a dead letter; the others are counted', async () => {
  const { append, log, start, totals } = await setUp();
  await append(landing(), unreadable(), order('1'));
  const consumer = start();
  await consumer.caughtUp();
  expect(await totals()).toMatchObject({ landings: 1, orders: 1 });
  expect(await log.depth(CONSUMER)).toMatchObject({ waiting: 0, deadLetters: 1 });
  const [dead] = await log.deadLetters({ consumer: CONSUMER, limit: 9 });
  expect(dead).toMatchObject({ reason: 'mapping-failed' });
});

test('killed after counting and before acknowledging, it counts nothing twice', async () => {
  const first = await setUp();
  await first.append(
    landing(),
    order('1'),
    event({ event: 'Product Added', identity: { anonymousId: 'ann' } }),
  );
  const killed = first.start({ log: forgetsAcks(first.log) });
  const counted = await eventually(first.totals, (totals) => totals?.orders === 1);
  await killed.stop();
  await first.close();
  const second = await setUp(first.dataDir);
  expect((await second.log.depth(CONSUMER)).waiting).toBe(3);
  await second.start().caughtUp();
  expect((await second.log.depth(CONSUMER)).waiting).toBe(0);
  expect(await second.totals()).toEqual(counted);
});

test('an order that waits for its other report is counted at once', async () => {
  const { append, start, totals } = await setUp(tempDir(), { mergeMs: DAY });
  const consumer = start();
  await append(landing(), order('1'));
  await consumer.caughtUp();
  expect(await totals()).toMatchObject({ orders: 1 });
});

const byCheckout = (parts: Partial<ProtectedEvent> = {}) =>
  order('', { ...parts, properties: { checkout_token: 'checkout-of-ann', total: 100, ...parts.properties } });

test.each<[string, ProtectedEvent[]]>([
  [
    'page, refund, webhook',
    [
      byCheckout(),
      event({
        source: 'platform',
        event: 'Order Refunded',
        properties: { order_id: '1', refund_id: 'r1', total: 40 },
      }),
      byCheckout({ source: 'platform', properties: { order_id: '1' } }),
    ],
  ],
  ['page, page that knows the number', [byCheckout(), byCheckout({ properties: { order_id: '1' } })]],
  ['page that knows the number, page', [byCheckout({ properties: { order_id: '1' } }), byCheckout()]],
  [
    'page, page that knows the number, webhook',
    [
      byCheckout(),
      byCheckout({ properties: { order_id: '1' } }),
      byCheckout({ source: 'platform', properties: { order_id: '1', order_number: '#2' } }),
    ],
  ],
])('an order known by its checkout first is one order: %s', async (_, reports) => {
  const { append, start, totals } = await setUp();
  const consumer = start();
  await append(landing());
  for (const report of reports) await append(report);
  await consumer.caughtUp();
  const refunded = reports.some(({ event: name }) => name === 'Order Refunded') ? 4_000 : 0;
  expect(await totals()).toMatchObject({ orders: 1, amountHundredths: 10_000 - refunded });
});

test.each([
  ['before', 0],
  ['after', 1],
])(
  "a visitor that showed a cart's token %s the webhook of its checkout showed none of the checkout's order",
  async (_, place) => {
    const { append, log, start, totals } = await setUp();
    const consumer = start();
    const [cart_token, checkout_token] = ['cart-of-the-visitor', 'checkout-of-the-buyer'];
    const shown = event({
      event: 'Product Added',
      identity: { anonymousId: 'ann' },
      timestamp: '2026-03-01T00:00:30.000Z',
      properties: { cart_token },
    });
    const checkout = event({
      source: 'platform',
      event: 'Checkout Started',
      identity: {},
      orderKey: `checkout:${checkout_token}`,
      timestamp: '2026-03-01T00:00:40.000Z',
      properties: { cart_token, checkout_token },
    });
    await append(landing());
    const entries: Entry[] = [{ event: checkout, tokens: [cart_token, checkout_token] }];
    entries.splice(place, 0, { event: shown, tokens: [cart_token] });
    for (const entry of entries) {
      await log.accept([entry]);
      await consumer.caughtUp();
    }
    const properties = { checkout_token, cart_token: 'cart-of-the-buyer' };
    await append(
      order('1', { source: 'platform', identity: {}, properties: { ...properties, order_id: '1' } }),
    );
    await consumer.caughtUp();
    expect(await totals()).toMatchObject({ landings: 1, carts: 1, checkouts: 1, orders: 0 });
  },
);

test('it stops at once while idle, and otherwise after the current round', async () => {
  const { append, start, state } = await setUp();
  const idle = start();
  await idle.caughtUp();
  const startedAtMs = performance.now();
  await idle.stop();
  expect(performance.now() - startedAtMs).toBeLessThan(2_000);

  const steps: string[] = [];
  const keeping = Promise.withResolvers<void>();
  const busy = start({
    state: {
      async apply(...reported) {
        steps.push('keeps');
        await keeping.promise;
        const leftOut = await state.apply(...reported);
        steps.push('kept');
        return leftOut;
      },
    },
  });
  await append(landing());
  await eventually(
    () => steps.length,
    (count) => count === 1,
  );
  const stopped = busy.stop().then(() => void steps.push('stopped'));
  keeping.resolve();
  await stopped;
  expect(steps).toEqual(['keeps', 'kept', 'stopped']);
});

test('caughtUp resolves after stop', async () => {
  const { append, start } = await setUp();
  const consumer = start();
  await consumer.stop();
  await append(landing());
  await consumer.caughtUp();
});

test('caughtUp resolves at a shop where events always wait', async () => {
  const { append, log, start, totals } = await setUp();
  const now = () => ({ receivedAt: new Date().toISOString() });
  const busy: Store = {
    ...log,
    async depth(name) {
      await append(event(now()));
      return log.depth(name);
    },
  };
  const consumer = start({ log: busy });
  await append(landing(now()), order('1', now()));
  const askedAtMs = performance.now();
  await consumer.caughtUp();
  expect(performance.now() - askedAtMs).toBeLessThan(10_000);
  expect(await totals()).toMatchObject({ landings: 1, orders: 1 });
});

test('links deleted by others are stored again within minutes', async () => {
  const { append, start, state } = await setUp();
  let nowMs = Date.now();
  const links: number[] = [];
  const consumer = start({
    clock: { now: () => nowMs, sleep: systemClock.sleep },
    state: {
      async apply(shop, facts, visitors) {
        links.push(facts.links.length);
        return state.apply(shop, facts, visitors);
      },
    },
  });
  const visit = (minute: number) =>
    append(
      landing({
        identity: { anonymousId: 'ann', userId: 'u1' },
        timestamp: new Date(Date.UTC(2026, 2, 1, 0, minute)).toISOString(),
      }),
    );
  await visit(0);
  await consumer.caughtUp();
  await visit(1);
  await consumer.caughtUp();
  nowMs += 11 * 60_000;
  await visit(2);
  await consumer.caughtUp();
  expect(links).toEqual([1, 0, 1]);
});

test('more events than one round are all counted', async () => {
  const { append, log, start, totals } = await setUp();
  const deliveries: number[] = [];
  await append(
    ...Array.from({ length: 1_200 }, (_, index) => landing({ identity: { anonymousId: `a${index}` } })),
  );
  const consumer = start({
    log: {
      ...log,
      async lease(name, max) {
        const taken: Delivery[] = await log.lease(name, max);
        deliveries.push(taken.length);
        return taken;
      },
    },
  });
  await consumer.caughtUp();
  expect(await totals()).toMatchObject({ landings: 1_200, visitors: 1_200 });
  expect(Math.max(...deliveries)).toBeLessThanOrEqual(500);
});
