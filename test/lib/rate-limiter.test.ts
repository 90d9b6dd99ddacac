import { expect, test } from 'vitest';
import { createRateLimiter, createRateLimiters } from '../../server/lib/rate-limiter.ts';
import { createFakeClock } from '../support/clock.ts';

test('a burst is allowed at once, then four a second; a pause restores the burst', async () => {
  const clock = createFakeClock(0);
  const rateLimiter = createRateLimiter(4, 40, clock);
  const sentAt: number[] = [];
  const { signal } = new AbortController();
  const send = async (times: number) => {
    for (let count = 0; count < times; count++) {
      await rateLimiter(signal);
      sentAt.push(clock.now());
    }
  };
  void send(44);
  await clock.advance(10_000);
  expect(sentAt.slice(0, 40)).toEqual(Array(40).fill(0));
  expect(sentAt.slice(40)).toEqual([250, 500, 750, 1_000]);
  await clock.advance(10_000);
  sentAt.length = 0;
  void send(40);
  await clock.advance(0);
  expect(sentAt).toHaveLength(40);
});

test('equal names share one bucket, different names do not', async () => {
  const clock = createFakeClock(0);
  const rateLimiterFor = createRateLimiters(clock);
  const { signal } = new AbortController();
  const sentAt: string[] = [];
  const send = async (name: string, times: number) => {
    for (let count = 0; count < times; count++) {
      await rateLimiterFor(name, 4, 2)(signal);
      sentAt.push(`${name} ${clock.now()}`);
    }
  };
  void send('store', 2);
  await clock.advance(0);
  void send('store', 1);
  void send('other', 1);
  await clock.advance(10_000);
  expect(sentAt).toEqual(['store 0', 'store 0', 'other 0', 'store 250']);
});
