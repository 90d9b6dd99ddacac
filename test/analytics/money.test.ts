import { expect, test } from 'vitest';
import { divide, fraction, major, percent, ratio, toHundredths } from '../../server/analytics/money.ts';

test.each<[unknown, number | undefined]>([
  ['12.50', 1250],
  ['8', 800],
  [8, 800],
  ['1.005', 101],
  [1.005, 101],
  ['1.00499999999999999999', 100],
  [0.1 + 0.2, 30],
  [4.35, 435],
  [1.15 * 3, 345],
  ['0.005', 1],
  ['0.0049', 0],
  ['.5', 50],
  ['5.', 500],
  [' 19.90 ', 1990],
  ['0019.90', 1990],
  [0, 0],
  [-0, 0],
  ['0.00', 0],
  [1e-7, 0],
  [5e-3, 1],
  ['1e2', 10_000],
  ['1.5E+3', 150_000],
  ['0e9999', 0],
  [12345678901.23, 1234567890123],
  ['90071992547409.91', 9007199254740991],
  ['90071992547409.92', undefined],
  ['90071992547409.914', 9007199254740991],
  ['90071992547409.915', undefined],
  [1e21, undefined],
  ['1e9999', undefined],
  ['9'.repeat(399), undefined],
  ['9'.repeat(100_000), undefined],
  [`0.${'0'.repeat(390)}1`, 0],
  [-1, undefined],
  ['-0.01', undefined],
  [Number.NaN, undefined],
  [Number.POSITIVE_INFINITY, undefined],
  ['', undefined],
  [' ', undefined],
  ['.', undefined],
  ['e5', undefined],
  ['12,50', undefined],
  ['1,234.50', undefined],
  ['$5', undefined],
  ['0x10', undefined],
  ['1_000', undefined],
  ['٥', undefined],
  [null, undefined],
  [undefined, undefined],
  [true, undefined],
  [[5], undefined],
  [{ amount: 5 }, undefined],
])('%j is %j hundredths', (value, hundredths) => {
  expect(toHundredths(value)).toBe(hundredths);
});

test('every number of hundredths comes back from the decimal it is written as', () => {
  for (let hundredths = 0; hundredths < 200_000; hundredths += 7) {
    expect(toHundredths(hundredths / 100)).toBe(hundredths);
    expect(toHundredths(major(hundredths))).toBe(hundredths);
  }
});

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
  expect([percent(5, 0), fraction(5, 0), ratio(5, 0), divide(5, 0)]).toEqual(['0', '0', '0', 0]);
  expect([percent(7, 5), fraction(7, 5)]).toEqual(['100', '1']);
});

test('money divides to the nearest hundredth, whatever its size', () => {
  expect([divide(1_000, 3), divide(5, 2), divide(Number.MAX_SAFE_INTEGER, 1)]).toEqual([
    333,
    3,
    Number.MAX_SAFE_INTEGER,
  ]);
  expect([ratio(350, 100), ratio(1, 3), ratio(1_234_567_890_123, 100)]).toEqual([
    '3.5',
    '0.33',
    '12345678901.23',
  ]);
  expect([major(0), major(5), major(1250)]).toEqual(['0.00', '0.05', '12.50']);
});
