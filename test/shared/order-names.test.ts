import { expect, test } from 'vitest';
import { orderNames } from '../../shared/order-names.ts';
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
  expect(orderNames({ properties })).toEqual(names);
});
