import type { Api } from '../../server/sandbox/index.ts';

/** No test that knows these may find them in clear behind the collector. */
export const CLEAR_DOMAIN = 'clear.example';

/** The number has a property of its own, because SHOPLINE receives no other id. */
const attrs = { number: 'properties.number' };
export const SHOPLINE_EVENT_CODES = {
  'Product Added': { code: 'Z_add_cart', attrs },
  'Order Completed': { code: 'Z_sale_order', attrs },
};

type Kind = 'order' | 'added' | 'viewed' | 'page' | 'identify';
const KINDS: readonly Kind[] = [
  'order',
  'viewed',
  'page',
  'added',
  'viewed',
  'viewed',
  'identify',
  'viewed',
  'page',
  'viewed',
];
const kindOf = (number: number) => KINDS[number % KINDS.length] as Kind;
const messageId = (number: number) => `message-${number}`;

/** No timestamp: it happened when it was stored, so an event stored twice would not look the same twice. */
export function numberedMessage(number: number): { type: string; messageId: string } {
  const about = { messageId: messageId(number), anonymousId: `visitor-${number % 500}` };
  const email = `shopper-${number}@${CLEAR_DOMAIN}`;
  const properties = { number, product_id: `P-${number}`, price: 480, currency: 'TWD' };
  const order = { number, order_id: `O-${number}`, total: 960, currency: 'TWD', email };
  switch (kindOf(number)) {
    case 'order':
      return { type: 'track', ...about, ...{ event: 'Order Completed', properties: order } };
    case 'added':
      return { type: 'track', ...about, ...{ event: 'Product Added', properties } };
    case 'viewed':
      return { type: 'track', ...about, ...{ event: 'Product Viewed', properties } };
    case 'page':
      return { type: 'page', ...about, ...{ name: 'Home' } };
    case 'identify':
      return { type: 'identify', ...about, ...{ userId: `customer-${number}`, traits: { email } } };
  }
}

/** The names under which each sandbox must have accepted this event; none where it is rightly not sent. */
export const expectedNames: Readonly<Record<Api, (number: number) => string[]>> = {
  customerio: (number) => [messageId(number)],
  tiktok(number) {
    const id = messageId(number);
    const of: Partial<Record<Kind, string[]>> = {
      order: [`PlaceAnOrder order:O-${number}`, `Purchase order:O-${number}`],
      added: [`AddToCart ${id}`],
      viewed: [`ViewContent ${id}`],
    };
    return of[kindOf(number)] ?? [];
  },
  shopline: (number) => (['order', 'added'].includes(kindOf(number)) ? [String(number)] : []),
};

/** The name of what a sandbox accepted. */
export const nameOf: Readonly<Record<Api, (item: Record<string, unknown>) => string>> = {
  customerio: (item) => String(item.messageId),
  tiktok: (item) => `${item.event} ${item.event_id}`,
  shopline: (item) => String((item.attrs as { number: unknown } | undefined)?.number),
};
