import { expect, test } from 'vitest';
import { eventIdOf, isGuessable, orderNames, orderTokens, readId } from '../../shared/order-ids.ts';
import type { JsonObject } from '../../shared/protected-event.ts';

test.each<{ what: string; properties: JsonObject; names: string[] }>([
  { what: 'nothing', properties: { total: 12 }, names: [] },
  { what: 'an id', properties: { order_id: ' 21050224050312121 ' }, names: ['21050224050312121'] },
  { what: 'an id sent as a number', properties: { order_id: 1001 }, names: ['1001'] },
  {
    what: 'all there is, the id first',
    properties: {
      checkout_token: 'tok',
      checkout_id: 'chk',
      order_seq: '5',
      order_number: '#1001',
      order_id: '9',
    },
    names: ['9', '1001', '5', 'checkout:chk', 'checkout:tok'],
  },
  {
    what: 'the same name twice',
    properties: { order_id: '#1001', order_number: 1001, checkout_id: 'tok', checkout_token: 'tok' },
    names: ['1001', 'checkout:tok'],
  },
  {
    what: 'the address of the thank-you page',
    properties: { order_status_url: 'https://shop.example/trade/thank_you?mainOrderMark=x&mainOrderSeq=77' },
    names: ['77'],
  },
  {
    what: 'the address of a page that lies elsewhere, while the number is said',
    properties: { order_seq: '5', order_status_url: '/thank_you?mainOrderSeq=77' },
    names: ['5'],
  },
  {
    what: 'an address without an order',
    properties: { order_status_url: 'https://[?mainOrderSeq=1' },
    names: [],
  },
  {
    what: 'what is no name',
    properties: {
      order_id: '',
      order_number: ' # ',
      order_seq: null,
      checkout_id: ['x'],
      checkout_token: { a: 1 },
    },
    names: [],
  },
  { what: 'an id of any length', properties: { order_id: 'x'.repeat(513) }, names: [] },
  { what: 'an id an email was taken out of', properties: { order_id: 'for [email]' }, names: [] },
])('an order is called by $what', ({ properties, names }) => {
  expect(orderNames(properties)).toEqual(names);
});

test.each(['undefined', '0', 0, '  ', 'null', '{{order_id}}', 'NaN', '-1', '[object Object]', 'for [email]'])(
  'the placeholder %j is no id',
  (value) => {
    expect(readId(value)).toBeUndefined();
    expect(orderNames({ order_id: value, order_number: value })).toEqual([]);
    expect(eventIdOf('Order Completed', { order_id: value }, 'm-1')).toBe('m-1');
  },
);

test.each([
  ['Order Completed', { order_id: '#1001' }, 'order:1001'],
  ['Order Completed', { order_number: '1001' }, 'order:1001'],
  ['Order Placed', { order_id: 7 }, 'order:7'],
  ['Order Updated', { order_id: '7', financial_status: ' PAID' }, 'order:7'],
  ['Order Updated', { order_id: '7' }, 'm-1'],
  ['Order Refunded', { order_id: '7' }, 'm-1'],
  ['Checkout Started', { checkout_id: 'c', checkout_token: 't' }, 'checkout:t'],
  ['Checkout Started', { checkout_id: 'c' }, 'checkout:c'],
  ['Checkout Started', {}, 'm-1'],
  ['Product Added', { order_id: '7' }, 'm-1'],
])('%s with %j has the event id %s', (event, properties, id) => {
  expect(eventIdOf(event, properties, 'm-1')).toBe(id);
});

test('a token proves something only when it cannot be guessed', () => {
  expect(['1001', 'abc', '21050224050312121'].map(isGuessable)).toEqual([true, true, true]);
  const counted = [
    'cart-00012',
    'Cart_2026',
    'checkout-12',
    'basket000000000012',
    '00012-cart',
    'shop.cart#77',
    '購物車-000123',
  ];
  expect(counted.filter((id) => !isGuessable(id))).toEqual([]);
  const random = ['f3a1c2d4e5', 'c7e41fd6a0b94f6c8d2f5be1930a7c44', '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d'];
  expect([...random, 'Z2NwLXVzLWVhc3QxOjAxSEdX'].filter(isGuessable)).toEqual([]);
  expect(
    orderTokens({
      cart_token: 'cart-token-1',
      cart_id: '12',
      order_status_url: 'https://shop.example/thank_you?mainOrderMark=mark-mark&mainOrderSeq=77',
    }),
  ).toEqual(['cart-token-1', 'mark-mark']);
});

test.each([
  '"null"',
  "'undefined'",
  '(none)',
  '(null)',
  'not set',
  'None,None',
  'undefined undefined',
  'undefined.',
  '#{{order.name}}',
  `#$\{id}`,
  '{{order_id',
])('two buyers whose order is called %s have two orders', (order_id) =>
  expect(readId(order_id)).toBeUndefined(),
);

test.each([
  'null-1',
  'none1',
  '(1001)',
  '#1001',
  '"A"',
  'Nonette',
  'nil-7',
  'R{1}',
  'A$1',
  'truecolor',
  '0-1',
])('%s is an id', (order_id) => expect(readId(order_id)).toBe(order_id));
