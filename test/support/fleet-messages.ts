import type { Api } from '../../server/sandbox/index.ts';
import { orderPayload } from '../../server/sandbox/webhooks.ts';

/** No test that knows these may find them in clear behind the collector. */
export const CLEAR_DOMAIN = 'clear.example';
/** The total of every forged order. Nothing that holds it may reach a destination. */
export const FORGED_TOTAL = 0.0123;
/** Events from this number on report no orders, so that each is one row of the log. */
export const PLAIN_FROM = 100_000_000;

/** The number travels in a property of its own, because SHOPLINE is sent no other id. */
export const SHOPLINE_EVENT_CODES = {
  'Product Added': { code: 'Z_add_cart', attrs: { number: 'properties.number' } },
  'Order Completed': { code: 'Z_sale_order', attrs: { number: 'properties.order_id' } },
};

/** Who sends an event: a page with the write key, the shop's backend with a server key, the shop system by webhook. */
export type Voice = 'browser' | 'server' | 'platform';

const KINDS = [
  'placed',
  'page',
  'viewed',
  'forged order',
  'added',
  'paid',
  'viewed',
  'evidence',
  'identify',
  'viewed',
  'backend order',
  'page',
  'viewed',
  'backend view',
  'added',
  'forged cancellation',
  'viewed',
  'viewed',
  'identify',
  'viewed',
] as const;
type Kind = (typeof KINDS)[number];
const PLAIN: Partial<Record<Kind, Kind>> = {
  placed: 'viewed',
  paid: 'page',
  evidence: 'viewed',
  'forged order': 'added',
  'forged cancellation': 'page',
  'backend order': 'added',
};

function kindOf(number: number): Kind {
  const kind = KINDS[number % KINDS.length] as Kind;
  return (number >= PLAIN_FROM && PLAIN[kind]) || kind;
}

const messageId = (number: number) => `message-${number}`;
/** The number of the shop system's order that an event is about. */
const orderOf = (number: number) => number - (number % KINDS.length);
const platformOrder = (number: number) => `O-${orderOf(number)}`;
const cartToken = (number: number) => `cart-token-of-order-${orderOf(number)}`;
const email = (number: number) => `shopper-${number}@${CLEAR_DOMAIN}`;

export function voiceOf(number: number): Voice {
  const kind = kindOf(number);
  if (kind === 'placed' || kind === 'paid') return 'platform';
  return kind === 'backend order' || kind === 'backend view' ? 'server' : 'browser';
}

/** No timestamp: it happened when it was stored, so an event stored twice would not look the same twice. */
export function numberedMessage(number: number): { type: string; messageId: string } {
  const about = { messageId: messageId(number), anonymousId: `visitor-${number % 500}` };
  const product = { number, product_id: `P-${number}`, price: 480, currency: 'TWD' };
  const track = (event: string, properties: object) => ({
    type: 'track',
    ...about,
    ...{ event, properties },
  });
  switch (kindOf(number)) {
    case 'added':
      return track('Product Added', product);
    case 'identify':
      return {
        ...{ type: 'identify', ...about },
        ...{ userId: `customer-${number}`, traits: { email: email(number) } },
      };
    case 'page':
      return { type: 'page', ...about, ...{ name: 'Home' } };
    case 'backend order':
      return track('Order Completed', {
        ...{ order_id: `S-${number}`, total: 960, currency: 'TWD', email: email(number) },
      });
    case 'evidence':
      return track('Order Completed', {
        ...{ order_id: platformOrder(number), cart_token: cartToken(number), total: 960, currency: 'TWD' },
      });
    case 'forged order':
      return track('Order Completed', forgedOrder(number));
    case 'forged cancellation':
      return track('Order Cancelled', {
        ...{ order_id: platformOrder(number), total: FORGED_TOTAL, currency: 'TWD' },
      });
    default:
      return track('Product Viewed', product);
  }
}

/** A stranger claims the shop's next order before the shop system reports it: by its id, or by its number. */
function forgedOrder(number: number): object {
  const next = orderOf(number) + KINDS.length;
  const isById = (next / KINDS.length) % 2 === 0;
  const name = isById ? { order_id: platformOrder(next) } : { order_number: `N-${next}` };
  return { ...name, total: FORGED_TOTAL, currency: 'TWD' };
}

/** What the shop system sends of its own events. */
export function numberedWebhook(number: number): { topic: string; body: object; webhookId: string } {
  const isPaid = kindOf(number) === 'paid';
  const order = orderOf(number);
  const body = orderPayload({
    ...{ orderId: platformOrder(number), number: `N-${order}`, placedAtMs: Date.now() - 1_000 },
    lines: [{ productId: 'P-1', variantId: 'V-1', title: 'Tea', price: 480, quantity: 2 }],
    ...{ financialStatus: isPaid ? 'paid' : 'pending', email: email(order), userId: `buyer-${order}` },
    ...{ cartToken: cartToken(number), browserIp: '203.0.113.7', userAgent: 'Mozilla/5.0 Chrome/126.0.0.0' },
  });
  return { topic: isPaid ? 'orders/paid' : 'orders/create', body, webhookId: messageId(number) };
}

/** What each sandbox must have accepted of this event; nothing where it is rightly not sent. */
export const expectedNames: Readonly<Record<Api, (number: number) => string[]>> = {
  customerio(number) {
    const order = `Order Completed ${platformOrder(number)}`;
    const of: Partial<Record<Kind, string[]>> = {
      placed: [order],
      paid: [order, `Order Updated ${platformOrder(number)}`],
      'backend order': [`Order Completed S-${number}`],
      evidence: [],
      'forged order': [],
      'forged cancellation': [],
    };
    return of[kindOf(number)] ?? [messageId(number)];
  },
  tiktok(number) {
    const id = messageId(number);
    const order = `order:${platformOrder(number)}`;
    const of: Partial<Record<Kind, string[]>> = {
      placed: [`PlaceAnOrder ${order}`],
      paid: [`PlaceAnOrder ${order}`, `Purchase ${order}`],
      'backend order': [`PlaceAnOrder order:S-${number}`, `Purchase order:S-${number}`],
      'backend view': [`ViewContent ${id}`],
      added: [`AddToCart ${id}`],
      viewed: [`ViewContent ${id}`],
    };
    return of[kindOf(number)] ?? [];
  },
  shopline(number) {
    const of: Partial<Record<Kind, string[]>> = {
      placed: [platformOrder(number)],
      paid: [platformOrder(number)],
      'backend order': [`S-${number}`],
      added: [String(number)],
    };
    return of[kindOf(number)] ?? [];
  },
};

/** The name of what a sandbox accepted. Orders have a name for each stage, whoever reported it. */
export const nameOf: Readonly<Record<Api, (item: Record<string, unknown>) => string>> = {
  customerio({ event, messageId, properties }) {
    const { order_id } = (properties ?? {}) as { order_id?: unknown };
    return String(event).startsWith('Order ') ? `${event} ${order_id}` : String(messageId);
  },
  tiktok: (item) => `${item.event} ${item.event_id}`,
  shopline: (item) => String((item.attrs as { number: unknown } | undefined)?.number),
};

/**
 * What of an accepted item is the same in each copy. A purchase comes from the report of the order or of its payment,
 * whichever is sent first: after a kill that may be the other one, with its time.
 */
export function contentOf(item: Record<string, unknown>): string {
  const { event_time, ...purchase } = item;
  return JSON.stringify(item.event === 'Purchase' ? purchase : item);
}

/** True for what only a forged order can have brought about: its total, or its number as an order's id. */
export const isForged = (name: string, content: string): boolean =>
  content.includes(String(FORGED_TOTAL)) || /\bN-\d/.test(name);
