import { expect, test } from 'vitest';
import { createBreaker } from '../../server/delivery/breaker.ts';

test('three failures in a row open it, fewer do not', () => {
  const breaker = createBreaker();
  breaker.failed(0, false);
  breaker.failed(0, false);
  expect([breaker.state(), breaker.waitMs(0)]).toEqual(['closed', 0]);
  breaker.failed(0, false);
  expect([breaker.state(), breaker.waitMs(0)]).toEqual(['open', 5_000]);
});

test('it stays closed when successes come between the failures', () => {
  const breaker = createBreaker();
  for (let round = 0; round < 10; round++) {
    breaker.failed(0, false);
    breaker.failed(0, false);
    breaker.succeeded();
  }
  expect(breaker.state()).toBe('closed');
});

test('while it is open, a probe is allowed every five seconds; its success closes it', () => {
  const breaker = createBreaker();
  for (let failure = 0; failure < 3; failure++) breaker.failed(0, false);
  expect(breaker.waitMs(4_999)).toBe(1);
  expect(breaker.waitMs(5_000)).toBe(0);
  breaker.failed(5_000, false);
  expect(breaker.waitMs(5_000)).toBe(5_000);
  breaker.succeeded();
  expect([breaker.state(), breaker.waitMs(5_000)]).toEqual(['closed', 0]);
});

test('a rejected token pauses at once, with a probe every minute', () => {
  const breaker = createBreaker();
  breaker.accessRejected(0);
  expect([breaker.state(), breaker.waitMs(0)]).toEqual(['paused', 60_000]);
});

test('the wait that an API asked for is kept, whatever failures and late successes follow', () => {
  const breaker = createBreaker();
  breaker.pauseUntil(300_000);
  for (let failure = 0; failure < 3; failure++) breaker.failed(0, false);
  expect(breaker.waitMs(0)).toBe(300_000);
  breaker.succeeded();
  expect(breaker.waitMs(0)).toBe(300_000);
});

test('six server failures suspect the event; connection failures do not', () => {
  const breaker = createBreaker();
  for (let failure = 0; failure < 100; failure++) breaker.failed(0, false);
  expect(breaker.suspectsEvent()).toBe(false);
  for (let failure = 0; failure < 6; failure++) breaker.failed(0, true);
  expect(breaker.suspectsEvent()).toBe(true);
  breaker.succeeded();
  expect(breaker.suspectsEvent()).toBe(false);
});

test('a clock that is set back makes no wait longer', () => {
  const breaker = createBreaker();
  for (let failure = 0; failure < 3; failure++) breaker.failed(7_200_000, false);
  breaker.pauseUntil(7_220_000);
  expect(breaker.waitMs(7_200_000)).toBe(20_000);
  expect(breaker.waitMs(3_600_000)).toBe(20_000);
  expect(breaker.waitMs(3_620_000)).toBe(0);
});
