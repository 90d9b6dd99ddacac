import { describe, expect, test } from 'vitest';
import type { Properties } from '../../client/snippet/api.ts';
import { differences, isSame } from '../../client/snippet/debug/differences.ts';

describe('two sources disagree where an amount differs by more than rounding', () => {
  test.each<[sent: Properties, other: Properties, found: unknown[]]>([
    [{ price: 500 }, { price: 10 }, [['price', 500, 10]]],
    [{ price: '500.00' }, { price: 'NT$500' }, []],
    [{ price: '1.299,00 €', currency: 'EUR' }, { price: '12.99' }, [['price', 1299, 12.99]]],
    // In the currency of each.
    [{ price: '1.299', currency: 'jpy' }, { price: 1299, currency: 'JPY ' }, []],
    [{ price: 500 }, { price: 505 }, []],
    [{ price: 500 }, { price: 506 }, [['price', 500, 506]]],
    [{ price: 0.5 }, { price: 0.51 }, []],
    [{ price: 0.5 }, { price: 0.53 }, [['price', 0.5, 0.53]]],
    [{ price: 0 }, { price: 480 }, [['price', 0, 480]]],
    [{ quantity: 1 }, { quantity: '2' }, [['quantity', 1, 2]]],
    [{ quantity: 200 }, { quantity: 201 }, [['quantity', 200, 201]]],
    [{ total: 1000, value: 900 }, { value: 1000 }, []],
    [{ total: 1000 }, { total: '', value: 100 }, [['value', 1000, 100]]],
    [{ currency: 'TWD' }, { currency: 'USD' }, [['currency', 'TWD', 'USD']]],
    [
      { currency: 'TWD', price: 500, quantity: 1 },
      { currency: 'USD', price: 16, quantity: 3 },
      [
        ['currency', 'TWD', 'USD'],
        ['price', 500, 16],
        ['quantity', 1, 3],
      ],
    ],
  ])('%j and %j', (sent, other, found) => {
    expect(differences(sent, other)).toEqual(found);
  });

  test.each<[sent: Properties, other: Properties]>([
    [{ price: 500, currency: 'TWD' }, {}],
    [{}, { price: 500, currency: 'TWD', quantity: 2 }],
    [{ price: 500 }, { price: null, currency: null, quantity: '' }],
    [{ price: 500 }, { price: 'ask us' }],
    [{ price: Number.NaN }, { price: 500 }],
    [{ price: { amount: 5 } }, { price: [7] }],
    [{ products: [null, 'tea', { sku: 'a', price: 5 }] }, { products: { sku: 'b', price: 7 } }],
  ])('not where one has no amount: %j and %j', (sent, other) => {
    expect(differences(sent, other)).toEqual([]);
  });

  test('also in the lines of an order, by their ids, at most ten', () => {
    const products = (price: number) =>
      Array.from({ length: 500 }, (_, n) => ({ sku: `s-${n}`, product_id: 'p', price }));
    const found = differences({ products: products(500) }, { products: products(10) });
    expect(found.length).toBe(10);
    expect(differences({ products: products(5) }, { products: [{ sku: 's-7', price: 9 }] })).toEqual([
      ['s-7 price', 5, 9],
    ]);
  });
});

test.each<[one: Properties, other: Properties, same: boolean | undefined]>([
  [{ product_id: 7 }, { product_id: '7' }, true],
  [{ product_id: '7' }, { product_id: '8' }, false],
  [{ product_id: '7', variant_id: '1' }, { product_id: '7', variant_id: '2' }, false],
  [{ product_id: '7', sku: 'tea' }, { product_id: 'tea', sku: 'tea' }, true],
  [{ product_id: '7' }, { sku: 'tea' }, undefined],
  [{ order_id: 'A-1', product_id: '7' }, { order_id: 'A-2', product_id: '7' }, false],
  [{}, {}, undefined],
])('%j and %j are the same thing: %s', (one, other, same) => {
  expect(isSame(one, other)).toBe(same);
});
