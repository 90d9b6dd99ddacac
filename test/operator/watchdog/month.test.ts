// @module-tag slow
import { expect, test } from 'vitest';
import { isAsPromised } from '../../programs/watchdog/main.ts';
import { evaluateMonth, simulateMonth } from '../../programs/watchdog/run.ts';

const WEEKS = 30 / 7;

test('in a month of three shops every planted incident is found and ends in time, with one message each; at most one false alarm a week', async () => {
  const { judged, falseAlarms } = evaluateMonth(await simulateMonth(1));
  expect(judged.length).toBeGreaterThan(20);
  expect(judged.filter((one) => !isAsPromised(one))).toEqual([]);
  expect(falseAlarms.length).toBeLessThanOrEqual(WEEKS);
}, 120_000);
