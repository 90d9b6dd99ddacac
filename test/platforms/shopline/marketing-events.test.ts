import { describe, expect, test } from 'vitest';
import { cut } from '../../../server/platforms/shopline/reports/fields.ts';
import { MarketingRow, toMarketingRow } from '../../../server/platforms/shopline/reports/marketing-events.ts';
import { marketing, NEWEST_MS, NO_MESSAGES, NOW_MS } from '../../analytics/fixtures.ts';

test('everything that is counted arrives under SHOPLINE’s name for it', () => {
  const totals = marketing('MA_6019932248291157288', {
    orders: 11,
    paidOrders: 9,
    amountHundredths: 123_456,
    refundedHundredths: 2_005,
    discountHundredths: 777,
    foreignOrders: 1,
    units: 25,
    buyers: 10,
    newBuyers: 6,
    visitors: 50,
    landings: 80,
    carts: 20,
    checkouts: 15,
    messages: {
      attempted: 101,
      sent: 100,
      delivered: 90,
      opened: 45,
      machineOpened: 13,
      clicked: 9,
      machineClicked: 4,
      bounced: 7,
      failed: 3,
      unsubscribed: 2,
      spammed: 1,
    },
    spendHundredths: 40_000,
    impressions: 5_000,
    reportedClicks: 321,
    products: [
      { productId: '16062938070772167548642145', units: 20 },
      { productId: '16062938070772167548642146', units: 5 },
    ],
    regions: [
      { country: 'tw', landings: 70 },
      { country: 'jp', landings: 10 },
    ],
  });
  const row = toMarketingRow(totals, NOW_MS);
  expect(MarketingRow.parse(row)).toEqual({
    marketing_event_id: 'MA_6019932248291157288',
    occurred_on: NEWEST_MS,
    order_num: 11,
    order_amount: 123_456,
    order_product_sum: 25,
    order_visitor_amount: 10,
    purchase_num: 9,
    visitor_amount: 50,
    impression_num: 5_000,
    click_num: 321,
    open_sum: 45,
    has_send_num: 100,
    has_delivery_num: 90,
    bounced_num: 7,
    unsubscribed_num: 2,
    reported_as_spam_num: 1,
    add_cart_sum: 20,
    check_out_sum: 15,
    new_buyer_sum: 6,
    old_buyer_sum: 4,
    benefit_amount: 777,
    spend_cost: 40_000,
    get_unit_cost: 3_636,
    product_sale_list: [
      { product_id: '16062938070772167548642145', count: 20 },
      { product_id: '16062938070772167548642146', count: 5 },
    ],
    regional_visit_list: [
      { name: 'tw', count: 70 },
      { name: 'jp', count: 10 },
    ],
    custom_activity_engagement_list: [
      { name: 'Open rate', tool_tips: 'Opened by people ÷ delivered', type: 2, value: '0.5' },
      { name: 'Click rate', tool_tips: 'Clicked by people ÷ delivered', type: 2, value: '0.1' },
      { name: 'Machine opens', tool_tips: 'Opened by mail programs alone', type: 3, value: '13' },
      { name: 'Machine clicks', tool_tips: 'Clicked by link scanners', type: 3, value: '4' },
      { name: 'Cart rate', tool_tips: 'Added to carts ÷ visitors', type: 2, value: '0.4' },
    ],
    custom_sale_data_list: [
      { name: 'Conversion rate', tool_tips: 'Orders ÷ visitors', type: 2, value: '0.22' },
      { name: 'Average order', tool_tips: 'Sales ÷ orders', type: 1, value: '123.46' },
      { name: 'Refunded', tool_tips: 'Paid back to buyers', type: 1, value: '20.05' },
      { name: 'Foreign orders', tool_tips: 'Other currency, not in sales', type: 3, value: '1' },
      { name: 'Return on spend', tool_tips: 'Sales ÷ spend', type: 3, value: '3.09' },
    ],
  });
});

test('a marketing event without a single count is still a whole row, with zeros', () => {
  const row = MarketingRow.parse(toMarketingRow(marketing('MA_1'), NOW_MS));
  const { marketing_event_id, occurred_on, ...counts } = row;
  expect(Object.keys(row)).toHaveLength(27);
  for (const value of Object.values(counts)) if (typeof value === 'number') expect(value).toBe(0);
  expect(row.custom_sale_data_list.map(({ value }) => value)).toEqual(['0', '0.00', '0.00', '0', '0']);
});

describe('clicks are the ad platform’s, else Customer.io’s, else our own landings', () => {
  test.each([
    { counted: { reportedClicks: 5, landings: 9, messages: { ...NO_MESSAGES, clicked: 7 } }, clicks: 5 },
    { counted: { landings: 9, messages: { ...NO_MESSAGES, sent: 1, clicked: 7 } }, clicks: 7 },
    { counted: { landings: 9, messages: { ...NO_MESSAGES, sent: 1 } }, clicks: 0 },
    { counted: { landings: 9 }, clicks: 9 },
  ])('$counted', ({ counted, clicks }) => {
    expect(toMarketingRow(marketing('MA_1', counted), NOW_MS).click_num).toBe(clicks);
  });
});

test('texts and lists stay within SHOPLINE’s limits', () => {
  const many = Array.from({ length: 150 }, (_, index) => index);
  const row = toMarketingRow(
    marketing('MA_1', {
      products: many.map((index) => ({ productId: `p${index}`, units: 150 - index })),
      regions: many.map((index) => ({ country: '🇹🇼'.repeat(150) + index, landings: 150 - index })),
      carts: 900,
      visitors: 3,
      orders: 7,
    }),
    NOW_MS,
  );
  expect(MarketingRow.safeParse(row).error).toBeUndefined();
  expect(row.product_sale_list).toHaveLength(100);
  expect(row.product_sale_list[0]).toEqual({ product_id: 'p0', count: 150 });
  expect(row.regional_visit_list).toHaveLength(5);
  expect([...(row.regional_visit_list[0]?.name ?? '')]).toHaveLength(200);
  expect(row.custom_activity_engagement_list[4]?.value).toBe('1');
  expect(row.custom_sale_data_list[0]?.value).toBe('1');
});

test('names are cut where people see a character end: an emoji is one, and never half of one', () => {
  const emoji = '🛍️🎁'.repeat(10);
  expect([...cut(emoji, 20)]).toHaveLength(20);
  expect(cut(emoji, 20).isWellFormed()).toBe(true);
  expect(cut('🎁'.repeat(20), 20)).toBe('🎁'.repeat(20));
  expect(cut('FackbookOrderConversionRate', 20)).toBe('FackbookOrderConvers');
});

test('a row of an older day, of no day or of an unreadable one is dated as SHOPLINE wants it', () => {
  const on = (newestAtMs: number) => toMarketingRow(marketing('MA_1', { newestAtMs }), NOW_MS).occurred_on;
  expect([on(NEWEST_MS), on(0), on(-5), on(999), on(1e14)]).toEqual([
    NEWEST_MS,
    NOW_MS,
    NOW_MS,
    NOW_MS,
    NOW_MS,
  ]);
});

test.each([
  ['a fraction of an order', { order_num: 1.5 }],
  ['a negative amount', { order_amount: -1 }],
  ['digits beyond 2^53', { order_amount: 2 ** 53 }],
  ['a number as text', { order_num: '1' }],
  ['a field SHOPLINE does not know', { orders: 1 }],
  ['seconds instead of milliseconds', { occurred_on: 1_772_000_000 }],
  ['no id', { marketing_event_id: '' }],
  ['a sixth region', { regional_visit_list: Array(6).fill({ name: 'tw', count: 1 }) }],
  [
    'a name of 21 characters',
    { custom_sale_data_list: [{ name: '🎁'.repeat(21), tool_tips: '', type: 1, value: '1' }] },
  ],
  [
    'a tip of 31 characters',
    { custom_sale_data_list: [{ name: 'x', tool_tips: '🎁'.repeat(31), type: 1, value: '1' }] },
  ],
  ['a fourth type', { custom_sale_data_list: [{ name: 'x', tool_tips: '', type: 4, value: '1' }] }],
])('%s never leaves', (_what, change) => {
  const row = { ...toMarketingRow(marketing('MA_1'), NOW_MS), ...change };
  expect(MarketingRow.safeParse(row).success).toBe(false);
});
