import { expect, test } from 'vitest';
import { divide, fromHundredths, sum, sumOfProducts, toHundredths } from '../../server/lib/decimal.ts';

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

test('every number of hundredths comes back from the decimal it is written as', { tags: ['slow'] }, () => {
  for (let hundredths = 0; hundredths < 200_000; hundredths += 7) {
    expect(toHundredths(hundredths / 100)).toBe(hundredths);
    expect(toHundredths(fromHundredths(hundredths))).toBe(hundredths);
  }
});

test('money divides to the nearest hundredth, whatever its size', () => {
  expect([divide(1_000, 3), divide(5, 2), divide(Number.MAX_SAFE_INTEGER, 1), divide(5, 0)]).toEqual([
    333,
    3,
    Number.MAX_SAFE_INTEGER,
    0,
  ]);
  expect([fromHundredths(0), fromHundredths(5), fromHundredths(1250)]).toEqual(['0.00', '0.05', '12.50']);
});

test('sums and products are those of the decimals as they are written', () => {
  expect([sum([]), sum([0.1, 0.2]), sumOfProducts([[0.1, 3]], 4), sumOfProducts([[1.00005, 1]], 4)]).toEqual([
    0, 0.3, 0.3, 1.0001,
  ]);
});
