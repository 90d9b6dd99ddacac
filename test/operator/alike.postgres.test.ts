// @module-tag slow
import { isDeepStrictEqual } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { type Clock, systemClock } from '../../server/lib/clock.ts';
import { createFollowingClock } from '../../server/lib/following-clock.ts';
import { createSandbox } from '../../server/sandbox/index.ts';
import {
  ADMIN_TOKEN,
  type Collector,
  type CollectorOptions,
  eventually,
  startCollector,
} from '../support/collector.ts';
import { ownDatabase } from '../support/postgres-for-tests.ts';
import { createSkipClock } from '../support/skip-clock.ts';

const HOUR_MS = 3_600_000;
const REFUSAL = { status: 200, body: { code: 40002, message: 'Param error', request_id: 'r-1' } };
const VISITOR = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';

/** Two collectors on one PostgreSQL in front of one sandbox; the clock of the second machine is an hour ahead. */
async function setUp(variables: Record<string, string> = {}, clock?: Clock) {
  const sandbox = await createSandbox();
  onTestFinished(() => sandbox.close());
  const all = {
    DATABASE_URL: await ownDatabase(),
    ORDERS_FROM: 'browser',
    PUBLIC_URL: 'https://collect.shop.example',
    ...variables,
  };
  const startOne = (options: CollectorOptions = {}) => startCollector(all, { ...options, sandbox });
  const ahead = { ...systemClock, now: () => Date.now() + HOUR_MS };
  const first = await startOne(clock && { clock });
  const second = await startOne({
    clock:
      clock ??
      createFollowingClock({
        ...ahead,
        steady: () => Math.floor(performance.timeOrigin + performance.now()) + HOUR_MS,
      }),
  });
  return { sandbox, collectors: [first, second] as const };
}

const view = (messageId: string, parts: object = {}) => ({
  ...{ type: 'track', event: 'Product Viewed', anonymousId: VISITOR, messageId },
  properties: { product_id: 'P-1', price: 20, currency: 'TWD' },
  ...parts,
});
const order = (id: string) => ({
  ...view(`message-${id}`, { event: 'Order Completed', userId: 'ann' }),
  properties: {
    ...{ order_id: id, total: 100, currency: 'TWD' },
    products: [{ product_id: 'P-1', price: 100, quantity: 1 }],
  },
});
const read = async (collector: Collector, path: string) => (await collector.admin('GET', path)).json();

/** Without what is of the moment at which it was asked, and of this process: its counters and its machine. */
const AT_ONCE = /"(at|to|from|oldestAgeMs|counters|times|bytes|latencyP95Ms|left)":/;
/** Other tests have connections to the same server. */
const CONNECTIONS_LEFT = /(?<=Connections left for this user: )\d+/g;
const lasting = (answer: unknown): unknown =>
  JSON.parse(
    JSON.stringify(answer, (key, value) => (AT_ONCE.test(`"${key}":`) ? undefined : value)).replace(
      CONNECTIONS_LEFT,
      'some',
    ),
  );

test('every operator route answers alike from any collector', async () => {
  const { sandbox, collectors } = await setUp({ ORDER_MERGE_SECONDS: '0' });
  const [first, second] = collectors;
  sandbox.setFaults('tiktok', { ...REFUSAL, times: 1 });
  expect((await first.post('/v1/track', view('refused'))).status).toBe(200);
  await eventually(
    () => read(second, '/admin/dead-letters?consumer=tiktok@shop'),
    (found) => JSON.stringify(found).includes('refused'),
  );
  expect((await first.post('/v1/track', order('1'))).status).toBe(200);
  expect((await second.post('/v1/track', order('2'))).status).toBe(200);
  for (const collector of collectors)
    await eventually(
      () => read(collector, '/admin/status'),
      (found: { destinations: { waiting: number }[]; statistics: { waiting: number }[] }) =>
        [...found.destinations, ...found.statistics].every(({ waiting }) => waiting === 0),
    );
  const { events } = (await read(first, '/admin/events')) as { events: { receivedAt: string }[] };
  for (const { receivedAt } of events)
    expect(Math.abs(Date.parse(receivedAt) - Date.now())).toBeLessThan(60_000);
  const paths = [
    ...[
      '/admin/status',
      '/admin/overview',
      '/admin/setup',
      '/admin/alerts',
      '/admin/audit',
      '/admin/redactions',
    ],
    ...[
      '/admin/events',
      '/admin/events/message-1',
      '/admin/orders',
      '/admin/orders/1',
      '/admin/match-quality',
    ],
    ...['/admin/dead-letters/groups', '/admin/statistics', `/admin/visitors/${VISITOR}`],
    ...[
      `/admin/visitors/${VISITOR}/export`,
      `/admin/reconciliation?day=${new Date().toISOString().slice(0, 10)}`,
    ],
    '/admin/dead-letters?consumer=tiktok@shop',
  ];
  for (const path of paths) {
    const both = async () => Promise.all(collectors.map(async (one) => lasting(await read(one, path))));
    const [one, other] = await eventually(both, ([a, b]) => isDeepStrictEqual(a, b), 5_000).catch(both);
    expect(one, path).toEqual(other);
    expect(JSON.stringify(one), path).not.toContain('"code":"not-found"');
  }
  expect(second.lines.some((line) => line.includes('ahead of that of the database'))).toBe(true);
});

test('the breaker of a destination is that of the collector which delivers to it, whichever is asked', async () => {
  const { sandbox, collectors } = await setUp();
  sandbox.setFaults('customerio', { status: 503, body: {} });
  for (const collector of collectors) await collector.post('/v1/track', view(`down-${collector.port}`));
  const breakerOf = async (collector: Collector) => {
    const { destinations } = (await read(collector, '/admin/status')) as {
      destinations: { destination: string; breaker: string }[];
    };
    return destinations.find(({ destination }) => destination === 'customerio')?.breaker;
  };
  const metricOf = async (collector: Collector) =>
    /breaker_state\{shop="shop",destination="customerio",state="open"\} 1/.test(
      await (await collector.admin('GET', '/metrics')).text(),
    );
  for (const collector of collectors) {
    await eventually(
      () => breakerOf(collector),
      (breaker) => breaker === 'open',
    );
    await eventually(() => metricOf(collector), Boolean);
  }
});

test('a stream shows within a second or two what another collector has received', async () => {
  const { collectors } = await setUp();
  for (const [index, collector] of collectors.entries()) {
    const abort = new AbortController();
    onTestFinished(() => abort.abort());
    const { body } = await fetch(`${collector.base}/admin/stream`, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      signal: abort.signal,
    });
    let text = '';
    const reading = async () => {
      for await (const chunk of body ?? []) text += new TextDecoder().decode(chunk);
    };
    void reading().catch(() => {});
    await eventually(
      () => text,
      (found) => found.includes('event: status'),
    );
    const postedAtMs = performance.now();
    await collectors[1 - index]?.post('/v1/track', view(`live-${index}`));
    await eventually(
      () => text,
      (found) => found.includes(`live-${index}`),
    );
    expect(performance.now() - postedAtMs).toBeLessThan(3_000);
  }
});

test('alerts are found from what all collectors see, and shown by each', async () => {
  const clock = createSkipClock();
  const { sandbox, collectors } = await setUp({}, clock);
  sandbox.setFaults('tiktok', REFUSAL);
  let sent = 0;
  // Again and again: a destination may change hands meanwhile, and whoever delivers to it counts its own refusals.
  const sendToAll = () =>
    Promise.all(collectors.map((collector) => collector.post('/v1/track', view(`${sent++}`))));
  const alertsOf = async (collector: Collector) => {
    const { alerts } = (await read(collector, '/admin/alerts')) as { alerts: { rule: string }[] };
    return alerts.map(({ rule }) => rule);
  };
  await eventually(
    async () => {
      await sendToAll();
      clock.skip(61_000);
      await new Promise((resolve) => setTimeout(resolve, 300));
      return Promise.all(collectors.map(alertsOf));
    },
    (found) => found.every((rules) => rules.includes('deliveries-refused')),
  );
  for (const collector of collectors)
    expect(await (await collector.admin('GET', '/metrics')).text()).toContain(
      'storebeacon_alerts_open{rule="deliveries-refused"',
    );
});
