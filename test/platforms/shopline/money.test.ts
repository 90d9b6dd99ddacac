import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sum } from '../../../server/lib/decimal.ts';
import { mapWebhook, type Topic } from '../../../server/platforms/shopline/webhooks/map.ts';
import { readAmount } from '../../../server/platforms/shopline/webhooks/money.ts';
import { isMapped } from '../../../server/platforms/webhooks/mapped.ts';
import { order } from '../support.ts';

function propertiesOf(topic: Topic, payload: object) {
  const mapped = mapWebhook(topic, payload, 'id');
  if (!isMapped(mapped)) throw new Error('not usable');
  return mapped.message.properties ?? {};
}

describe('an amount is read exactly as it is written, or not at all', () => {
  test.each([
    ['8.00', 8],
    [' 12.50 ', 12.5],
    ['1200', 1200],
    ['0', 0],
    ['0.0000000001', 1e-10],
    ['1234567.0123456789', 1234567.0123456789],
    ['007.5', 7.5],
    [19.9, 19.9],
    [0, 0],
    [1e-7, 1e-7],
  ])('%s', (said, amount) => {
    expect(readAmount(said)).toBe(amount);
  });

  test.each([
    '-8.00',
    -8,
    '1e3',
    '1,200.00',
    '1.200,00',
    '+5',
    '.5',
    '5.',
    '',
    ' ',
    '$8',
    '８',
    '0x10',
    'NaN',
    'Infinity',
    '1'.repeat(400),
    1e300,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    undefined,
  ])('%s is no amount', (said) => {
    expect(readAmount(said)).toBeUndefined();
  });
});

describe('amounts are added in whole units', () => {
  test.each([
    [[0.1, 0.2], 0.3],
    [[1.1, 2.2, 3.3], 6.6],
    [[0.0000000001, 0.0000000002], 0.0000000003],
    [[1234567.89, 0.01], 1234567.9],
    [[1e12, 0.3], 1000000000000.3],
    [[], 0],
  ])('%j', (amounts, total) => {
    expect(sum(amounts)).toBe(total);
  });

  test('any two amounts of a currency make what they make in its smallest unit', () => {
    const cents = fc.integer({ min: 0, max: 1e12 });
    fc.assert(
      fc.property(cents, cents, (one, other) => {
        expect(sum([one / 100, other / 100])).toBe((one + other) / 100);
      }),
    );
  });
});

describe('the money of an order', () => {
  test('a currency without decimals is in whole yen, nothing is divided', () => {
    const parts = { currency: 'JPY', current_total_price: '1200', current_total_price_set: null };
    expect(propertiesOf('orders/create', order(parts))).toMatchObject({ total: 1200, currency: 'JPY' });
  });

  test('ten decimals stay', () => {
    const parts = {
      current_total_price_set: { shop_money: { amount: '0.0123456789', currency_code: 'KWD' } },
    };
    expect(propertiesOf('orders/create', order(parts))).toMatchObject({
      total: 0.0123456789,
      currency: 'KWD',
    });
  });

  test('what the merchant is paid goes before what the buyer was shown', () => {
    const current_total_price_set = {
      shop_money: { amount: 1000, currency_code: 'twd' },
      presentment_money: { amount: '31.25', currency_code: 'USD' },
    };
    const parts = { currency: 'USD', current_total_price: '31.25', current_total_price_set };
    expect(propertiesOf('orders/create', order(parts))).toMatchObject({ total: 1000, currency: 'TWD' });
  });

  test('an amount in another currency than the total’s is left out', () => {
    const total_tax_set = { shop_money: { amount: '1.50', currency_code: 'USD' } };
    const properties = propertiesOf('orders/create', order({ total_tax_set }));
    expect(properties).toMatchObject({ total: 960, currency: 'TWD', subtotal: 900 });
    expect(properties).not.toHaveProperty('tax');
  });

  test('a negative or unreadable amount is left out, and nothing else', () => {
    const parts = { current_total_price: '-960.00', current_total_price_set: null, total_tax: 'free' };
    const properties = propertiesOf('orders/create', order(parts));
    expect(properties).toMatchObject({ currency: 'TWD', subtotal: 900, shipping: 60 });
    for (const name of ['total', 'tax']) expect(properties).not.toHaveProperty(name);
  });

  test('the plain field does not stand in for a bad one of the merchant’s', () => {
    const parts = { current_total_price_set: { shop_money: { amount: '-1', currency_code: 'TWD' } } };
    expect(propertiesOf('orders/create', order(parts))).not.toHaveProperty('total');
  });

  test('older names are read where the newer are missing', () => {
    const parts = {
      current_total_price: null,
      current_total_price_set: null,
      total_price: 8,
      total_discounts: null,
      current_total_discounts: '1.00',
    };
    expect(propertiesOf('orders/create', order(parts))).toMatchObject({ total: 8, discount: 1 });
  });

  test.each(['TWDD', '', 'T1D', 7])('%s is no currency', (currency) => {
    const parts = { currency, current_total_price_set: null };
    expect(propertiesOf('orders/create', order(parts))).not.toHaveProperty('currency');
  });
});

describe('the money of a refund', () => {
  const refund = (parts: object) => propertiesOf('refunds/create', { id: 'r', order_id: 'o', ...parts });
  const line = {
    quantity: 1,
    subtotal: 10.1,
    subtotal_set: { shop_money: { amount: 10.1, currency_code: 'TWD' } },
  };

  test.each([
    ['nothing was paid back when every transaction failed', [{ status: 'error', amount: '5' }], { total: 0 }],
    [
      'an amount that is none is left out',
      [
        { amount: '-5', currency: 'TWD' },
        { amount: '5', currency: 'TWD' },
      ],
      { total: 5, currency: 'TWD' },
    ],
    [
      'several currencies have no sum',
      [
        { amount: '5', currency: 'TWD' },
        { amount: '5', currency: 'USD' },
      ],
      {},
    ],
    ['amounts that cannot be read have no sum', [{ amount: 'five' }, { status: 'failure', amount: '1' }], {}],
  ])('%s', (_, transactions, expected) => {
    const {
      order_id: _order,
      refund_id: _refund,
      ...money
    } = refund({ transactions, refund_line_items: [line] });
    expect(money).toEqual(expected);
  });

  test('without transactions, the sum of the refunded lines', () => {
    expect(refund({ refund_line_items: [line, { quantity: 1, subtotal: 0.2 }] })).toMatchObject({
      total: 10.3,
      currency: 'TWD',
    });
  });

  test('without transactions and lines, no amount', () => {
    expect(refund({})).toEqual({ order_id: 'o', refund_id: 'r' });
  });
});
