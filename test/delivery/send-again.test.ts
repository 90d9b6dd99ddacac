import { expect, test } from 'vitest';
import type { Shop } from '../../server/config/config.ts';
import { consumersOf } from '../../server/delivery/consumers.ts';
import { customerio } from '../../server/destinations/customerio/index.ts';
import { shopline } from '../../server/destinations/shopline/index.ts';
import { tiktok } from '../../server/destinations/tiktok/index.ts';
import type { Http } from '../../server/lib/http-client.ts';
import { openLog } from '../../server/store/open.ts';
import type { Store } from '../../server/store/store.ts';
import { createFakeClock } from '../support/clock.ts';
import { order, waiting } from '../support/entries.ts';
import { event } from '../support/event.ts';
import { createCallWatch } from '../support/idle.ts';
import { startTestDelivery } from '../support/start-delivery.ts';
import { tempDir } from '../support/temp-dir.ts';
import { answer, type Bench, startBench } from '../support/worker-bench.ts';

const CONSUMER = 'plain@shop';
const sent = (bench: Bench) => bench.requests.map(({ ids }) => ids);

/** Two events that the API refused, and a worker that has had nothing to do for a minute. */
async function refusedAndIdle() {
  let isMended = false;
  const bench = await startBench(() => (isMended ? answer(200) : answer(400, 'field error')));
  await bench.log.accept(['a', 'b'].map((messageId) => ({ event: event({ messageId }) })));
  await bench.clock.advance(60_000);
  bench.requests.length = 0;
  isMended = true;
  return bench;
}

test.each<[string, (log: Store) => Promise<unknown>]>([
  ['dead letters', (log) => log.replayDeadLetters({ consumer: CONSUMER })],
  ['dead letters of some events', (log) => log.replayDeadLetters({ consumer: CONSUMER, seqs: [1, 2] })],
  ['everything since a time', (log) => log.replaySince(CONSUMER, 0)],
  ['chosen events', (log) => log.requeue(CONSUMER, [1, 2])],
])('an idle worker begins at once with what is sent again: %s', async (_what, again) => {
  const bench = await refusedAndIdle();
  await again(bench.log);
  await bench.clock.advance(0);
  expect(sent(bench)).toEqual([['a', 'b']]);
  expect(await bench.log.depth(CONSUMER)).toMatchObject({ waiting: 0, deadLetters: 0 });
  const rows = await bench.log.history({ limit: 1 });
  expect(rows).toMatchObject([{ outcome: 'delivered', attempt: 1, messageIds: ['a', 'b'] }]);
});

test('a paused destination keeps its pace: what is sent again waits for the next probe', async () => {
  const bench = await startBench(() => answer(401, 'bad token'));
  await bench.log.accept([{ event: event({ messageId: 'a' }) }]);
  await bench.clock.advance(30_000);
  const before = bench.requests.length;
  await bench.log.requeue(CONSUMER, [1]);
  await bench.clock.advance(1_000);
  expect(bench.requests).toHaveLength(before);
});

test('what the ledger knows as accepted is skipped as already sent, however often it is requeued', async () => {
  const bench = await startBench(() => answer(200), { once: ({ order: key }) => key });
  await bench.log.accept([{ event: event({ messageId: 'sale', orderKey: 'order:1' }) }]);
  await bench.clock.advance(0);
  for (let times = 0; times < 3; times++) {
    expect(await bench.log.requeue(CONSUMER, [1])).toEqual({
      requeued: 1,
      queued: 0,
      notFound: 0,
      changed: 0,
    });
    await bench.clock.advance(0);
  }
  expect(sent(bench)).toEqual([['sale']]);
  expect(await bench.log.history({ limit: 2 })).toMatchObject([
    { outcome: 'skipped', code: 'already-sent' },
    { outcome: 'skipped', code: 'already-sent' },
  ]);
  expect(await bench.log.depth(CONSUMER)).toMatchObject({ waiting: 0, deadLetters: 0 });
});

test("today's consent record is asked: an event whose visitor denied since is skipped", async () => {
  const bench = await refusedAndIdle();
  const anonymousId = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
  await bench.log.accept([{ event: event({ messageId: 'c', identity: { anonymousId } }) }]);
  await bench.clock.advance(0);
  const denied = { advertising: false, analytics: false, marketing: false };
  await bench.log.accept([
    {
      event: event({
        ...{ messageId: 'denies', identity: { anonymousId }, consent: denied },
        ...{ timestamp: '2026-03-02T00:00:00.000Z', receivedAt: '2026-03-02T00:00:00.000Z' },
      }),
    },
  ]);
  await bench.clock.advance(0);
  bench.requests.length = 0;
  await bench.log.requeue(CONSUMER, [1, 2, 3]);
  await bench.clock.advance(0);
  expect(sent(bench)).toEqual([['a', 'b']]);
});

const NAMES = { tiktok, customerio, shopline };
const SETTINGS = {
  tiktok: { endpoint: 'http://tiktok', accessToken: 't', pixelCode: 'p', contentId: 'sku', events: {} },
  customerio: { endpoint: 'http://customerio', apiKey: 'k', pii: 'hashed' },
  shopline: {
    ...{ endpoint: 'http://shopline', handle: 'h', accessToken: 't', apiVersion: 'v', channelId: '1' },
    ...{ pii: 'hashed', eventCodes: { 'Order Completed': { code: 'Z_sale_order', attrs: {}, traits: {} } } },
  },
};

/** The three destinations, which accept everything. */
async function shopOfThree() {
  const destinations = Object.entries(NAMES).map(([name, destination]) => ({
    destination,
    settings: SETTINGS[name as keyof typeof NAMES],
  }));
  const shops = [{ id: 'shop', destinations } as unknown as Shop];
  const calls = createCallWatch();
  const clock = createFakeClock(undefined, calls.idle);
  const log = calls.watch(
    await openLog({
      ...{
        dataDir: tempDir(),
        consumers: consumersOf(shops),
        retentionMs: 30 * 86_400_000,
        clock: clock.now,
      },
      shops: waiting(0, { ordersFrom: 'platform', hasPlatform: true }),
    }),
  );
  const bodies: Record<string, unknown[]> = { tiktok: [], customerio: [], shopline: [] };
  const http: Http = async ({ url, body = '' }) => {
    const name = new URL(url).hostname;
    const { data, batch, events } = JSON.parse(body);
    const items: unknown[] = data ?? batch ?? events;
    bodies[name]?.push(...items);
    if (name === 'tiktok') return answer(200, '{"code":0,"message":"OK"}');
    if (name === 'customerio') return answer(200, '{"success":true}');
    const entries = items.map((_, index) => ({ id: `cdp-${index}` }));
    return answer(200, JSON.stringify({ code: 200, data: { events: entries } }));
  };
  startTestDelivery({ shops, log, clock, http });
  return { log, clock, bodies };
}

test('ids stay the same at every destination, and a sale that was accepted is not sent again', async () => {
  const { log, clock, bodies } = await shopOfThree();
  const at = new Date(clock.now()).toISOString();
  const times = { timestamp: at, receivedAt: at };
  await log.accept([{ event: event({ ...times, messageId: 'view' }) }]);
  await log.accept([
    order('1001', {
      ...{ ...times, messageId: 'placed', source: 'platform', identity: { userId: 'ann' } },
      properties: { total: 100, currency: 'TWD', financial_status: 'paid' },
    }),
  ]);
  await clock.advance(5_000);
  const first = structuredClone(bodies);
  expect(Object.values(first).map(({ length }) => length)).toEqual([3, 2, 1]);
  const all = [1, 2, 3, 4, 5];
  for (const consumer of ['tiktok@shop', 'customerio@shop', 'shopline@shop'])
    await log.requeue(consumer, all);
  await clock.advance(5_000);
  const since = (name: keyof typeof NAMES) => bodies[name]?.slice(first[name]?.length);
  expect(since('shopline')).toEqual([]);
  // TikTok forgets ids after 48 hours, so purchases are in the ledger, too.
  expect(new Set(since('tiktok'))).toEqual(new Set(first.tiktok?.slice(0, 2)));
  expect(new Set(since('customerio'))).toEqual(new Set(first.customerio));
  for (const name of Object.keys(NAMES))
    expect(await log.depth(`${name}@shop`)).toMatchObject({ waiting: 0, deadLetters: 0 });
});
