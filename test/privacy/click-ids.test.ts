import { expect, test } from 'vitest';
import { withoutClickIds } from '../../server/privacy/click-ids.ts';

test.each([
  ['https://shop.example/?ttclid=E.C.P.1', 'https://shop.example/'],
  ['https://shop.example/?ttclid=E.C.P.1&b=2', 'https://shop.example/?b=2'],
  ['https://shop.example/?a=1&ttclid=E.C.P.1', 'https://shop.example/?a=1'],
  ['https://shop.example/?a=1&TTCLID=E.C.P.1&b=2#c', 'https://shop.example/?a=1&b=2#c'],
  ['?ttclid=1&ttclid=2', ''],
  ['https://shop.example/ttclid', 'https://shop.example/ttclid'],
])('%s → %s', (address, expected) => {
  expect(withoutClickIds(address)).toBe(expected);
});

test('fields of that name go too, at any depth; everything else stays', () => {
  const sent = {
    page: { url: '/?ttclid=1', title: 'Tea' },
    ttclid: '1',
    list: [{ ttp: '2', price: 3 }],
    none: null,
  };
  expect(withoutClickIds(sent)).toEqual({
    page: { url: '/', title: 'Tea' },
    list: [{ price: 3 }],
    none: null,
  });
});
