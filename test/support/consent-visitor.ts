import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { refundPayload } from '../../server/sandbox/webhooks.ts';
import { basic } from './shop.ts';
import { IN_BROWSER, SERVER_KEY, type startWebhookShop } from './webhook-shop.ts';

/** What a visitor says: everything granted; everything denied; nothing; denied after it was granted; Global Privacy Control. */
export type Saying = 'granted' | 'denied only' | 'silent' | 'withdrawn' | 'GPC';
export type Sender = 'page' | 'server event' | 'webhook' | 'poll' | 'refund' | 'queued';

export interface ConsentCase {
  byDefault: 'granted' | 'denied';
  saying: Saying;
  sender: Sender;
  /** 0, 1, …; every id of the case is made of it. */
  nth: number;
}

const ALL = { advertising: true, analytics: true, marketing: true };
const NONE = { advertising: false, analytics: false, marketing: false };
const APIS = { T: 'tiktok', C: 'customerio', S: 'shopline' } as const;
/** A browser says it with every request. */
const WITH_GPC = { ...IN_BROWSER, 'sec-gpc': '1' };

const CODES = {
  'Product Added': 'Z_add_cart',
  'Order Completed': 'Z_sale_order',
  'Order Refunded': 'Z_sale_refund',
};
/** A CDP is sent what the merchant names: everything that depends on consent, and what finds the events of a case. */
const ATTRS = {
  page: 'context.page.url',
  ip: 'context.ip',
  agent: 'context.userAgent',
  product: 'properties.product_id',
};
/** Of the shop that these visitors visit. */
export const CONSENT_SHOP = {
  SERVER_KEY,
  TRUST_PROXY: '1',
  SHOPLINE_EVENT_CODES: JSON.stringify(
    Object.fromEntries(Object.entries(CODES).map(([event, code]) => [event, { code, attrs: ATTRS }])),
  ),
};

interface Item {
  event?: string;
  event_code?: string;
}
export type ConsentVisitor = ReturnType<typeof createConsentVisitor>;

/** A visitor with a click, an address and a browser of their own, and what reports them. */
export function createConsentVisitor(
  shop: Awaited<ReturnType<typeof startWebhookShop>>,
  { byDefault, saying, sender, nth }: ConsentCase,
) {
  const name = `case-${nth}`;
  const [anonymousId, cartToken] = [randomUUID(), randomUUID()];
  const orderId = `2105022431212188732477${1000 + nth}`;
  const [click, ip, userAgent] = [`E.C.P.${name}`, `203.0.113.${nth + 10}`, IN_BROWSER['user-agent']];
  const seen = { tiktok: { ttclid: click }, page: { url: `https://shop.example/tea?ttclid=${click}` } };
  const added = { event: 'Product Added', properties: { product_id: name } };
  const isGranting = byDefault === 'granted';
  const hasDenied = saying === 'denied only' || saying === 'withdrawn';
  const browser = saying === 'GPC' ? WITH_GPC : IN_BROWSER;
  const consent = (choice: object, more: object = {}) => ({
    consent: { categoryPreferences: choice, ...more },
  });
  /** Of a snippet whose tag has the shop's default. While one that denies waits, other clients say nothing. */
  const assumed = isGranting ? consent(ALL, { assumed: true }) : {};
  const first = saying === 'granted' || saying === 'withdrawn' ? consent(ALL) : assumed;
  const underGpc = isGranting ? consent({ ...ALL, advertising: false }, { assumed: true, gpc: true }) : {};
  const chosen = saying === 'GPC' ? underGpc : first;

  const post = async (message: object, headers: Record<string, string>) => {
    const sentWith = { ...headers, 'x-forwarded-for': ip };
    const answer = await shop.post('/v1/track', { anonymousId, ...message }, sentWith);
    expect(answer.status, await answer.text()).toBe(200);
  };
  const signed = async (topic: string, body: object) =>
    expect((await shop.sendWebhook(topic, body, `${topic}-${name}`)).status).toBe(200);
  const deny = () => post({ event: 'Consent Denied', properties: {}, context: consent(NONE) }, browser);
  const orderBody = () => {
    const parts = { cartToken, browserIp: ip, userAgent, email: `${name}@shop.example` };
    return shop.order(orderId, `#D${5000 + nth}`, parts);
  };

  const isOwn = (item: Item) => [name, orderId].some((own) => JSON.stringify(item).includes(`"${own}"`));
  const isRefund = ({ event, event_code }: Item) =>
    event === 'Order Refunded' || event_code === CODES['Order Refunded'];
  const markOf = (item: Item) => {
    const text = JSON.stringify(item);
    const carried = [click, ip, userAgent].filter((one) => text.includes(one));
    return ['-', ...carried, '+'].at(carried.length === 3 ? -1 : carried.length) ?? '';
  };

  return {
    sender,
    orderBody,
    /** A page that shows the cart, with what was chosen by then. */
    async choose() {
      const cart = { event: 'Cart Viewed', properties: { cart_id: cartToken } };
      await post({ ...cart, context: { ...seen, ...chosen } }, browser);
      if (saying === 'denied only') await deny();
    },
    withdraw: async () => (saying === 'withdrawn' ? deny() : undefined),
    /** After a denial the snippet sends nothing, and other clients say nothing of consent. */
    page: () => post({ ...added, context: { ...seen, ...(!hasDenied && chosen) } }, browser),
    /** Before anything was denied, and before Global Privacy Control was turned on. */
    earlierPage: () => post({ ...added, context: { ...seen, ...first } }, IN_BROWSER),
    backend: () =>
      post({ ...added, context: { ...seen, ip, userAgent } }, { authorization: basic(SERVER_KEY) }),
    order: () => signed('orders/create', orderBody()),
    refund: () =>
      signed(
        'refunds/create',
        refundPayload({ refundId: `R${nth}`, orderId, refundedAtMs: Date.now(), amount: 10 }),
      ),
    /** Which APIs accepted the sender's event, `T+ C- S-`: with click id, full address and user agent, or with none of them. */
    sent(): string {
      const parts = Object.entries(APIS).flatMap(([sign, api]) => {
        const items = (shop.sandbox.accepted(api) as Item[]).filter(
          (item) => isOwn(item) && (sender !== 'refund' || isRefund(item)),
        );
        const names = new Set(items.map(({ event, event_code }) => event ?? event_code));
        const marks = [...new Set(items.map(markOf))].join('');
        const isRepeated = names.size < items.length;
        return items.length === 0 ? [] : [`${sign}${marks}${isRepeated ? ' repeated' : ''}`];
      });
      return parts.join(' ');
    },
  };
}
