import { describe, expect, test } from 'vitest';
import { retryAfterMs, retryDelayMs, waitMs } from '../../server/delivery/retry.ts';

describe('an event waits longer after each failure, up to five minutes', () => {
  test.each([
    { attempt: 1, random: 0, ms: 0 },
    { attempt: 1, random: 0.999, ms: 999 },
    { attempt: 2, random: 0.5, ms: 1_000 },
    { attempt: 5, random: 0.5, ms: 8_000 },
    { attempt: 9, random: 0.999999, ms: 255_999 },
    { attempt: 10, random: 0.5, ms: 150_000 },
    { attempt: 5_000, random: 0.999999, ms: 299_999 },
  ])('try $attempt, chance $random → $ms ms', ({ attempt, random, ms }) => {
    expect(retryDelayMs(attempt, random)).toBe(ms);
  });
});

describe('Retry-After is obeyed, up to a day', () => {
  const now = Date.parse('2026-03-01T12:00:00Z');
  test.each([
    { header: undefined, ms: 0 },
    { header: '7', ms: 7_000 },
    { header: '0', ms: 0 },
    { header: 'Sun, 01 Mar 2026 12:01:00 GMT', ms: 60_000 },
    { header: 'Sun, 01 Mar 2026 11:00:00 GMT', ms: 0 },
    { header: 'soon', ms: 0 },
    { header: '-5', ms: 0 },
    { header: '999999999', ms: 86_400_000 },
  ])('$header → $ms ms', ({ header, ms }) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });
});

test('a daily limit waits until midnight UTC', () => {
  expect(waitMs('until-midnight-utc', Date.parse('2026-03-01T23:59:00Z'))).toBe(60_000);
  expect(waitMs({ ms: 300_000 }, 0)).toBe(300_000);
  expect(waitMs(undefined, 0)).toBe(0);
});
