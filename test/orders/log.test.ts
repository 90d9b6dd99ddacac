// @module-tag slow
import { EventEmitter, once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Visitor } from '../../server/analytics/store.ts';
import type { Shop } from '../../server/config/config.ts';
import { withOrders } from '../../server/orders/log.ts';
import { type Append, type Delivery, type EventLog, LogUnavailable } from '../../server/store/event-log.ts';
import { openLog } from '../../server/store/open.ts';
import type { ProtectedEvent } from '../../shared/protected-event.ts';
import { event } from '../support/event.ts';
import { tempDir } from '../support/temp-dir.ts';
import { createFakeState } from './fake-state.ts';

const START_MS = Date.parse('2026-03-01T10:00:00Z');
const MERGE_MS = 30_000;
const LEASE_MS = 60_000;
const GRANTED = { advertising: true, analytics: true, marketing: true };

const shop = (id: string, parts: { appSecret?: string; orderMergeMs?: number } = {}): Shop => ({
  id,
  writeKey: id,
  origins: new Set(),
  country: 'TW',
  consentDefault: true,
  consentCategories: {},
  bots: 'flag',
  currency: 'TWD',
  destinations: [],
  orderMergeMs: parts.orderMergeMs ?? MERGE_MS,
  shopline: {
    handle: id,
    endpoint: 'https://shop.invalid',
    apiVersion: 'v20260301',
    accessToken: undefined,
    appKey: undefined,
    appSecret: parts.appSecret,
    storeId: undefined,
    sourceType: undefined,
  },
  customerioSigningKey: undefined,
  statistics: { attributionMs: 0, rules: [], flows: [] },
});

/** What the thank-you page says of order 1001, and what the shop's server says of it. */
const byPage = (parts: Partial<ProtectedEvent> = {}) =>
  event({
    messageId: 'page',
    event: 'Order Completed',
    orderKey: `order:${parts.properties?.order_id ?? '1001'}`,
    identity: { anonymousId: 'visitor' },
    context: { ip: '203.0.113.7', tiktok: { ttclid: 'click' } },
    properties: { order_id: '1001', total: 1 },
    ...parts,
  });
const byShop = (parts: Partial<ProtectedEvent> = {}) =>
  event({
    messageId: 'webhook',
    event: 'Order Completed',
    orderKey: 'order:9',
    source: 'webhook',
    identity: { emailSha256: 'mail' },
    properties: { order_id: '9', order_number: '1001', checkout_token: 'tok', total: '1280.00' },
    ...parts,
  });
const paidByShop = () =>
  byShop({
    messageId: 'paid',
    event: 'Order Updated',
    orderKey: 'order:9:paid',
    properties: { order_id: '9', order_number: '1001', total: '1280.00', financial_status: 'paid' },
  });
const MERGED = {
  identity: { anonymousId: 'visitor', emailSha256: 'mail' },
  context: { ip: '203.0.113.7', tiktok: { ttclid: 'click' } },
  properties: { total: '1280.00' },
};

const hasWebhook = ({ shopline }: Shop) => shopline?.appSecret !== undefined;

async function setUp(
  shops: readonly Shop[] = [shop('shop', { appSecret: 'secret' }), shop('other', { appSecret: 's' })],
) {
  const clock = { nowMs: START_MS };
  const state = createFakeState();
  const under = await openLog({
    dataDir: tempDir(),
    consumers: [
      { name: 'tiktok', shop: 'shop', decryptsPii: false },
      { name: 'customerio', shop: 'shop', decryptsPii: true },
      { name: 'statistics', shop: 'shop', decryptsPii: false, ignoresHolds: true },
      { name: 'tiktok-other', shop: 'other', decryptsPii: false },
    ],
    retentionMs: 86_400_000,
    leaseMs: LEASE_MS,
    clock: () => clock.nowMs,
  });
  onTestFinished(() => under.close());
  /** Every call of `append` that reached the log, in order; `fail` makes the next ones reject. */
  const appends: (readonly Append[])[] = [];
  const calls = new EventEmitter();
  const fault = { fail: false };
  const watched: EventLog = {
    ...under,
    append(entries) {
      appends.push(entries);
      calls.emit('append');
      return fault.fail ? Promise.reject(new LogUnavailable('the disk is full')) : under.append(entries);
    },
  };
  const log = withOrders(watched, {
    shops: shops.filter(hasWebhook),
    state,
    clock: { now: () => clock.nowMs },
  });
  const append = (...events: ProtectedEvent[]) => log.append(events.map((one) => ({ event: one })));
  const afterHold = (moreMs = 0) => {
    clock.nowMs += MERGE_MS + moreMs;
  };
  return { log, under, state, clock, appends, calls, fault, append, afterHold };
}

const toEvents = (deliveries: readonly Delivery[]) => deliveries.map((delivery) => delivery.event);
/** What a destination is given: everything but what is for statistics alone. */
const delivered = async (log: EventLog, consumer = 'tiktok') =>
  toEvents(await log.lease(consumer, 100)).filter(({ only }) => only === undefined);
const forStatistics = async (log: EventLog) =>
  toEvents(await log.lease('statistics', 100)).map(({ messageId, orderKey, only }) => [
    messageId,
    orderKey,
    only,
  ]);

describe('one order, two reports', () => {
  test.each([
    { case: 'the page first', reports: [byPage, byShop], first: 'page', key: 'order:1001', id: '1001' },
    { case: 'the webhook first', reports: [byShop, byPage], first: 'webhook', key: 'order:9', id: '9' },
  ])(
    '$case: one delivery with what both said, and both heard by statistics',
    async ({ reports, first, key, id }) => {
      const { log, under, append, afterHold } = await setUp();
      const answers = [];
      for (const report of reports) answers.push(await append(report()));
      expect(answers).toEqual([
        { stored: 1, duplicates: 0 },
        { stored: 0, duplicates: 1 },
      ]);
      const second = first === 'page' ? 'webhook' : 'page';
      expect(await forStatistics(under)).toEqual([
        [first, key, undefined],
        [second, `${key}:${second === 'page' ? 'browser' : 'webhook'}`, 'statistics'],
      ]);
      afterHold();
      const orders = await delivered(log);
      expect(orders).toMatchObject([
        { messageId: first, orderKey: key, ...MERGED, properties: { ...MERGED.properties, order_id: id } },
      ]);
      expect(orders[0]?.source).toBe(first === 'page' ? undefined : 'webhook');
    },
  );

  test('both at the same instant: one delivery', async () => {
    const { log, append, afterHold } = await setUp();
    const answers = await Promise.all([append(byPage()), append(byShop())]);
    expect(answers.map(({ stored }) => stored).sort()).toEqual([0, 1]);
    afterHold();
    expect(await delivered(log)).toMatchObject([MERGED]);
    expect(await delivered(log, 'customerio')).toHaveLength(1);
  });

  test('both in one call, among others: each counted once, and all stored in the order they came', async () => {
    const { log, under, append, appends, afterHold } = await setUp();
    const others = ['a', 'b', 'c', 'd'].map((messageId) => event({ messageId }));
    const [a, b, c, d] = others as [ProtectedEvent, ProtectedEvent, ProtectedEvent, ProtectedEvent];
    expect(await append(a, b, byPage(), c, byShop(), d, a)).toEqual({ stored: 5, duplicates: 2 });
    expect(appends.slice(0, 5).map((entries) => entries.map((entry) => entry.event.messageId))).toEqual([
      ['a', 'b'],
      ['page'],
      ['c'],
      ['webhook'],
      ['d', 'a'],
    ]);
    expect((await forStatistics(under)).map(([id]) => id)).toEqual(['a', 'b', 'page', 'c', 'd', 'webhook']);
    afterHold();
    expect((await delivered(log)).map(({ messageId }) => messageId).sort()).toEqual([
      'a',
      'b',
      'c',
      'd',
      'page',
    ]);
  });

  test('a storm of reloads and resends: one delivery, and one report of each side for statistics', async () => {
    const { log, under, append, afterHold } = await setUp();
    const storm = Array.from({ length: 40 }, (_, turn) =>
      turn % 2 === 0 ? byPage({ messageId: `reload-${turn}` }) : byShop(),
    );
    const answers = await Promise.all(storm.map((report) => append(report)));
    expect(answers.filter(({ stored }) => stored === 1)).toHaveLength(1);
    expect(answers.every(({ stored, duplicates }) => stored + duplicates === 1)).toBe(true);
    const reported = (await forStatistics(under)).map(([, key]) => key);
    expect(reported.toSorted()).toEqual(['order:1001', 'order:1001:browser', 'order:1001:webhook']);
    afterHold();
    expect(await delivered(log)).toHaveLength(1);
  });

  test('an order is held, and delivered without its other report when that does not come in time', async () => {
    const { log, clock, append } = await setUp();
    await append(byPage(), event({ messageId: 'view' }));
    clock.nowMs += MERGE_MS - 1;
    expect((await delivered(log)).map(({ messageId }) => messageId)).toEqual(['view']);
    expect(await log.nextDueMs('tiktok')).toBe(START_MS + MERGE_MS);
    clock.nowMs += 1;
    expect(await delivered(log)).toEqual([byPage()]);
  });

  test('a payment waits as well, so that it is delivered with the click of its page', async () => {
    const { log, append, afterHold } = await setUp();
    await append(paidByShop());
    expect(await delivered(log)).toEqual([]);
    await append(byPage());
    afterHold();
    const paid = (await delivered(log)).find(({ messageId }) => messageId === 'paid');
    expect(paid?.context.tiktok).toEqual(byPage().context.tiktok);
    expect(paid?.context.tiktok?.ttclid).toBeDefined();
  });

  test('a window of 0: delivered at once; the later report is for statistics only', async () => {
    const { log, under, append } = await setUp([shop('shop', { appSecret: 'secret', orderMergeMs: 0 })]);
    await append(byPage());
    expect(await delivered(log)).toEqual([byPage()]);
    expect(await append(byShop())).toEqual({ stored: 0, duplicates: 1 });
    expect(await delivered(log)).toEqual([]);
    expect(await delivered(log, 'customerio')).toEqual([byPage()]);
    expect(await forStatistics(under)).toHaveLength(2);
  });

  test('paid before it was placed: two stages of one order, however the page calls it', async () => {
    const { log, append, afterHold } = await setUp();
    await append(paidByShop());
    await append(byPage());
    await append(byShop());
    await append(byShop({ messageId: 'cancelled', event: 'Order Cancelled' }));
    const reported = async () =>
      (await delivered(log)).map(({ messageId, orderKey }) => [messageId, orderKey]);
    afterHold();
    expect(await reported()).toEqual([
      ['paid', 'order:9:paid'],
      ['page', 'order:9'],
    ]);
    afterHold();
    expect(await reported()).toEqual([['cancelled', 'order:9:cancelled']]);
  });

  test('two shops with the same numbers have two orders', async () => {
    const { log, append, afterHold } = await setUp();
    expect(await append(byPage(), byPage({ shop: 'other', messageId: 'theirs' }))).toEqual({
      stored: 2,
      duplicates: 0,
    });
    await append(byShop({ shop: 'other', messageId: 'their-webhook' }));
    afterHold();
    expect(await delivered(log)).toEqual([byPage()]);
    expect(await delivered(log, 'tiktok-other')).toMatchObject([{ messageId: 'theirs', ...MERGED }]);
  });

  test('names that only meet through a third: id, number and checkout are one order', async () => {
    const { log, append, afterHold } = await setUp();
    await append(
      byShop({
        messageId: 'paid',
        event: 'Order Updated',
        orderKey: 'order:9:paid',
        properties: { order_id: '9', checkout_token: 'tok' },
      }),
    );
    expect(await append(byPage({ properties: { order_id: '1001', checkout_id: 'tok' } }))).toMatchObject({
      stored: 1,
    });
    expect(
      await append(byShop({ properties: { order_id: '9', order_number: '#1001', total: '5' } })),
    ).toMatchObject({ duplicates: 1 });
    expect(await append(byPage({ messageId: 'again', properties: { order_id: '#1001' } }))).toMatchObject({
      duplicates: 1,
    });
    afterHold();
    expect((await delivered(log)).map(({ messageId, orderKey }) => [messageId, orderKey])).toEqual([
      ['paid', 'order:9:paid'],
      ['page', 'order:9'],
    ]);
  });

  test('two that turn out to be one only after both were stored are delivered as one and the same order', async () => {
    const { log, append, afterHold } = await setUp();
    await append(byPage());
    await append(byShop({ properties: { order_id: '9', total: '1280.00' } }));
    await append(byShop({ messageId: 'third', properties: { order_id: '9', order_number: '1001' } }));
    afterHold();
    const orders = await delivered(log);
    expect(orders.map(({ messageId, orderKey }) => [messageId, orderKey])).toEqual([
      ['page', 'order:1001'],
      ['webhook', 'order:1001'],
    ]);
  });

  test("a forged total is replaced by the shop's, in either order", async () => {
    const { log, append, afterHold } = await setUp();
    await append(
      byPage({ properties: { order_id: '1001', total: 999_999, value: 999_999, revenue: 999_999 } }),
    );
    await append(byShop());
    afterHold();
    expect(JSON.stringify(await delivered(log))).not.toContain('999999');
  });

  test('an order that nothing names, or whose name was an email, keeps the key it came with', async () => {
    const { log, state, append } = await setUp();
    const odd = byPage({ orderKey: 'order:0badc0de', properties: { order_id: '[email]' } });
    const nameless = event({ messageId: 'nameless', event: 'Order Completed' });
    await append(odd, nameless);
    expect(await append({ ...odd, messageId: 'again' })).toEqual({ stored: 0, duplicates: 1 });
    expect(state.calls).toEqual([]);
    expect(await delivered(log)).toEqual([odd, nameless]);
  });
});

describe('what is delivered', () => {
  test('is frozen by its first delivery: a late report changes nothing, and is stored for statistics', async () => {
    const { log, under, append, afterHold } = await setUp();
    await append(byPage());
    afterHold();
    const [first] = await log.lease('tiktok', 10);
    const sent = JSON.stringify(first?.event);
    expect(await append(byShop())).toEqual({ stored: 0, duplicates: 1 });
    first?.retry(0, 'server-error', true);
    const again = await log.lease('tiktok', 10);
    expect(again.map((delivery) => JSON.stringify(delivery.event))).toContain(sent);
    expect(await delivered(log, 'customerio')).toEqual([JSON.parse(sent)]);
    expect((await forStatistics(under)).map(([id]) => id)).toEqual(['page', 'webhook']);
  });

  test.each([
    { what: 'an order', event: byShop() },
    { what: 'a payment', event: paidByShop() },
    { what: 'a checkout', event: byShop({ event: 'Checkout Started', orderKey: 'checkout:tok' }) },
    { what: 'a refund', event: byShop({ event: 'Order Refunded', orderKey: 'refund:3' }) },
  ])('$what reported by the shop is identical on every attempt, whatever became known', async ({ event }) => {
    const { log, state, append, afterHold } = await setUp();
    await append(event);
    afterHold(1_000);
    const [first] = await log.lease('tiktok', 10);
    const sent = JSON.stringify(first?.event);
    first?.retry(0, 'server-error', true);
    state.visitors.push({
      shop: 'shop',
      people: ['e:mail'],
      visitor: { ...VISITOR, anonymousId: 'later' },
    });
    await append(byPage());
    const [second] = await log.lease('tiktok', 10);
    expect(second).toMatchObject({ attempt: 2, uncertainSinceMs: START_MS + MERGE_MS + 1_000 });
    expect(JSON.stringify(second?.event)).toBe(sent);
    expect(JSON.stringify((await delivered(log, 'customerio'))[0])).toBe(sent);
  });

  test('a delivery keeps everything else it had: its encrypted PII, its try, and how it is settled', async () => {
    const { log, under, state, append, afterHold } = await setUp();
    await log.append([{ event: byPage(), encryptedPii: 'page-pii' }]);
    await log.append([{ event: byShop(), encryptedPii: 'webhook-pii' }]);
    afterHold();
    const [order, aside] = await log.lease('customerio', 10);
    expect(order).toMatchObject({
      isOrder: true,
      attempt: 1,
      encryptedPii: 'page-pii',
      event: { messageId: 'page', ...MERGED },
    });
    expect(aside?.event).toEqual({ ...byShop(), orderKey: 'order:1001:webhook', only: 'statistics' });
    expect(state.calls.filter((call) => call === 'freezeOrder')).toHaveLength(1);
    expect(aside?.encryptedPii).toBeUndefined();
    order?.deadLetter('rejected', 'no');
    aside?.ack();
    expect(await under.depth('customerio')).toMatchObject({ waiting: 0, deadLetters: 1 });
    await append(event({ messageId: 'view' }));
    expect((await delivered(log, 'customerio')).map(({ messageId }) => messageId)).toEqual(['view']);
  });

  test('events that are no orders are handed on as they are, unread', async () => {
    const { under, state, append } = await setUp();
    await append(event({ messageId: 'view' }));
    const taken: Delivery[] = [];
    const spied: EventLog = {
      ...under,
      async lease(consumer, max) {
        for (const delivery of await under.lease(consumer, max))
          taken.push(
            Object.defineProperty({ ...delivery }, 'event', {
              get: () => {
                throw new Error('was read');
              },
            }),
          );
        return taken;
      },
    };
    const shops = [shop('shop', { appSecret: 'secret' })];
    const log = withOrders(spied, { shops, state, clock: { now: () => START_MS } });
    expect(await log.lease('tiktok', 10)).toBe(taken);
    expect(taken).toHaveLength(1);
  });
});

const VISITOR: Visitor = {
  anonymousId: 'known',
  seenAt: '2026-03-01T09:00:00.000Z',
  consent: GRANTED,
  ip: '203.0.113.7',
  userAgent: 'Mozilla/5.0 Chrome/126.0.1.2',
  tiktok: { ttclid: 'click' },
};

describe('an event reported by the shop alone is completed from known visitors', () => {
  test.each([
    { what: 'an order', event: byShop(), people: 'e:mail' as const },
    { what: 'a payment', event: paidByShop(), people: 'e:mail' as const },
    {
      what: 'a checkout',
      event: byShop({ event: 'Checkout Started', orderKey: 'checkout:tok' }),
      people: 'k:tok' as const,
    },
  ])('$what', async ({ event, people }) => {
    const { log, state, append, afterHold } = await setUp();
    state.visitors.push({ shop: 'shop', people: [people], visitor: VISITOR });
    state.visitors.push({
      shop: 'other',
      people: [people],
      visitor: { ...VISITOR, anonymousId: 'stranger' },
    });
    await append(event);
    afterHold();
    expect(await delivered(log)).toMatchObject([
      {
        messageId: event.messageId,
        identity: { anonymousId: 'known', emailSha256: 'mail' },
        context: { ip: '203.0.113.7', userAgent: VISITOR.userAgent, tiktok: { ttclid: 'click' } },
        properties: event.properties,
      },
    ]);
  });

  test('consent was denied: nothing personal comes from the visitor', async () => {
    const { log, state, append, afterHold } = await setUp();
    const consent = { advertising: false, analytics: false, marketing: false };
    state.visitors.push({ shop: 'shop', people: ['e:mail'], visitor: { ...VISITOR, consent } });
    await append(byShop(), paidByShop());
    afterHold();
    for (const order of await delivered(log)) {
      expect(order.consent).toEqual(consent);
      expect(JSON.stringify(order)).not.toMatch(/known|203\.0|click|Chrome/);
    }
  });

  test("a payment takes the choice and the click of the order's own page, not of others with that email", async () => {
    const { log, state, append, afterHold } = await setUp();
    state.visitors.push({ shop: 'shop', people: ['e:mail'], visitor: VISITOR });
    const consent = { ...GRANTED, marketing: false };
    await append(byPage({ consent }));
    await append(paidByShop());
    afterHold();
    const orders = await delivered(log);
    expect(orders.map((order) => [order.messageId, order.consent, order.identity.anonymousId])).toEqual([
      ['page', consent, 'visitor'],
      ['paid', consent, 'visitor'],
    ]);
    expect(orders[1]?.timestamp).toBe(paidByShop().timestamp);
  });

  test('a page cannot take the place of a payment or a checkout by what it calls its order', async () => {
    const { log, append, afterHold } = await setUp();
    const names = ['order:9:paid', ' order:9:paid', 'checkout:tok', ' checkout:tok'];
    await append(
      ...names.map((order_id, index) => byPage({ messageId: `liar-${index}`, properties: { order_id } })),
    );
    afterHold();
    await delivered(log);
    const checkout = byShop({ messageId: 'checkout', event: 'Checkout Started', orderKey: 'checkout:tok' });
    await append(paidByShop(), checkout);
    afterHold();
    expect(await delivered(log)).toEqual([paidByShop(), checkout]);
  });

  test('ids that are no ids do no harm', async () => {
    const { log, append, afterHold } = await setUp();
    const odd = { toString: 1, valueOf: null };
    const order = byShop({
      properties: { order_id: '9', checkout_token: odd, cart_token: [odd], order_number: odd },
    });
    await append(order);
    afterHold();
    expect(await delivered(log)).toEqual([order]);
  });
});

describe('a checkout', () => {
  test.each([
    { by: 'token', properties: { checkout_token: 'tok', checkout_id: 'other' } },
    { by: 'id', properties: { checkout_id: 'tok' } },
  ])(
    'by its $by, page and webhook are one; what came second still links for statistics',
    async ({ properties }) => {
      const { log, under, state, append } = await setUp();
      const onPage = event({ messageId: 'page', event: 'Checkout Started', properties });
      const reported = byShop({ event: 'Checkout Started', orderKey: 'checkout:tok' });
      expect(await append(onPage)).toEqual({ stored: 1, duplicates: 0 });
      expect(await append(reported)).toEqual({ stored: 0, duplicates: 1 });
      expect(await append({ ...onPage, messageId: 'reload' })).toEqual({ stored: 0, duplicates: 1 });
      expect(await delivered(log)).toEqual([{ ...onPage, orderKey: 'checkout:tok' }]);
      expect((await forStatistics(under)).map(([, key]) => key)).toEqual([
        'checkout:tok',
        'checkout:tok:webhook',
        'checkout:tok:browser',
      ]);
      expect(state.calls).not.toContain('recordOrderReport');
    },
  );

  test('without any id every one counts', async () => {
    const { append } = await setUp();
    const started = () => event({ event: 'Checkout Started' });
    expect(await append(started(), started())).toEqual({ stored: 2, duplicates: 0 });
  });
});

describe('faults', () => {
  test('the process dies between sighting and storing: sent again, it is stored as the first', async () => {
    const { log, append, fault, afterHold } = await setUp();
    fault.fail = true;
    await expect(append(byShop())).rejects.toThrow(LogUnavailable);
    fault.fail = false;
    expect(await append(byShop())).toEqual({ stored: 1, duplicates: 0 });
    afterHold();
    expect(await delivered(log)).toEqual([{ ...byShop(), orderKey: 'order:9' }]);
  });

  test('one report recorded only, the other stored: nothing is lost, whichever is sent again', async () => {
    const { log, append, fault, afterHold } = await setUp();
    fault.fail = true;
    await expect(append(byShop())).rejects.toThrow(LogUnavailable);
    fault.fail = false;
    expect(await append(byPage())).toEqual({ stored: 1, duplicates: 0 });
    expect(await append(byShop())).toEqual({ stored: 0, duplicates: 1 });
    afterHold();
    expect(await delivered(log)).toMatchObject([{ messageId: 'page', orderKey: 'order:9', ...MERGED }]);
  });

  test('a crash before the second report is stored for statistics: it is stored when sent again', async () => {
    const { under, append, appends, calls, fault } = await setUp();
    await append(byPage());
    const report = append(byShop());
    while (appends.length < 2) await once(calls, 'append');
    fault.fail = true;
    await expect(report).rejects.toThrow(LogUnavailable);
    fault.fail = false;
    expect(await append(byShop())).toEqual({ stored: 0, duplicates: 1 });
    expect((await forStatistics(under)).map(([id]) => id)).toEqual(['page', 'webhook']);
  });

  test('state cannot take a report: nothing of the call is stored, so its sender sends it again', async () => {
    const { under, state, append } = await setUp();
    state.isDown = true;
    await expect(append(event({ messageId: 'view' }), byPage())).rejects.toThrow(LogUnavailable);
    expect(await under.depth('statistics')).toMatchObject({ waiting: 0 });
    expect(await append(event({ messageId: 'view' }))).toEqual({ stored: 1, duplicates: 0 });
  });

  test('state cannot be asked: orders wait as certainly not sent, everything else goes on, nothing is lost', async () => {
    const { log, state, clock, append, afterHold } = await setUp();
    await append(byPage());
    await append(byShop());
    await append(event({ messageId: 'view' }));
    afterHold();
    state.isDown = true;
    await expect(log.lease('tiktok', 10)).rejects.toThrow(LogUnavailable);
    expect((await delivered(log)).map(({ messageId }) => messageId)).toEqual(['view']);
    state.isDown = false;
    clock.nowMs = (await log.nextDueMs('tiktok')) ?? 0;
    const [order] = await log.lease('tiktok', 10);
    expect(order).toMatchObject({ attempt: 2, event: { messageId: 'page', ...MERGED } });
    expect(order?.uncertainSinceMs).toBeUndefined();
  });

  test('an order of a destination that was away while state was lost goes out with what the log holds', async () => {
    const { under, append, afterHold } = await setUp();
    await append(byPage());
    afterHold();
    const state = createFakeState();
    const shops = [shop('shop', { appSecret: 'secret' })];
    const log = withOrders(under, { shops, state, clock: { now: () => START_MS } });
    expect(await delivered(log)).toEqual([byPage()]);
  });
});

describe('shops without the webhook', () => {
  const plain = shop('shop');

  test('append gets the very same entries, state is never asked, nothing is held', async () => {
    const { log, under, appends, state } = await setUp([plain, shop('other', { appSecret: 's' })]);
    const entries = [
      byPage(),
      paidByShop(),
      event({ event: 'Checkout Started', properties: { checkout_id: 'tok' } }),
    ].map((event) => ({ event }));
    await log.append(entries);
    expect(appends).toHaveLength(1);
    expect(appends[0]).toBe(entries);
    expect(await delivered(log)).toEqual(entries.map((entry) => entry.event));
    expect(await log.append([{ event: byPage({ messageId: 'again' }) }])).toEqual({
      stored: 0,
      duplicates: 1,
    });
    expect(await under.depth('statistics')).toMatchObject({ waiting: 3 });
    expect(state.calls).toEqual([]);
  });

  test('views of a shop with the webhook are passed as they are, too', async () => {
    const { log, appends, state } = await setUp();
    const entries = [{ event: event() }, { event: event({ type: 'page' }) }];
    await log.append(entries);
    expect(appends[0]).toBe(entries);
    expect(state.calls).toEqual([]);
  });

  test('where no shop has it the log is the log itself', async () => {
    const { under, state } = await setUp();
    expect(
      withOrders(under, { shops: [plain].filter(hasWebhook), state, clock: { now: () => START_MS } }),
    ).toBe(under);
  });
});
