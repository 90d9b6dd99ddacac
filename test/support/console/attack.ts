import { PAYLOAD } from './hostile.ts';

/** Each as an attacker writes it into every field that the public write key reaches. */
export const ATTACKS: readonly string[] = [
  PAYLOAD,
  'javascript:window.readAsMarkup=1//',
  `\u202Egnp.\u0000<svg onload="window.readAsMarkup=1">\${7*7}<%= 7*7 %>`,
  `=HYPERLINK("javascript:alert(1)")${'<b>'.repeat(60)}`,
];

/** Messages of one visitor, under the write key that stands in every page. */
export function attackWith(text: string, nth: number): object[] {
  const context = {
    page: { url: text, path: text, title: text, referrer: text, search: text },
    campaign: { name: text, source: text, medium: text, content: text, term: text, [text]: text },
    ...{ userAgent: text, locale: text, timezone: text, ttclid: text, ttp: text, fbc: text },
    ...{ library: { name: text, version: text }, traits: { name: text, city: text, [text]: text } },
  };
  const product = { product_id: text, variant_id: text, sku: text, name: text, brand: text, url: text };
  const common = { anonymousId: `${text}${nth}`, userId: `${text}u${nth}`, context };
  const properties = { products: [{ ...product, price: 12, quantity: 1 }], [text]: text, url: text };
  const order = { order_id: `${text}${nth}`, order_number: text, total: 12, currency: 'TWD', coupon: text };
  return [
    { ...common, type: 'track', event: text, messageId: `${text}t${nth}`, properties },
    {
      ...{ ...common, type: 'track', event: 'Order Completed', messageId: `${text}o${nth}` },
      properties: { ...properties, ...order },
    },
    { ...common, type: 'page', name: text, messageId: `${text}p${nth}`, properties: context.page },
    {
      ...{ ...common, type: 'identify', messageId: `${text}i${nth}` },
      traits: { ...context.traits, email: `mallory${nth}@shop.example`, avatar: text, website: text },
    },
  ];
}
