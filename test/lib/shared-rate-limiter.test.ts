import { expect, onTestFinished, test } from 'vitest';
import { startWorker } from '../../server/delivery/worker.ts';
import type { Destination } from '../../server/destinations/destination.ts';
import { createRateLimiters } from '../../server/lib/rate-limiter.ts';
import { NO_BACKPRESSURE } from '../../server/lib/yield-to-ingest.ts';
import { createCounters } from '../../server/observe/counters.ts';
import { openLog } from '../../server/store/open.ts';
import { createFakeClock } from '../support/clock.ts';
import { event } from '../support/event.ts';
import { createCallWatch } from '../support/idle.ts';
import { tempDir } from '../support/temp-dir.ts';
import { answer, plain } from '../support/worker-bench.ts';

test('a destination and another caller with its rate limiter stay below the limit together', async () => {
  const dataDir = tempDir();
  const calls = createCallWatch();
  const clock = createFakeClock(0, calls.idle);
  const log = calls.watch(
    await openLog({
      dataDir,
      consumers: [{ name: 'plain@shop', shop: 'shop', decryptsPii: false, audience: 'destinations' }],
      retentionMs: 86_400_000,
      clock: clock.now,
    }),
  );
  const rateLimiterFor = createRateLimiters(clock);
  // Somebody else used the burst up.
  const others = rateLimiterFor('plain@shop', 4, 40);
  const { signal } = new AbortController();
  for (let count = 0; count < 40; count++) await others(signal);
  const sentAt: number[] = [];
  const worker = startWorker({
    yieldToIngest: NO_BACKPRESSURE,
    consumer: 'plain@shop',
    shop: 'shop',
    destination: {
      ...plain,
      limits: { ...plain.limits, maxEvents: 1, requestsPerSecond: 4, burst: 40 },
    } as unknown as Destination,
    settings: {},
    bots: 'flag',
    log,
    http: async () => {
      sentAt.push(clock.now());
      return answer(200);
    },
    decrypt: () => ({}),
    clock,
    rateLimiterFor,
    random: () => 0.5,
    counters: createCounters(),
    logger: { info: () => {}, warn: () => {}, error: () => {} },
    report: () => {},
  });
  onTestFinished(async () => {
    await worker.stop();
    await log.close();
  });
  await log.accept(Array.from({ length: 3 }, () => ({ event: event({ shop: 'shop' }) })));
  await clock.advance(5_000);
  expect(sentAt).toEqual([250, 500, 750]);
});
