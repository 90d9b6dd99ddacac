// @module-tag slow
import { afterAll, describe, expect, test } from 'vitest';
import { atCustomerIo, digest, startOrderRows } from '../support/order-rows.ts';

/** Refunds: of whom, of how much, sent again, and before their order. */
const shop = await startOrderRows({}, { whenOver: afterAll });
const merging = await startOrderRows({ ORDER_MERGE_SECONDS: '2' }, { whenOver: afterAll });
const LATE = { userId: '7006', financialStatus: 'paid' };
const NONE = { transactions: [], refund_line_items: [], order_adjustments: [] };
const twd = (amount: string) => ({ shop_money: { amount, currency_code: 'TWD' } });
const both = (amount: string, usd: string) => ({
  ...twd(amount),
  presentment_money: { amount: usd, currency_code: 'USD' },
});

describe.concurrent('a refund goes to the person of its order', () => {
  test.each([
    {},
    { user_id: '0' },
    { user_id: 0 },
    { user_id: null },
    { user_id: '' },
    { user_id: '0', customer: { id: '0' } },
    { user_id: '0', email: '' },
  ])('of a guest, with %j', async (more) => {
    const { send, refund, at, email } = shop.startOrder();
    await send('orders/create', { financialStatus: 'paid', email }, { user_id: '0' });
    await refund(40, more);
    const sent = await at('customerio');
    expect(atCustomerIo(sent)).toEqual(['Order Completed 240', 'Order Refunded 40']);
    for (const { userId, anonymousId } of sent)
      expect([userId, anonymousId]).toEqual([undefined, digest(email)]);
  });

  test.each([{}, { user_id: '0' }, { user_id: '7001' }])('of a customer, with %j', async (more) => {
    const { send, refund, at } = shop.startOrder();
    await send('orders/create', { financialStatus: 'paid', userId: '7001' });
    await refund(40, more);
    expect((await at('customerio')).map(({ userId }) => userId)).toEqual(['7001', '7001']);
    expect((await at('shopline')).map(({ event_code }) => event_code)).toEqual([
      'Z_sale_order',
      'Z_sale_refund',
    ]);
  });

  test('the visitor whose page proved to belong to the order', async () => {
    const { number, send, page, refund, at, email, visitor } = shop.startOrder();
    await page({ order_id: number, total: 1 });
    await send('orders/create', { financialStatus: 'paid', email });
    await refund(40);
    const sent = await at('shopline');
    expect(sent.map(({ event_code }) => event_code)).toEqual(['Z_sale_order', 'Z_sale_refund']);
    for (const { user_id } of sent) expect(user_id).toEqual([{ type: 'anonymousId', value: visitor }]);
    expect(sent[1]?.parent_event_id).toBeTruthy();
  });

  test('by a cancellation that names nobody, too', async () => {
    const { id, send, sendSigned, at, email } = shop.startOrder();
    await send('orders/create', { financialStatus: 'paid', email });
    await sendSigned('orders/cancelled', { id, cancelled_at: new Date().toISOString() });
    expect((await at('customerio')).map(({ event, anonymousId }) => [event, anonymousId])).toEqual([
      ['Order Completed', digest(email)],
      ['Order Cancelled', digest(email)],
    ]);
  });

  test('a refund before its order waits for it within the merge window, and has its person', async () => {
    const { send, refund, at, email } = merging.startOrder();
    await refund(40);
    await send('orders/create', { financialStatus: 'paid', email });
    const sent = await at('customerio');
    expect(atCustomerIo(sent)).toEqual(['Order Completed 240', 'Order Refunded 40']);
    for (const { anonymousId } of sent) expect(anonymousId).toBe(digest(email));
  });
});

const line = (subtotal: string, total_tax: string) => ({ quantity: 1, subtotal, total_tax });
const moved = (amount: string, more: object = {}) => ({
  ...{ kind: 'refund', status: 'success', amount, currency: 'TWD' },
  ...more,
});

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
    await refund(0, { ...NONE, ...body });
    const [, refunded] = await at('customerio');
    expect(refunded).toMatchObject({ event: 'Order Refunded', properties: { total, currency: 'TWD' } });
    expect((await at('shopline'))[1]).toMatchObject({ attrs: { value: total, currency: 'TWD' } });
  });
});

describe.concurrent('a later report of a refund replaces the earlier one', () => {
  const pending = (amount: string) => ({ ...NONE, transactions: [moved(amount, { status: 'pending' })] });
  test.each(['refunds/update', 'refunds/create'])('by %s, within the merge window', async (topic) => {
    const { send, refund, at } = merging.startOrder();
    await send('orders/create', LATE);
    await refund(0, pending('8.00'));
    await refund(15, {}, topic);
    expect(atCustomerIo(await at('customerio'))).toEqual(['Order Completed 240', 'Order Refunded 15']);
  });

  test.each(['refunds/update', 'refunds/create'])(
    'by %s, after it was sent: it is sent once',
    async (topic) => {
      const { send, refund, at } = shop.startOrder();
      await send('orders/create', LATE);
      await refund(15, pending('15.00'));
      await at('customerio');
      await refund(15, {}, topic);
      expect(atCustomerIo(await at('customerio'))).toEqual(['Order Completed 240', 'Order Refunded 15']);
    },
  );

  test.each(['refunds/update', 'refunds/create'])(
    'money that could not be paid back is no refund, until %s reports that it moved',
    async (topic) => {
      const { send, refund, at } = shop.startOrder();
      await send('orders/create', LATE);
      await refund(0, { ...NONE, transactions: [moved('15.00', { status: 'failure' })] });
      expect(atCustomerIo(await at('customerio'))).toEqual(['Order Completed 240']);
      await refund(15, {}, topic);
      expect(atCustomerIo(await at('customerio'))).toEqual(['Order Completed 240', 'Order Refunded 15']);
    },
  );

  test('two refunds of one order are two', async () => {
    const { send, refund, at } = shop.startOrder();
    await send('orders/create', LATE);
    await refund(40);
    await refund(5, { id: 'refund-two' });
    await refund(5, { id: 'refund-two' }, 'refunds/update');
    expect(atCustomerIo(await at('customerio'))).toEqual([
      'Order Completed 240',
      'Order Refunded 40',
      'Order Refunded 5',
    ]);
  });
});

describe.concurrent('a refund before its order: the order once, the refund once', () => {
  test.each([
    { of: shop, topic: 'orders/create', when: 'long before' },
    { of: shop, topic: 'orders/paid', when: 'long before' },
    { of: merging, topic: 'orders/create', when: 'within the merge window' },
    { of: merging, topic: 'orders/paid', when: 'within the merge window' },
  ])('$topic, $when', async ({ of, topic }) => {
    const { send, refund, at, eventsAt } = of.startOrder();
    await refund(40, { user_id: '7006' });
    if (of === shop) await at('customerio');
    for (let nth = 0; nth < 2; nth++) await send(topic, LATE);
    await refund(40, { user_id: '7006' });
    const sent = atCustomerIo(await at('customerio')).filter((text) => !text.startsWith('Order Updated'));
    const inOrder = ['Order Completed 240', 'Order Refunded 40'];
    expect(sent).toEqual(of === shop ? inOrder.toReversed() : inOrder);
    expect((await eventsAt('tiktok')).sort()).toEqual(['PlaceAnOrder', 'Purchase']);
  });
});
