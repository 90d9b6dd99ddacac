import { expect, test } from 'vitest';
import { event } from '../support/event.ts';
import { answer, plain, startBench } from '../support/worker-bench.ts';

test('a request that waits for the rate limit when the collector stops is not sent; its event stays in the store', async () => {
  const slow = { ...plain.limits, maxEvents: 1, requestsPerSecond: 1, burst: 1 };
  const bench = await startBench(() => answer(200), { limits: slow });
  await bench.log.accept(['a', 'b'].map((messageId) => ({ event: event({ messageId }) })));
  await bench.clock.advance(500);
  await bench.worker.stop();
  expect(bench.requests.map(({ ids }) => ids)).toEqual([['a']]);
  expect(await bench.log.depth('plain@shop')).toMatchObject({ waiting: 1, deadLetters: 0 });
  expect((await bench.worker.state()).breaker).toBe('closed');
});

test('stopping ends the search for the bad events of a rejected batch', async () => {
  const limits = { ...plain.limits, requestsPerSecond: 1, burst: 1 };
  const bench = await startBench(() => answer(400, 'field error'), { limits });
  const ids = Array.from({ length: 64 }, (_, index) => `m${index}`);
  await bench.log.accept(ids.map((messageId) => ({ event: event({ messageId }) })));
  await bench.clock.advance(1_500);
  const before = bench.requests.length;
  await bench.worker.stop();
  expect(bench.requests.length).toBe(before);
  expect(await bench.log.depth('plain@shop')).toMatchObject({ waiting: 64, deadLetters: 0 });
});
