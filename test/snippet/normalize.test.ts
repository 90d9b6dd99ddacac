import { describe, expect, test } from 'vitest';
import { normalize, normalizePlain } from '../../client/snippet/normalize.ts';

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
      want: { name: 'Vase' },
    },
    {
      what: 'an unreadable quantity is one',
      found: { price: 10, quantity: 'some' },
      want: { price: 10, value: 10 },
    },
    {
      what: 'an amount that may be either is none',
      found: { price: 'Was $20 Now $10', currency: 'USD' },
      want: { currency: 'USD' },
    },
    {
      what: 'lines have the currency of what contains them, unless they have their own',
      found: {
        currency: 'KWD',
        total: '3.898',
        products: [{ price: '1.299', quantity: 2 }, { price: '¥1.299', currency: 'JPY' }, null],
      },
      want: {
        currency: 'KWD',
        total: 3.898,
        products: [
          { price: 1.299, quantity: 2, value: 2.598 },
          { price: 1299, value: 1299, currency: 'JPY' },
          null,
        ],
      },
    },
  ])('$what', ({ found, want }) => {
    expect(wire(found)).toEqual(want);
  });
});

test.each([
  ['12.50', 12.5],
  ['1,280', 1280],
  ['1,280.50', 1280.5],
  [12.345, 12.345],
  ['NT$1,280', undefined],
  ['1.280,00', undefined],
  ['', undefined],
])('of a source that writes numbers plainly, %j is %j', (price, number) => {
  expect(normalizePlain({ price }).price).toBe(number);
});
