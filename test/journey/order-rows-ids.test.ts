// @module-tag slow
import { afterAll, describe, expect, test } from 'vitest';
import { type Item, nowText, startMergingRows, startOrderRows } from '../support/order-rows.ts';

/** One order is one order, under one id, whatever its reports call it and in whatever sequence they arrive. */
const rowsOf = {
  platform: await startMergingRows({}, { whenOver: afterAll }),
  browser: await startMergingRows({ ORDERS_FROM: 'browser' }, { whenOver: afterAll }),
};
const atOnce = {
  platform: await startOrderRows({}, { whenOver: afterAll }),
  browser: await startOrderRows({ ORDERS_FROM: 'browser' }, { whenOver: afterAll }),
};
type Order = ReturnType<typeof atOnce.platform.startOrder>;
type Report = keyof typeof REPORTS;
const BUYER = { userId: '7001', financialStatus: 'paid' };
/** What a report of the order is, by a name for the test. */
const REPORTS = {
  'page by number': (order: Order) => order.page({ order_id: order.number, total: 1 }),
  'page by id': (order: Order) => order.page({ order_id: order.id, total: 1 }),
  'page by order_number': (order: Order) => order.page({ order_number: `# ${order.number}`, total: 1 }),
  'page by checkout_token': (order: Order) => order.page({ checkout_token: order.checkoutToken, total: 1 }),
  'page by id as text with blanks': (order: Order) => order.page({ order_id: ` ${order.id} `, total: 1 }),
  'orders/create': (order: Order) => order.send('orders/create', BUYER),
  'orders/paid': (order: Order) => order.send('orders/paid', BUYER),
  'refunds/create': (order: Order) => order.refund(40, { user_id: '7001' }),
  'orders/cancelled': (order: Order) => order.send('orders/cancelled', BUYER, { cancelled_at: nowText() }),
};
const permutations = <One>(list: readonly One[]): One[][] =>
  list.length === 0
    ? [[]]
    : list.flatMap((one, at) => permutations(list.toSpliced(at, 1)).map((rest) => [one, ...rest]));

/** Every stage once; ids: all that the order's events have at all destinations. */
async function sentOf(order: Order) {
  const tiktok = await order.at('tiktok');
  const customerio = await order.at('customerio');
  const shopline = await order.at('shopline');
  const names = (items: readonly Item[]) => items.map(({ event, event_code }) => event ?? event_code).sort();
  const ids = [...tiktok, ...customerio, ...shopline].flatMap(({ properties, attrs }) => {
    const id = properties?.order_id ?? attrs?.order_id;
    return id ?? [];
  });
  return {
    tiktok: names(tiktok),
    customerio: names(customerio),
    shopline: names(shopline),
    orderIds: new Set(ids).size,
    eventIds: new Set(tiktok.map(({ event_id }) => event_id)).size,
  };
}

const SETS: Report[][] = [
  ['page by number', 'page by id', 'orders/create'],
  ['page by order_number', 'page by id as text with blanks', 'orders/create'],
  ['page by number', 'refunds/create', 'orders/create'],
  ['page by checkout_token', 'page by number', 'orders/create'],
  ['page by checkout_token', 'orders/paid', 'orders/create'],
  ['page by checkout_token', 'refunds/create', 'orders/create'],
];
describe.concurrent.each(['platform', 'browser'] as const)('ORDERS_FROM=%s', (ordersFrom) => {
  test.each(SETS.flatMap(permutations).map((list) => ({ list })))(
    '$list within the merge window: one of each stage, under one id',
    async ({ list }) => {
      const order = rowsOf[ordersFrom].startOrder();
      for (const report of list) await REPORTS[report](order);
      const isPaidReported = list.includes('orders/paid');
      const isRefunded = list.includes('refunds/create');
      expect(await sentOf(order)).toEqual({
        tiktok: ['PlaceAnOrder', 'Purchase'],
        customerio: [
          'Order Completed',
          ...(isRefunded ? ['Order Refunded'] : []),
          ...(isPaidReported ? ['Order Updated'] : []),
        ],
        shopline: ['Z_sale_order', ...(isRefunded ? ['Z_sale_refund'] : [])],
        orderIds: 1,
        eventIds: 1,
      });
    },
  );

  test.each(['page by number', 'page by id', 'page by order_number', 'page by checkout_token'] as const)(
    '%s, then each stage by webhooks long after the other: one id through all of them',
    async (page) => {
      const order = atOnce[ordersFrom].startOrder();
      await REPORTS[page](order);
      await order.at('tiktok');
      await order.send('orders/create', { ...BUYER, financialStatus: 'pending' });
      await order.at('tiktok');
      for (const report of ['orders/paid', 'refunds/create', 'orders/cancelled'] as const) {
        await REPORTS[report](order);
        await order.at('tiktok');
      }
      const sent = await sentOf(order);
      expect(sent).toMatchObject({ tiktok: ['PlaceAnOrder', 'Purchase'], orderIds: 1, eventIds: 1 });
      expect(sent.customerio).toEqual([
        'Order Cancelled',
        'Order Completed',
        'Order Refunded',
        'Order Updated',
      ]);
      // An order that is known by its checkout alone is sent without an id.
      const isNameless = ordersFrom === 'browser' && page === 'page by checkout_token';
      expect(sent.shopline).toEqual([
        'Z_sale_cancel',
        ...(isNameless ? [] : ['Z_sale_order']),
        'Z_sale_refund',
      ]);
    },
  );
});

describe.concurrent('a placeholder is no order id', () => {
  const PLACEHOLDERS = [
    ...['undefined', '0', 0, '  ', 'null', '{{order_id}}', 'NaN', '[object Object]', '%%ORDER_ID%%', '-1'],
    ...['N/A', '#', '#0', '# undefined', '', null, 'UNDEFINED', ' Null ', '0.0', '000', '-', '--', '{order}'],
    ...['<%= order.id %>', '[order_id]', '%ORDER%', '__ORDER__', 'none', '(not set)'],
  ];
  const purchases = (marker: string) =>
    (atOnce.browser.sandbox.accepted('tiktok') as (Item & { page?: { url?: string } })[]).filter(
      ({ event, page }) => event === 'Purchase' && page?.url?.endsWith(marker),
    );
  const buy = (order_id: unknown, marker: string, nth: number) =>
    atOnce.browser.post(
      '/v1/track',
      {
        event: 'Order Completed',
        anonymousId: `visitor-of-${marker}-${nth}`,
        context: { page: { url: `https://shop.example/${marker}` } },
        properties: { order_id, total: 100 + nth, currency: 'TWD' },
      },
      { origin: 'http://127.0.0.1:9000', 'user-agent': 'Mozilla/5.0 Chrome/140.0.0.0 Safari/537.36' },
    );

  test.each(PLACEHOLDERS.map((id, at) => ({ id, at })))(
    'five buyers with $id are five, without an id',
    async ({ id, at }) => {
      const marker = `placeholder-${at}`;
      for (let nth = 0; nth < 5; nth++) await buy(id, marker, nth);
      await atOnce.browser.settled();
      const sent = purchases(marker);
      expect(sent.map(({ properties }) => properties?.value).sort()).toEqual([100, 101, 102, 103, 104]);
      for (const { properties } of sent) expect(properties).not.toHaveProperty('order_id');
      expect(new Set(sent.map(({ event_id }) => event_id)).size).toBe(5);
    },
  );

  test.each(['10', '01', 'null-1', 'undefined1', 'D0', 1001, '1e3', '-10', '0.1', 'A[1]'])(
    '%j is an id: one order',
    async (id) => {
      const marker = `id-${id}`;
      for (let nth = 0; nth < 5; nth++) await buy(id, marker, nth);
      await atOnce.browser.settled();
      expect(purchases(marker).map(({ event_id }) => event_id)).toEqual([`order:${id}`]);
    },
  );
});
