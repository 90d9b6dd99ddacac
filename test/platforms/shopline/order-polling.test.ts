import { describe, expect, onTestFinished, test } from 'vitest';
import type { HttpResponse } from '../../../server/lib/http-client.ts';

import { createCounters } from '../../../server/observe/counters.ts';
import type { AdminCall } from '../../../server/platforms/shopline/admin/api.ts';
import { startOrderPolling } from '../../../server/platforms/shopline/order-polling.ts';
import { createPiiEncryption } from '../../../server/privacy/encrypted-pii.ts';
import { EVERY_JOB } from '../../../server/store/jobs.ts';
import { LogUnavailable } from '../../../server/store/store.ts';
import { createFakeClock } from '../../support/clock.ts';
import { configOf, memoryLog, NOW, oneShop, order, PERSONAL, startWebhookServer } from '../support.ts';

/** When `order()` changed last. */
const UPDATED = '2026-03-01T11:59:30.000Z';
const INTERVAL_MS = 15 * 60_000;
const HOUR_MS = 3_600_000;
type Query = Record<string, string>;
type Answer = (
  query: Query,
) => { orders?: unknown[]; next?: string; status?: number; body?: string } | 'no-answer';

/** Order polling, running at once, against an Admin API that answers as the test says. */
function watch(
  answer: Answer,
  options: { log?: ReturnType<typeof memoryLog>; settings?: Map<string, string>; startMs?: number } = {},
) {
  const { log = memoryLog(), settings = new Map<string, string>() } = options;
  const clock = createFakeClock(options.startMs ?? NOW);
  const asked: Query[] = [];
  const lines: string[] = [];
  const note = (facts: object, text: string) => void lines.push(`${text} ${JSON.stringify(facts)}`);
  const [shop] = configOf(oneShop).shops;
  if (!shop) throw new Error('no shop');
  const polling = startOrderPolling({
    shop,
    log: { ...log, ...EVERY_JOB },
    clock,
    intervalMs: INTERVAL_MS,
    piiEncryption: createPiiEncryption([]),
    counters: createCounters(),
    logger: { info: note, warn: note, error: note },
    settings: {
      readSetting: async (name) => settings.get(name),
      writeSetting: async (name, text) => void settings.set(name, text),
    },
    api: {
      async call({ method, path, query = {} }: AdminCall): Promise<HttpResponse> {
        expect([method, path]).toEqual(['GET', 'orders.json']);
        asked.push(query);
        const said = answer(query);
        if (said === 'no-answer') throw new Error('no answer');
        const { orders, next, status = 200, body = JSON.stringify({ orders }) } = said;
        const link = `<https://open001.myshopline.com/admin/openapi/v20260301/orders.json?limit=100&page_info=${next}>; rel="next"`;
        return { status, headers: next ? { link } : {}, body };
      },
    },
  });
  onTestFinished(() => polling.stop());
  return {
    log,
    settings,
    clock,
    asked,
    lines,
    polling,
    names: () => log.entries.map(({ event }) => event.event),
  };
}
const only =
  (status: string, ...orders: unknown[]): Answer =>
  ({ fulfillment_status }) => ({ orders: fulfillment_status === status ? orders : [] });

describe('orders missed by webhooks are recovered', () => {
  test('in every state of fulfilment, from an hour before the start', async () => {
    const { clock, asked } = watch(only('none'));
    await clock.advance(0);
    expect(asked.map(({ fulfillment_status }) => fulfillment_status)).toEqual([
      'unshipped',
      'partial',
      'shipped',
    ]);
    expect(asked[0]).toEqual({
      status: 'any',
      fulfillment_status: 'unshipped',
      updated_at_min: '2026-03-01T11:00:00+00:00',
      sort_condition: 'order_at:asc',
      limit: '100',
    });
  });

  test('with everything that became of them since, each once', async () => {
    const refund = {
      id: 'r1',
      transactions: [{ amount: '60', currency: 'TWD', status: 'success' }],
      created_at: '2026-03-01T11:59:40Z',
    };
    const whole = order({
      financial_status: 'partially_refunded',
      cancelled_at: '2026-03-01T11:59:50Z',
      refunds: [refund, { ...refund, id: 'r2' }, 'r3', { note: 'without id' }],
    });
    const { log, clock, names } = watch(only('shipped', whole));
    await clock.advance(2 * INTERVAL_MS);
    expect(names()).toEqual([
      'Order Completed',
      'Order Updated',
      'Order Cancelled',
      'Order Refunded',
      'Order Refunded',
    ]);
    expect(log.entries.map(({ event, claim }) => [event.messageId, claim?.stage, claim?.part])).toEqual([
      [`shopline:order:${whole.id}:${UPDATED}`, 'placed', ''],
      [`shopline:order:${whole.id}:paid:${UPDATED}`, 'paid', ''],
      [`shopline:order:${whole.id}:cancelled`, 'cancelled', ''],
      [`shopline:refund:r1:${UPDATED}`, 'refunded', 'r1'],
      [`shopline:refund:r2:${UPDATED}`, 'refunded', 'r2'],
    ]);
    const refunded = log.entries.at(-1)?.event;
    expect(refunded?.properties).toEqual({ order_id: whole.id, refund_id: 'r2', total: 60, currency: 'TWD' });
    expect(refunded?.identity).toMatchObject({
      userId: '4201057495',
      anonymousId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    });
    for (const secret of PERSONAL) expect(JSON.stringify(log.entries)).not.toContain(secret);
  });

  test('and are the same events a webhook makes, but for their id', async () => {
    const webhooks = await startWebhookServer();
    await webhooks.shopline('orders/create', order());
    const { log, clock } = watch(only('unshipped', order()));
    await clock.advance(0);
    const { messageId: _, ...expected } = webhooks.entries[0]?.event ?? {};
    expect(log.entries[0]?.event).toMatchObject(expected);
  });

  test('on every page', async () => {
    const pages: Record<string, unknown> = {
      first: order({ id: '1' }),
      two: order({ id: '2' }),
      three: order({ id: '3' }),
    };
    const next: Query = { first: 'two', two: 'three' };
    const { log, clock, asked } = watch(({ page_info, fulfillment_status }) => {
      if (fulfillment_status && fulfillment_status !== 'partial') return { orders: [] };
      const page = page_info ?? 'first';
      return { orders: [pages[page]], ...(next[page] && { next: next[page] }) };
    });
    await clock.advance(0);
    expect(log.entries.map(({ event }) => event.properties.order_id)).toEqual(['1', '2', '3']);
    expect(asked[2]).toEqual({ limit: '100', page_info: 'two' });
  });
});

describe('events from before the first run are not reported', () => {
  test('an order from before, changed today, is not a new order; what happened to it now is', async () => {
    const old = order({
      created_at: '2026-01-05T00:00:00Z',
      financial_status: 'paid',
      payment_details: [{ processed_at: '2026-01-05T00:01:00Z' }],
      cancelled_at: '2026-03-01T11:30:00Z',
    });
    const { clock, names } = watch(only('unshipped', old));
    await clock.advance(0);
    expect(names()).toEqual(['Order Cancelled']);
  });

  test.each(['order-polling:shop', 'backstop:shop'])(
    'events since the very first start are reported, however late (progress stored as %s)',
    async (name) => {
      const settings = new Map([
        [name, '{"from":"2026-02-01T00:00:00.000Z","seen":"2026-02-20T12:00:00.000Z"}'],
      ]);
      const late = order({ created_at: '2026-02-20T12:30:00Z' });
      const { clock, names, asked } = watch(only('unshipped', late), { settings });
      await clock.advance(0);
      expect(asked[0]?.updated_at_min).toBe('2026-02-20T11:50:00+00:00');
      expect(names()).toEqual(['Order Completed']);
    },
  );
});

describe('a run that saw everything is remembered', () => {
  test('the next begins ten minutes before it, also after a restart', async () => {
    const { clock, asked, settings, polling } = watch(only('none'));
    await clock.advance(INTERVAL_MS);
    expect(asked[3]?.updated_at_min).toBe('2026-03-01T11:50:00+00:00');
    await polling.stop();
    const again = watch(only('none'), { settings, startMs: NOW + 24 * HOUR_MS });
    await again.clock.advance(0);
    expect(again.asked[0]?.updated_at_min).toBe('2026-03-01T12:05:00+00:00');
  });

  test.each(['', '{', '{"from":"yesterday"}', '[]'])(
    'stored progress that cannot be read (%s) makes a first run',
    async (text) => {
      const { clock, asked } = watch(only('none'), { settings: new Map([['order-polling:shop', text]]) });
      await clock.advance(0);
      expect(asked[0]?.updated_at_min).toBe('2026-03-01T11:00:00+00:00');
    },
  );

  test.each<[string, Answer]>([
    ['no answer', () => 'no-answer'],
    ['a server in trouble', () => ({ status: 503, body: '' })],
    ['an answer without orders', () => ({ body: '{"code":"x","message":"y"}' })],
    ['an answer that is no JSON', () => ({ body: '<html>' })],
    [
      'a failure on the way',
      ({ fulfillment_status }) =>
        fulfillment_status === 'shipped' ? { status: 500, body: '' } : { orders: [order()] },
    ],
  ])('%s is not: the same time is read again', async (_, answer) => {
    const { clock, asked, settings, lines } = watch(answer);
    await clock.advance(INTERVAL_MS);
    expect(new Set(asked.map(({ updated_at_min }) => updated_at_min))).toEqual(
      new Set(['2026-03-01T11:00:00+00:00']),
    );
    expect(settings.size).toBe(0);
    expect(lines.filter((line) => line.includes('trying again later'))).toHaveLength(2);
  });

  test('nor is one whose orders the log did not take', async () => {
    const log = { ...memoryLog(), accept: () => Promise.reject(new LogUnavailable('disk full')) };
    const { clock, settings } = watch(only('unshipped', order()), { log });
    await clock.advance(0);
    expect(settings.size).toBe(0);
  });

  test.each([401, 403])(
    'without the scope (%i) one warning is logged, and polling continues',
    async (status) => {
      let isAllowed = false;
      const { clock, asked, lines, names } = watch((query) =>
        isAllowed ? only('partial', order())(query) : { status, body: '{"errors":"no"}' },
      );
      await clock.advance(3 * INTERVAL_MS);
      expect(asked).toHaveLength(4);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain('read_orders');
      isAllowed = true;
      await clock.advance(INTERVAL_MS);
      expect(names()).toEqual(['Order Completed']);
    },
  );
});

test('a time that holds more than a hundred pages is read in parts, to its end', async () => {
  let page = 0;
  const isEndless = (query: Query) =>
    query.page_info || (query.fulfillment_status === 'unshipped' && !query.updated_at_max);
  const { clock, asked, settings } = watch((query) => ({
    orders: [],
    ...(isEndless(query) && { next: `page-${++page}` }),
  }));
  await clock.advance(0);
  expect([asked.length, settings.size]).toEqual([100, 0]);
  await clock.advance(INTERVAL_MS);
  expect(asked[100]?.updated_at_max).toBe('2026-03-01T11:30:00+00:00');
  expect(JSON.parse(settings.get('order-polling:shop') ?? '{}').seen).toBe('2026-03-01T11:30:00.000Z');
});

test('stopping ends it after the page it is at', async () => {
  const seen: string[] = [];
  const watched = watch(({ fulfillment_status = '' }) => {
    seen.push(fulfillment_status);
    void watched.polling.stop();
    return { orders: [] };
  });
  await watched.clock.advance(0);
  await watched.polling.stop();
  await watched.clock.advance(INTERVAL_MS);
  expect(seen).toEqual(['unshipped']);
  expect(watched.settings.size).toBe(0);
});
