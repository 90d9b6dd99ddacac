/** The shop's key in every measured run. */
export const WRITE_KEY = 'bench-write-key';
/** Whose pages send: what a browser's request costs beside a program's is in every measured run. */
export const SHOP_ORIGIN = 'https://shop.example';
/** In every event in clear, so that a log that holds it was not hashed. */
export const CLEAR_EMAIL = 'pat.shopper@example.com';
const DIGITS = 12;

/** Ids are `<prefix>-<number of twelve digits>`, so that one body fits all of them. */
export const messageIdOf = (prefix: string, number: number) =>
  `${prefix}-${String(number).padStart(DIGITS, '0')}`;

/** An order of about 900 bytes as a storefront sends it. */
export const orderCompleted = (messageId: string, timestamp: string) => ({
  type: 'track',
  event: 'Order Completed',
  messageId,
  anonymousId: 'b7f1f3a2-6f0e-4f2b-9c39-3f0a7c1d2e3f',
  userId: 'customer-42',
  timestamp,
  context: {
    page: { url: 'https://shop.example/thanks?ttclid=E.C.P.bench', referrer: 'https://www.tiktok.com/' },
    userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1',
    ip: '203.0.113.7',
    traits: { email: CLEAR_EMAIL, phone: '0912 345 678' },
    consent: { categoryPreferences: { advertising: true, analytics: true, marketing: true } },
  },
  properties: {
    order_id: messageId,
    value: 1250,
    shipping: 60,
    coupon: 'SPRING-TEA',
    checkout_id: `c-${messageId}`,
    currency: 'TWD',
    products: [
      { product_id: '1001', sku: 'TEA-1', name: 'Pebble teapot', price: 850, quantity: 1 },
      { product_id: '1002', sku: 'TEA-2', name: 'Celadon cup', price: 400, quantity: 1 },
    ],
  },
});

/** A view of a product by the same visitor. */
export const productViewed = (messageId: string, timestamp: string) => {
  const { properties, ...order } = orderCompleted(messageId, timestamp);
  const [product] = properties.products;
  return { ...order, event: 'Product Viewed', properties: { currency: 'TWD', value: 850, ...product } };
};

/** A product with all that a theme may say of it: some 340 bytes. */
const detailed = (number: number) => ({
  product_id: `${1000 + number}`,
  sku: `TEA-${number}`,
  name: `Pebble teapot, glaze ${number}`,
  brand: 'Kiln & Leaf',
  category: 'Tea > Teaware > Pots',
  variant: 'celadon / 350 ml / with lid',
  price: 850,
  quantity: 1,
  url: `https://shop.example/products/pebble-teapot-${number}?variant=${1000 + number}`,
  image_url: `https://shop.example/cdn/images/pebble-teapot-${number}_1024x1024.jpg`,
});
/** The same order of so many of them. */
const orderOf = (lines: number) => (messageId: string, timestamp: string) => {
  const { properties, ...order } = orderCompleted(messageId, timestamp);
  return {
    ...order,
    properties: { ...properties, products: Array.from({ length: lines }, (_, n) => detailed(n)) },
  };
};
const EVENTS = {
  order: orderCompleted,
  view: productViewed,
  'order of 8 KB': orderOf(22),
  'order of 30 KB': orderOf(87),
};
export type EventKind = keyof typeof EVENTS;

/** One HTTP request of which only the ids change, in place: no text is built while the clock runs. */
export interface RequestTemplate {
  bytes: Buffer;
  /** Makes it the request with these ids: `eventsPerRequest` numbers from `first` on. */
  number(first: number): void;
}

export interface TemplateOptions {
  path: string;
  prefix: string;
  /** 1: the event itself. More: `{batch: [...]}`. */
  eventsPerRequest: number;
  timestamp: string;
  /** Default: orders, which cost most. */
  kind?: EventKind;
  /** Default: that of the one shop. */
  writeKey?: string;
}

export function createTemplate({
  path,
  prefix,
  eventsPerRequest,
  timestamp,
  kind = 'order',
  writeKey = WRITE_KEY,
}: TemplateOptions): RequestTemplate {
  const placeholder = messageIdOf(prefix, 0);
  const event = EVENTS[kind](placeholder, timestamp);
  const body = JSON.stringify(
    eventsPerRequest === 1 ? event : { batch: new Array(eventsPerRequest).fill(event) },
  );
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Origin: ${SHOP_ORIGIN}`,
    'Content-Type: application/json',
    `Authorization: Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  const bytes = Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
  const slots: number[] = [];
  for (let at = bytes.indexOf(placeholder); at !== -1; at = bytes.indexOf(placeholder, at + 1))
    slots.push(at + placeholder.length - 1);
  const slotsPerEvent = slots.length / eventsPerRequest;
  return {
    bytes,
    number(first) {
      for (const [index, lastDigit] of slots.entries()) {
        let rest = first + Math.floor(index / slotsPerEvent);
        for (let at = lastDigit; at > lastDigit - DIGITS; at--) {
          bytes[at] = 48 + (rest % 10);
          rest = Math.floor(rest / 10);
        }
      }
    },
  };
}
