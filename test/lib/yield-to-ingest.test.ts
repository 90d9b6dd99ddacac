import { expect, test } from 'vitest';
import { createYieldToIngest, mapInChunks, NO_BACKPRESSURE } from '../../server/lib/yield-to-ingest.ts';

test('a long list is mapped in order, and others have their turn after every twenty', async () => {
  const order: string[] = [];
  const yieldToIngest = { ...NO_BACKPRESSURE, rest: async () => void order.push('others') };
  const numbers = Array.from({ length: 50 }, (_, number) => number);
  const mapped = await mapInChunks(numbers, (number) => number * 2, yieldToIngest);
  expect(mapped).toEqual(numbers.map((number) => number * 2));
  expect(order).toEqual(['others', 'others']);
  expect(await mapInChunks([], String, NO_BACKPRESSURE)).toEqual([]);
});

test.each([
  { requests: 0, restMs: 0 },
  { requests: 1, restMs: 20 },
  { requests: 3, restMs: 60 },
  { requests: 500, restMs: 180 },
])(
  'while $requests requests are being answered, two workers that worked 10 ms each rest $restMs ms',
  async ({ requests, restMs }) => {
    const yieldToIngest = createYieldToIngest(() => requests);
    const startedAtMs = performance.now();
    await Promise.all([yieldToIngest.rest(10), yieldToIngest.rest(10)]);
    // Timers count whole milliseconds and may be a little early.
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(restMs - 2);
  },
);

test('when nobody asks for anything, delivery does not rest, however long it worked', async () => {
  const yieldToIngest = createYieldToIngest(() => 0);
  await yieldToIngest.rest(60_000);
}, 5_000);

test('what rests for a rush goes on as soon as the rush is over', async () => {
  let requests = 9;
  const yieldToIngest = createYieldToIngest(() => requests);
  const rested = yieldToIngest.rest(60_000);
  requests = 0;
  await rested;
  await yieldToIngest.rest(60_000);
}, 5_000);

test('while something arrives, less is taken at once; never nothing', () => {
  let requests = 0;
  const { share } = createYieldToIngest(() => requests);
  expect(share(1000)).toBe(1000);
  requests = 1;
  expect([share(1000), share(500), share(128), share(1)]).toEqual([200, 128, 128, 1]);
});
