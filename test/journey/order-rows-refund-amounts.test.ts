// @module-tag slow
import { afterAll, describe, expect, test } from 'vitest';
import { refunded as moved, startOrderRows } from '../support/order-rows.ts';

/** How much was paid back: money that moved, else lines with tax and adjustments, in the shop's currency. */
const shop = await startOrderRows({}, { whenOver: afterAll });
const LATE = { userId: '7006', financialStatus: 'paid' };
const NONE = { transactions: [], refund_line_items: [], order_adjustments: [] };
const twd = (amount: string) => ({ shop_money: { amount, currency_code: 'TWD' } });
const both = (amount: string, usd: string) => ({
  ...twd(amount),
  presentment_money: { amount: usd, currency_code: 'USD' },
});

const line = (subtotal: string, total_tax: string) => ({ quantity: 1, subtotal, total_tax });
describe.concurrent('the amount of a refund', () => {
  test.each<{ what: string; body: object; total: number | undefined }>([
    {
      what: 'lines with tax and the shipping with its tax',
      body: {
        refund_line_items: [line('8.00', '0.80')],
        order_adjustments: [{ kind: 'shipping_refund', amount: '6.00', tax_amount: '0.20' }],
      },
      total: 15,
    },
    {
      what: 'adjustments written with a minus',
      body: {
        refund_line_items: [line('8.00', '0.80')],
        order_adjustments: [{ amount: '-6.00', tax_amount: '-0.20' }],
      },
      total: 15,
    },
    {
      what: 'amounts as numbers, and in sets',
      body: {
        refund_line_items: [
          { quantity: 1, subtotal: 8, total_tax: 0.8 },
          { quantity: 1, subtotal_set: twd('1.10'), total_tax_set: twd('0.11') },
        ],
        order_adjustments: [{ amount_set: twd('-6.00'), tax_amount_set: twd('-0.20') }],
      },
      total: 16.21,
    },
    {
      what: 'shipping alone',
      body: { order_adjustments: [{ amount: '6.00', tax_amount: '0.20' }] },
      total: 6.2,
    },
    { what: 'shipping alone, without tax', body: { order_adjustments: [{ amount: '-6.00' }] }, total: 6 },
    {
      what: 'the money that moved before the lines',
      body: { transactions: [moved('10.00')], refund_line_items: [line('8.00', '0.80')] },
      total: 10,
    },
    {
      what: 'several transactions',
      body: { transactions: [moved('10.00'), moved('0.10', { kind: 'REFUND', status: 'SUCCESS' })] },
      total: 10.1,
    },
    {
      what: 'no sale and no authorization',
      body: { transactions: [moved('99.00', { kind: 'sale' }), moved('10.00')] },
      total: 10,
    },
    {
      what: 'pending money: the lines',
      body: {
        transactions: [moved('10.00', { status: 'pending' })],
        refund_line_items: [line('8.00', '0.80')],
      },
      total: 8.8,
    },
    {
      what: 'money in the buyer’s currency, lines in the shop’s by their sets',
      body: {
        transactions: [moved('7.50', { currency: 'USD' })],
        refund_line_items: [
          { quantity: 1, subtotal: '7.50', subtotal_set: both('240.00', '7.50'), total_tax_set: twd('0.00') },
        ],
      },
      total: 240,
    },
    {
      what: 'money in the buyer’s currency by its set',
      body: {
        transactions: [
          {
            ...moved('7.50', { currency: 'USD' }),
            amount_set: { presentment_money: { amount: '7.50', currency_code: 'USD' } },
          },
        ],
        refund_line_items: [{ quantity: 1, subtotal_set: both('240.00', '7.50') }],
      },
      total: 240,
    },
    {
      what: 'money in both currencies',
      body: { transactions: [{ ...moved('7.50', { currency: 'USD' }), amount_set: both('240.00', '7.50') }] },
      total: 240,
    },
    {
      what: 'money in the buyer’s currency, lines without a currency, which is the shop’s',
      body: {
        transactions: [moved('7.50', { currency: 'USD' })],
        refund_line_items: [line('230.00', '10.00')],
      },
      total: 240,
    },
    {
      what: 'shipping alone in the shop’s currency, money in the buyer’s',
      body: {
        transactions: [moved('0.20', { currency: 'USD' })],
        order_adjustments: [{ amount_set: both('-6.00', '-0.20') }],
      },
      total: 6,
    },
  ])('$what: $total', async ({ body, total }) => {
    const { send, refund, at } = shop.startOrder();
    await send('orders/create', LATE);
    await at('customerio');
    await refund(0, { ...NONE, ...body });
    const [, refunded] = await at('customerio');
    expect(refunded).toMatchObject({ event: 'Order Refunded', properties: { total, currency: 'TWD' } });
    expect((await at('shopline'))[1]).toMatchObject({ attrs: { value: total, currency: 'TWD' } });
  });
});
