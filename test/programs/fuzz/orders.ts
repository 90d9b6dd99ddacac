import { SHOP_POLICY } from '../../support/shop.ts';
import { type Chance, centsOf, mapValues, type Reading, reading, type Write, writeLines } from './lines.ts';
import { ANYTHING, amounts, currencies, ids, json, lists, NO_IDS, times, type Written } from './written.ts';

/** An order with fields that are written in some other way, and what a person reads in it. */
export interface ReadableOrder {
  /** In a property that no reader knows. */
  mark: string;
  /** Under which destinations know it. */
  orderId: string;
  /** By the name of the property. */
  fields: Record<string, Reading>;
  /** Without the fields that were not sent. */
  lines: Record<string, Reading>[];
  /** False where the list as a whole is not plain. */
  hasPlainLines: boolean;
  /** Epoch ms; what says nothing happened when it arrived. */
  timestamp: Reading;
  /** Values that a destination may compute where the order's own is left out. */
  values: number[];
}

const LINE_IDS = ['product_id', 'variant_id', 'sku'] as const;
const TEXTS = ['affiliation', 'coupon', 'note', 'name', 'payment_method'] as const;
const LINE_TEXTS = [
  'name',
  'brand',
  'category',
  'variant',
  'coupon',
  'position',
  'url',
  'image_url',
] as const;
const OBJECTS = [
  'page',
  'campaign',
  'traits',
  'app',
  'device',
  'locale',
  'ip',
  'userAgent',
  'timezone',
] as const;
const COMMON = ['context', 'integrations', 'userId', 'sentAt', 'originalTimestamp', 'name'] as const;

/** Those that say what a whole order is. */
const EVENTS = [
  ...['Order Completed', 'Order Completed', 'Order Completed'],
  ...['Order Updated', 'Order Refunded', 'Order Cancelled', 'Checkout Started'],
];
/** A field that may be written in some other way is one of so many. */
const FIELDS = 40;

/** A message about an order, some fields of which are written in some other way. */
export interface WrittenOrder {
  message: Record<string, unknown>;
  order: ReadableOrder;
}

/** @param number of the order, no other's. */
export function writeOrder(chance: Chance, number: number, nowMs: number): WrittenOrder {
  const one = <T>(of: readonly T[]): T => of[chance(of.length - 1)] as T;
  const odds = one([1, 2, 4, 8]);
  const isOdd = () => chance(FIELDS) < odds;
  const write: Write = (options) => (isOdd() ? one(options) : (options[0] as Written));
  const anything = (to: Record<string, unknown>, names: readonly string[]) => {
    for (const name of names) if (isOdd()) to[name] = one(ANYTHING).sent;
  };
  const cents = (max: number) => centsOf(chance, max);
  const hand = { chance, write, anything };

  const event = one(EVENTS);
  const mark = `order-mark-${number}`;
  const orderId = one([`${40_000_000 + number}`, `M-${number}`, `00${number}A`]);
  const { sent, lines, sum } = writeLines(hand, LINE_TEXTS, (count) =>
    LINE_IDS.slice(0, 1 + chance(2)).map((name) => [
      name,
      write(ids(one([`${70_000_000 + number * 4 + count}`, `T-${number}-${count}`]))),
    ]),
  );
  const total = cents(90_000_000);
  const revenue = cents(90_000_000);
  const written: Record<string, Written> = {
    order_id: write(ids(orderId)),
    total: write(amounts(total)),
    currency: write(currencies(one(['USD', 'TWD', 'EUR']), SHOP_POLICY.STORE_CURRENCY)),
  };
  if (chance(1) === 0) written.revenue = write(amounts(revenue));
  for (const name of ['tax', 'shipping', 'discount', 'subtotal'])
    if (chance(2) === 0) written[name] = write(amounts(cents(90_000)));
  const list = write(lists(sent));
  const properties: Record<string, unknown> = {
    ...{ mark, products: list.sent },
    ...mapValues(written, ({ sent }) => sent),
  };
  anything(properties, TEXTS);
  const context: Record<string, unknown> = {};
  anything(context, OBJECTS);
  const timestamp = write(times(nowMs - (nowMs % 60_000) - chance(3_000) * 60_000));
  const message: Record<string, unknown> = {
    ...{ type: isOdd() ? one(['Track', ' track ', 'TRACK']) : 'track' },
    ...{ event: isOdd() ? one([` ${event} `, `${event}\n`]) : event },
    ...{ messageId: isOdd() ? one([{ sent: 80_000_000 + number }, ...NO_IDS]).sent : `${mark}-id` },
    ...{ anonymousId: `visitor-of-${number}`, timestamp: timestamp.sent },
    ...{ context, properties: isOdd() ? json(properties) : properties },
  };
  anything(message, COMMON);
  return {
    message,
    order: {
      ...{ mark, orderId, lines, timestamp: reading(timestamp) },
      fields: mapValues(written, reading),
      hasPlainLines: list.isPlain,
      values: [total, revenue, ...(sum === undefined ? [] : [sum / 100])],
    },
  };
}

/** A message that is too large is refused. */
const MOST_BYTES = 30_000;
/** What a batch may have at its root without losing its messages. */
const ROOT = ['sentAt', 'context', 'integrations', 'writeKey', 'messageId', 'lost'] as const;

const PATHS = ['/v1/batch', '/v1/b', '/v1/import', '//v1/batch'];

/** The path and text of a request with 1 to 4 orders, and the orders in their order. */
export function writeOrders(
  chance: Chance,
  newNumber: () => number,
): { path: string; body: string; orders: ReadableOrder[] } {
  const nowMs = Date.now();
  const write = (): WrittenOrder => {
    const written = writeOrder(chance, newNumber(), nowMs);
    return Buffer.byteLength(json(written.message)) > MOST_BYTES ? write() : written;
  };
  if (chance(1) === 0) {
    const { message, order } = write();
    if (chance(9) === 0) delete message.type;
    return { path: '/v1/track', body: json(message), orders: [order] };
  }
  const written = Array.from({ length: 1 + chance(3) }, write);
  const root: Record<string, unknown> = { batch: written.map(({ message }) => message) };
  for (const name of ROOT)
    if (chance(19) === 0) root[name] = (ANYTHING[chance(ANYTHING.length - 1)] as Written).sent;
  return {
    path: PATHS[chance(PATHS.length - 1)] as string,
    body: json(root),
    orders: written.map(({ order }) => order),
  };
}
