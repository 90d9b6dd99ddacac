import { expect, test } from 'vitest';
import { createBreaker } from '../../server/delivery/breaker.ts';

test('one hiccup does not stop a destination; three in a row do', () => {
  const breaker = createBreaker();
  breaker.failed(0, false);
  breaker.failed(0, false);
  expect([breaker.state(), breaker.waitMs(0)]).toEqual(['closed', 0]);
  breaker.failed(0, false);
  expect([breaker.state(), breaker.waitMs(0)]).toEqual(['open', 5_000]);
});

test('successes in between keep it closed', () => {
  const breaker = createBreaker();
  for (let round = 0; round < 10; round++) {
    breaker.failed(0, false);
    breaker.failed(0, false);
    breaker.succeeded();
  }
  expect(breaker.state()).toBe('closed');
});

test('while open, a probe goes every five seconds; its success closes at once', () => {
  const breaker = createBreaker();
  for (let failure = 0; failure < 3; failure++) breaker.failed(0, false);
  expect(breaker.waitMs(4_999)).toBe(1);
  expect(breaker.waitMs(5_000)).toBe(0);
  breaker.failed(5_000, false);
  expect(breaker.waitMs(5_000)).toBe(5_000);
  breaker.succeeded();
  expect([breaker.state(), breaker.waitMs(5_000)]).toEqual(['closed', 0]);
});

test('a refused token pauses at once, and is tried again every minute', () => {
  const breaker = createBreaker();
  breaker.accessRejected(0);
  expect([breaker.state(), breaker.waitMs(0)]).toEqual(['paused', 60_000]);
});

test('an API that asked for quiet gets it, even if a failure says less or a success comes in late', () => {
  const breaker = createBreaker();
  breaker.pauseUntil(300_000);
  for (let failure = 0; failure < 3; failure++) breaker.failed(0, false);
  expect(breaker.waitMs(0)).toBe(300_000);
  breaker.succeeded();
  expect(breaker.waitMs(0)).toBe(300_000);
});

test('when probe after probe makes the API stumble, the event itself is suspected; being unreachable blames nobody', () => {
  const breaker = createBreaker();
  for (let failure = 0; failure < 100; failure++) breaker.failed(0, false);
  expect(breaker.suspectsEvent()).toBe(false);
  for (let failure = 0; failure < 6; failure++) breaker.failed(0, true);
  expect(breaker.suspectsEvent()).toBe(true);
  breaker.succeeded();
  expect(breaker.suspectsEvent()).toBe(false);
});

test('a clock set back makes no wait longer than it was', () => {
  const breaker = createBreaker();
  for (let failure = 0; failure < 3; failure++) breaker.failed(7_200_000, false);
  breaker.pauseUntil(7_220_000);
  expect(breaker.waitMs(7_200_000)).toBe(20_000);
  expect(breaker.waitMs(3_600_000)).toBe(20_000);
  expect(breaker.waitMs(3_620_000)).toBe(0);
});
