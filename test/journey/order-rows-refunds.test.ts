// @module-tag slow
import { afterAll, describe, expect, test } from 'vitest';
import {
  atCustomerIo,
  digest,
  refunded as moved,
  startMergingRows,
  startOrderRows,
} from '../support/order-rows.ts';

/** Refunds: of whom, of how much, sent again, and before their order. */
const shop = await startOrderRows({}, { whenOver: afterAll });
const merging = await startMergingRows({}, { whenOver: afterAll });
const LATE = { userId: '7006', financialStatus: 'paid' };
const NONE = { transactions: [], refund_line_items: [], order_adjustments: [] };

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
    await at('customerio');
    await refund(40, more);
    const sent = await at('customerio');
    expect(atCustomerIo(sent)).toEqual(['Order Completed 240', 'Order Refunded 40']);
    for (const { userId, anonymousId } of sent)
      expect([userId, anonymousId]).toEqual([undefined, digest(email)]);
  });

  test.each([{}, { user_id: '0' }, { user_id: '7001' }])('of a customer, with %j', async (more) => {
    const { send, refund, at } = shop.startOrder();
    await send('orders/create', { financialStatus: 'paid', userId: '7001' });
    await at('customerio');
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
    await at('shopline');
    await refund(40);
    const sent = await at('shopline');
    expect(sent.map(({ event_code }) => event_code)).toEqual(['Z_sale_order', 'Z_sale_refund']);
    for (const { user_id } of sent) expect(user_id).toEqual([{ type: 'anonymousId', value: visitor }]);
    expect(sent[1]?.parent_event_id).toBeTruthy();
  });

  test('by a cancellation that names nobody, too', async () => {
    const { id, send, sendSigned, at, email } = shop.startOrder();
    await send('orders/create', { financialStatus: 'paid', email });
    await at('customerio');
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
      await at('customerio');
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
      await at('customerio');
      await refund(0, { ...NONE, transactions: [moved('15.00', { status: 'failure' })] });
      expect(atCustomerIo(await at('customerio'))).toEqual(['Order Completed 240']);
      await refund(15, {}, topic);
      expect(atCustomerIo(await at('customerio'))).toEqual(['Order Completed 240', 'Order Refunded 15']);
    },
  );

  test('two refunds of one order are two', async () => {
    const { send, refund, at } = shop.startOrder();
    await send('orders/create', LATE);
    await at('customerio');
    await refund(40);
    await at('customerio');
    await refund(5, { id: 'refund-two' });
    await refund(5, { id: 'refund-two' }, 'refunds/update');
    expect(atCustomerIo(await at('customerio'))).toEqual([
      'Order Completed 240',
      'Order Refunded 40',
      'Order Refunded 5',
    ]);
  });
});

test.each([{ topics: ['orders/create', 'orders/paid'] }, { topics: ['orders/paid'] }])(
  'in clear, where the destination is given it, by $topics: one person for all stages of an order',
  async ({ topics }) => {
    const raw = await startOrderRows({
      CUSTOMERIO_PII: 'raw',
      PII_KEY: Buffer.alloc(32, 7).toString('base64'),
    });
    const { send, at, email } = raw.startOrder();
    for (const topic of topics) {
      await send(topic, { financialStatus: 'paid', email });
      await at('customerio');
    }
    expect((await at('customerio')).map(({ event, userId }) => [event, userId])).toEqual([
      ['Order Completed', email],
      ['Order Updated', email],
    ]);
  },
);

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
