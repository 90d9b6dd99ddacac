import { flushPromises, type openPage, SETTINGS } from './pixel.ts';

type Page = ReturnType<typeof openPage>;
type Data = Record<string, unknown>;

export const CLIENT = '99999999-8888-4777-a666-555555555555';
export const ALL = { advertising: true, analytics: true, marketing: true };
export const NONE = { advertising: false, analytics: false, marketing: false };

const CONTEXT = {
  document: {
    location: { href: 'https://shop.example/products/oolong?ttclid=E.C.P.1' },
    referrer: 'https://tiktok.example/',
    title: 'Oolong',
  },
  navigator: { userAgent: 'Shopper/1.0', language: 'zh-TW' },
};

/** An event as SHOPLINE publishes it. In the published types, two events have the name of a third. */
export const publishedByShopline = (data: unknown, more: Data = {}) => ({
  id: 'event-1',
  clientId: CLIENT,
  name: 'login',
  timestamp: '1795766400123',
  context: CONTEXT,
  data: { login_em: null, customer_id: null, ...(data as object) },
  ...more,
});

/** An event as Shopify publishes it. */
export const publishedByShopify = (data: unknown, more: Data = {}) => ({
  id: 'event-1',
  clientId: CLIENT,
  seq: 1,
  type: 'standard',
  timestamp: '2026-11-27T07:59:58.000Z',
  context: CONTEXT,
  data,
  ...more,
});

const privacy = (isAllowed: boolean) => ({
  analyticsProcessingAllowed: isAllowed,
  marketingAllowed: isAllowed,
  preferencesProcessingAllowed: isAllowed,
  saleOfDataAllowed: isAllowed,
});
export const YES = privacy(true);
export const NO = privacy(false);

/** Shopify's sandbox on this page, with the visitor's privacy and customer. `choose` publishes another privacy. */
export function shopifySandbox(page: Page, customerPrivacy: unknown = YES, customer: unknown = null) {
  const listeners = new Map<string, (event: unknown) => void>();
  return {
    browser: page.browser,
    init: { data: { customer, cart: null }, customerPrivacy },
    customerPrivacy: {
      subscribe: (name: string, listener: (event: unknown) => void) => listeners.set(name, listener),
    },
    settings: { ...SETTINGS, consent: 'denied' },
    choose: async (chosen: unknown) => {
      listeners.get('visitorConsentCollected')?.({ customerPrivacy: chosen });
      await flushPromises();
    },
  };
}

/** What the shared promises need to know of a platform. */
export interface Platform {
  name: string;
  file: string;
  load(): Promise<unknown>;
  published(data: unknown, more?: Data): Data;
  /** Data of `checkout_completed`. */
  order(id: unknown, total?: number, lines?: { title: string }[]): Data;
  /** Data of `cart_viewed` with these lines. */
  cart(lines: { title: string }[]): Data;
  /** The names it subscribes to, in a shop with the snippet on its pages. */
  checkout: string[];
  events: number;
  /** How an app pixel finds its sandbox. */
  app: 'configure' | 'extend';
  /** The sandbox of a visitor without a choice, and how they make one. */
  undecided(page: Page): {
    sandbox: Data;
    choose(isAllowed: boolean): Promise<void>;
  };
  /** What is left of a refusal in the snippet's record. */
  refusal: Data;
  /** Events of unexpected shape. */
  odd: { what: string; data: unknown }[];
}

const circular: Data = { title: 'x' };
circular.self = circular;
const MEGABYTE = 'x'.repeat(1_000_000);

export const SHOPLINE: Platform = {
  name: 'SHOPLINE',
  file: 'pixel-shopline.js',
  load: () => import('../../client/snippet/pixel-shopline.ts'),
  published: publishedByShopline,
  order: (id, total, lines) => ({ orderSeq: id, value: total, currency: 'TWD', list: lines }),
  cart: (lines) => ({ list: lines }),
  checkout: [
    'checkout_started',
    'checkout_contact_info_submitted',
    'payment_info_submitted',
    'checkout_completed',
  ],
  events: 15,
  app: 'configure',
  undecided: (page) => ({
    sandbox: { browser: page.browser, settings: { ...SETTINGS, consent: 'denied' } },
    // SHOPLINE provides no consent: the pixel reads the snippet's record with the next event, or every 2 s.
    choose: async (isAllowed) => {
      page.storage.set('_sb', JSON.stringify({ ...page.stored('_sb'), choice: isAllowed ? ALL : NONE }));
    },
  }),
  refusal: { choice: NONE },
  odd: [
    { what: 'a list that is a number', data: { list: 7 } },
    { what: 'a list of empty values', data: { list: [null, undefined, 0] } },
    { what: 'circular data', data: { list: [{ title: circular }], orderSeq: circular } },
    { what: 'a megabyte', data: { title: MEGABYTE, coupon: MEGABYTE } },
  ],
};

export const SHOPIFY: Platform = {
  name: 'Shopify',
  file: 'pixel-shopify.js',
  load: () => import('../../client/snippet/pixel-shopify.ts'),
  published: publishedByShopify,
  order: (id, total, lines) => ({
    checkout: {
      order: { id },
      totalPrice: total && { amount: total },
      currencyCode: 'TWD',
      lineItems: lines?.map(({ title }) => ({ quantity: 1, variant: { id: 'v-1', product: { title } } })),
    },
  }),
  cart: (lines) => ({
    cart: { lines: lines.map(({ title }) => ({ merchandise: { id: 'v-1', product: { title } } })) },
  }),
  checkout: [
    'checkout_started',
    'checkout_contact_info_submitted',
    'checkout_address_info_submitted',
    'checkout_shipping_info_submitted',
    'payment_info_submitted',
    'checkout_completed',
  ],
  events: 13,
  app: 'extend',
  undecided: (page) => {
    const { choose, ...sandbox } = shopifySandbox(page, NO);
    return { sandbox, choose: (isAllowed) => choose(isAllowed ? YES : NO) };
  },
  refusal: {},
  odd: [
    { what: 'undefined data', data: undefined },
    { what: 'null data', data: null },
    {
      what: 'null values',
      data: { checkout: null, cart: null, cartLine: null, productVariant: null, collection: null },
    },
    {
      what: 'empty objects',
      data: { checkout: {}, cart: {}, cartLine: {}, productVariant: {}, searchResult: {} },
    },
    {
      what: 'empty lines',
      data: { checkout: { lineItems: [null, { variant: null }, 7] }, cart: { lines: 'x' } },
    },
    { what: 'circular data', data: { checkout: { token: circular }, cart: { id: circular } } },
    { what: 'a megabyte', data: { checkout: { token: MEGABYTE } } },
  ],
};
