import { expect, test } from 'vitest';
import { createLogLimiter } from '../../server/lib/log-limiter.ts';

function limiterAt(startMs: number) {
  let nowMs = startMs;
  const mayLog = createLogLimiter(() => nowMs);
  const advance = (ms: number) => {
    nowMs += ms;
  };
  return { mayLog, advance };
}

test('one line a minute for each key', () => {
  const { mayLog, advance } = limiterAt(1_000);
  expect([mayLog('a'), mayLog('a'), mayLog('b')]).toEqual([true, false, true]);
  advance(59_999);
  expect([mayLog('a'), mayLog('b')]).toEqual([false, false]);
  advance(1);
  expect([mayLog('a'), mayLog('a'), mayLog('b')]).toEqual([true, false, true]);
});

test('at most 100 keys a minute', () => {
  const { mayLog, advance } = limiterAt(0);
  const burst = () => Array.from({ length: 1_000 }, (_, index) => mayLog(`key-${index}`)).filter(Boolean);
  expect(burst()).toHaveLength(100);
  advance(60_000);
  expect(burst()).toHaveLength(100);
});

test('a clock set back does not silence a key for longer than a minute', () => {
  const { mayLog, advance } = limiterAt(10_000_000);
  expect(mayLog('a')).toBe(true);
  advance(-5_000_000);
  expect(mayLog('a')).toBe(true);
});
