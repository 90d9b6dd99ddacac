import { expect } from 'vitest';
import { type Collector, eventually } from '../support/collector.ts';
import { EXPECTED_OTHERS, expectedOrders } from './expected.ts';

interface Sent {
  type: string;
  event?: string;
  properties?: Record<string, unknown> & { products?: Record<string, unknown>[] };
}
interface TikTokEvent {
  event: string;
  event_id: string;
  properties: { value: number; currency: string; contents: { content_id: string }[] };
}

const ORDER_FIELDS = ['order_id', 'total', 'currency'];
const LINE_FIELDS = ['product_id', 'price', 'quantity', 'variant_id', 'sku', 'coupon'];
const pick = (from: Record<string, unknown>, names: readonly string[]) =>
  Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]));
const byOrderId = (orders: Record<string, unknown>[]) =>
  orders.toSorted((a, b) => `${a.order_id}`.localeCompare(`${b.order_id}`));

const orderOf = ({ properties: { products = [], ...properties } = {} }: Sent) => ({
  ...pick(properties, ORDER_FIELDS),
  products: products.map((line) => pick(line, LINE_FIELDS)),
});

/** Everything a client sends is stored and arrives at the destinations, the orders exact. */
export async function expectArrived({ sandbox, events }: Collector, client: string): Promise<void> {
  const orders = Object.entries(expectedOrders(client)).map(([order_id, { total, lines }]) => ({
    ...{ order_id, total, currency: 'USD', products: lines },
  }));
  const count = orders.length + EXPECTED_OTHERS.length;
  const ofCustomerIo = () => sandbox.accepted('customerio') as Sent[];
  const ofTikTok = () => sandbox.accepted('tiktok') as TikTokEvent[];
  await eventually(
    () => [ofCustomerIo().length, ofTikTok().length],
    ([customerio = 0, tiktok = 0]) => customerio >= count && tiktok >= 2 * orders.length + 1,
  );
  const isOrder = ({ event }: { event?: string | undefined }) => event === 'Order Completed';
  for (const sent of [events as Sent[], ofCustomerIo()])
    expect(byOrderId(sent.filter(isOrder).map(orderOf))).toEqual(orders);
  for (const expected of EXPECTED_OTHERS)
    expect(ofCustomerIo()).toContainEqual(expect.objectContaining(deep(expected)));
  expect(ofCustomerIo()).toHaveLength(count);
  const purchases = ofTikTok().filter(({ event }) => event === 'Purchase');
  expect(
    byOrderId(
      purchases.map(({ event_id, properties: { value, currency, contents } }) => ({
        ...{ order_id: event_id.replace('order:', ''), total: value, currency },
        ids: contents.map(({ content_id }) => content_id),
      })),
    ),
  ).toEqual(
    orders.map(({ products, ...order }) => ({
      ...order,
      ids: products.map(({ sku, product_id }) => sku ?? product_id),
    })),
  );
}

const deep = (expected: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(expected).map(([name, value]) => [
      name,
      typeof value === 'object' ? expect.objectContaining(value as object) : value,
    ]),
  );
