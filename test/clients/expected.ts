/** An order as every recording has it, and as it must arrive. */
export interface ExpectedOrder {
  total: number;
  lines: { product_id: string; sku?: string; price: number; quantity?: number }[];
}

const one = (product_id: string, price: number): ExpectedOrder => ({
  total: price,
  lines: [{ product_id, price, quantity: 1 }],
});
/** Sent in one batch. */
const FIFTY = Array.from({ length: 50 }, (_, index) => 2001 + index);

/** What differs is how a language or its client writes it; the currency is USD. */
const ORDERS: Readonly<Record<string, ExpectedOrder>> = {
  '1001': {
    total: 19.99,
    lines: [
      { product_id: 'A-1', price: 5, quantity: 2 },
      { product_id: 'A-2', price: 9.99, quantity: 1 },
    ],
  },
  '1002': { total: 25, lines: [{ product_id: '501', price: 12.5, quantity: 2 }] },
  '1003': { total: 1299, lines: [{ product_id: 'A-3', price: 649.5, quantity: 2 }] },
  '1004': one('A-4', 5),
  '1005': one('A-5', 7.5),
  '1006': {
    total: 30,
    lines: [
      { product_id: 'A-1', price: 10, quantity: 1 },
      { product_id: 'A-6', price: 20, quantity: 1 },
    ],
  },
  '1007': one('A-7', 12),
  ...Object.fromEntries(FIFTY.map((number) => [`${number}`, one(`B-${number}`, number / 100)])),
};

/** Where a client's oddest order is another one. */
const OF_CLIENT: Readonly<Record<string, Readonly<Record<string, ExpectedOrder>>>> = {
  'segment-php': { '1007': one('A-7', 1512) },
  // Its helper for lines knows no quantity.
  'segment-go': { '1007': { total: 12, lines: [{ product_id: 'A-7', sku: 'TEA-7', price: 12 }] } },
  'customerio-go': { '1007': { total: 12, lines: [{ product_id: 'A-7', sku: 'TEA-7', price: 12 }] } },
};

/** @param client the name of the recording. */
export const expectedOrders = (client: string): Readonly<Record<string, ExpectedOrder>> => ({
  ...ORDERS,
  ...OF_CLIENT[client],
});

/** Messages beside the orders, in the order in which they are sent. */
export const EXPECTED_OTHERS = [
  { type: 'identify', userId: '42', traits: { plan: 'gold' } },
  { type: 'page', userId: '42', name: 'Teas' },
  { type: 'screen', userId: '42', name: 'Basket' },
  { type: 'group', userId: '42', groupId: '7001', traits: { name: 'Tea House' } },
  { type: 'alias', userId: '42', previousId: '41' },
  {
    type: 'track',
    event: 'Product Viewed',
    anonymousId: '5f0c1c9e-1b1e-4f3a-9d51-6d1c8f6a2b11',
    properties: { product_id: '501', price: 12.5, currency: 'USD' },
  },
  { type: 'track', event: 'Coupon Entered', userId: '42', properties: { coupon_id: 'TEA10' } },
];
