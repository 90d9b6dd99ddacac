// @module-tag slow
import { expect, test } from 'vitest';
import type { Shop } from '../../server/config/config.ts';
import { consumersOf } from '../../server/delivery/consumers.ts';
import { type Destination, instanceOf } from '../../server/destinations/destination.ts';
import { createCounters } from '../../server/observe/counters.ts';
import { openLog } from '../../server/store/open.ts';
import { createFakeClock } from '../support/clock.ts';
import { event } from '../support/event.ts';
import { createCallWatch } from '../support/idle.ts';
import { startTestDelivery } from '../support/start-delivery.ts';
import { tempDir } from '../support/temp-dir.ts';
import { answer, plain, startBench } from '../support/worker-bench.ts';

const base = plain as unknown as Destination;
const eu = instanceOf(base, 'eu');
const isSent = async (destination: Destination, integrations: Record<string, boolean>) => {
  const bench = await startBench(() => answer(200), { name: destination.name });
  await bench.log.accept([{ event: event({ integrations }) }]);
  await bench.clock.advance(0);
  return bench.requests.length > 0;
};

test.each([
  { chosen: { plain: false }, first: false, second: false },
  { chosen: { 'plain:eu': false }, first: true, second: false },
  { chosen: { plain: false, 'plain:eu': true }, first: false, second: true },
  { chosen: { all: false, 'plain:eu': true }, first: false, second: true },
])('$chosen chooses among instances', async ({ chosen, first, second }) => {
  expect([await isSent(base, chosen), await isSent(eu, chosen)]).toEqual([first, second]);
});

test('an instance added later leaves the progress of the first; each has its own breaker, queue, history and labels', async () => {
  const dataDir = tempDir();
  const calls = createCallWatch();
  const clock = createFakeClock(undefined, calls.idle);
  const shopOf = (...destinations: Destination[]) => [
    {
      id: 'tea',
      destinations: destinations.map((destination) => ({ destination, settings: {} })),
    } as unknown as Shop,
  ];
  const open = (shops: readonly Shop[]) =>
    openLog({ dataDir, consumers: consumersOf(shops), retentionMs: 86_400_000, clock: clock.now });
  const before = await open(shopOf(base));
  await before.accept([{ event: event({ shop: 'tea', messageId: 'waits' }) }]);
  await before.close();

  const shops = shopOf(
    {
      ...base,
      request: (items, parts) => ({ ...base.request(items, parts), url: 'http://127.0.0.1/first' }),
    },
    { ...eu, request: (items, parts) => ({ ...eu.request(items, parts), url: 'http://127.0.0.1/eu' }) },
  );
  const log = calls.watch(await open(shops));
  const arrived: string[] = [];
  const counters = createCounters();
  const delivery = startTestDelivery({
    shops,
    log,
    clock,
    counters,
    async http({ url, body = '' }) {
      if (url.endsWith('/eu')) return answer(401, 'wrong token');
      arrived.push(...(JSON.parse(body) as { id: string }[]).map(({ id }) => id));
      return answer(200);
    },
  });
  await log.accept([{ event: event({ shop: 'tea', messageId: 'new' }) }]);
  await clock.advance(2_000);
  expect([...new Set(arrived)].toSorted()).toEqual(['new', 'waits']);
  const states = delivery.workers.map(async ({ consumer, state }) => [consumer, (await state()).breaker]);
  expect(await Promise.all(states)).toEqual([
    ['plain@tea', 'closed'],
    ['plain:eu@tea', 'paused'],
  ]);
  expect(await log.depth('plain@tea')).toMatchObject({ waiting: 0 });
  expect((await log.depth('plain:eu@tea')).waiting).toBeGreaterThanOrEqual(1);
  expect(counters.snapshot()).toContainEqual(
    expect.objectContaining({
      name: 'destination_alerts',
      labels: { shop: 'tea', destination: 'plain:eu' },
      value: 1,
    }),
  );
});
