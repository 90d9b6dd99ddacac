import { describe, expect, test } from 'vitest';
import { normalize, toNumber } from '../../client/snippet/normalize.ts';

test.each([
  [12.5, 12.5],
  ['12.50', 12.5],
  ['0', 0],
  ['12,50', 12.5],
  ['1,280', 1280],
  ['NT$1,280', 1280],
  ['1,280.50', 1280.5],
  ['1.280,00 €', 1280],
  ['1 280,50', 1280.5],
  ['12.345', 12.345],
  ['1,234,567.89', 1_234_567.89],
  ['free', Number.NaN],
  [undefined, Number.NaN],
])('%j is the number %d', (text, number) => {
  expect(toNumber(text)).toBe(number);
});

/** As it goes over the wire. */
const wire = (found: Record<string, unknown>) => JSON.parse(JSON.stringify(normalize(found)));

describe('what a source found becomes what the contract asks for', () => {
  test.each([
    {
      what: 'amounts are numbers, names and ids stay text',
      found: { product_id: '007', name: '501', price: '9.90' },
      want: { product_id: '007', name: '501', price: 9.9, value: 9.9 },
    },
    {
      what: 'value is price × quantity',
      found: { price: '19.99', quantity: '3' },
      want: { price: 19.99, quantity: 3, value: 59.97 },
    },
    {
      what: 'unless the source says it',
      found: { price: 10, quantity: 2, value: 15 },
      want: { price: 10, quantity: 2, value: 15 },
    },
    {
      what: 'an unreadable amount is none',
      found: { price: 'on request', name: 'Vase' },
      want: { price: null, name: 'Vase' },
    },
    {
      what: 'an unreadable quantity is one',
      found: { price: 10, quantity: 'some' },
      want: { price: 10, quantity: null, value: 10 },
    },
  ])('$what', ({ found, want }) => {
    expect(wire(found)).toEqual(want);
  });
});
