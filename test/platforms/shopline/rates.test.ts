import { expect, test } from 'vitest';
import { fraction, percent, ratio } from '../../../server/platforms/shopline/reports/rates.ts';

test('rates are text: percent to two decimals, fractions to four, and neither leaves its scale', () => {
  expect([percent(566, 1000), percent(1, 3), percent(2, 3), percent(1, 1), percent(0, 9)]).toEqual([
    '56.6',
    '33.33',
    '66.67',
    '100',
    '0',
  ]);
  expect([fraction(9, 100), fraction(1, 3), fraction(1, 10_000), fraction(1, 20_001)]).toEqual([
    '0.09',
    '0.3333',
    '0.0001',
    '0',
  ]);
  expect([percent(5, 0), fraction(5, 0), ratio(5, 0)]).toEqual(['0', '0', '0']);
  expect([percent(7, 5), fraction(7, 5)]).toEqual(['100', '1']);
  expect([ratio(350, 100), ratio(1, 3), ratio(1_234_567_890_123, 100)]).toEqual([
    '3.5',
    '0.33',
    '12345678901.23',
  ]);
});
