import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseMessage } from '../../shared/message.ts';
import { loadPixel, openPage, SETTINGS } from '../support/pixel.ts';
import { ALL, publishedByShopify as published, shopifySandbox, YES } from '../support/pixel-platforms.ts';

const NOW = '2026-11-27T08:00:00.000Z';
const load = () => import('../../client/snippet/pixel-shopify.ts');

const money = (amount: number) => ({ amount, currencyCode: 'TWD' });
const tea = {
  id: '43729076',
  title: '150 g',
  sku: 'TEA-1',
  price: money(480),
  image: { src: '//cdn.example/tea.jpg' },
  product: { id: '632910392', title: 'Oolong', vendor: 'Alishan', type: 'Tea', url: '/products/oolong' },
};
const cup = {
  id: '43729077',
  title: 'Blue',
  sku: '',
  price: money(90.5),
  product: { id: '632910393', title: 'Cup' },
};
const teaReported = {
  product_id: '632910392',
  variant_id: '43729076',
  sku: 'TEA-1',
  name: 'Oolong',
  brand: 'Alishan',
  category: 'Tea',
  variant: '150 g',
  price: 480,
  currency: 'TWD',
};
const cupReported = {
  product_id: '632910393',
  variant_id: '43729077',
  sku: '43729077',
  name: 'Cup',
  variant: 'Blue',
  price: 90.5,
  currency: 'TWD',
};
const checkout = {
  token: 'checkout-1',
  currencyCode: 'TWD',
  email: 'alice@example.com',
  phone: null,
  order: null,
  totalPrice: money(1130.5),
  subtotalPrice: money(1030.5),
  shippingLine: { price: money(80) },
  totalTax: money(0),
  discountsAmount: money(20),
  discountApplications: [
    { type: 'AUTOMATIC', title: 'Autumn sale' },
    { type: 'DISCOUNT_CODE', title: 'SPRING' },
  ],
  lineItems: [
    { id: 'l-1', title: 'Oolong', quantity: 2, variant: tea },
    { id: 'l-2', title: 'Cup', quantity: 1, variant: cup },
    { id: 'l-3', title: 'Taken off sale', quantity: 1, variant: null },
  ],
};
const checkoutReported = {
  checkout_id: 'checkout-1',
  currency: 'TWD',
  total: 1130.5,
  shipping: 80,
  tax: 0,
  discount: 20,
  coupon: 'SPRING',
  products: [
    { ...teaReported, quantity: 2 },
    { ...cupReported, quantity: 1 },
    { name: 'Taken off sale', quantity: 1 },
  ],
};
const line = (variant: unknown, quantity: number, amount: number) => ({
  merchandise: variant,
  quantity,
  cost: { totalAmount: money(amount) },
});

const off = (amount: number) => ({ amount: money(amount), discountApplication: { type: 'DISCOUNT_CODE' } });

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(NOW) });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('maps every Shopify event to the contract’s names', () => {
  test.for([
    { name: 'page_viewed', data: {}, event: undefined, properties: undefined },
    {
      name: 'product_viewed',
      data: { productVariant: tea },
      event: 'Product Viewed',
      properties: teaReported,
    },
    {
      name: 'collection_viewed',
      data: { collection: { id: '841564295', title: 'Teas', productVariants: [tea, cup] } },
      event: 'Product List Viewed',
      properties: { list_id: '841564295', category: 'Teas', products: [teaReported, cupReported] },
    },
    {
      name: 'search_submitted',
      data: { searchResult: { query: '茶', productVariants: [cup] } },
      event: 'Products Searched',
      properties: { query: '茶', products: [cupReported] },
    },
    {
      name: 'product_added_to_cart',
      data: { cartLine: line(tea, 2, 940) },
      event: 'Product Added',
      properties: { ...teaReported, quantity: 2, value: 940 },
    },
    {
      name: 'product_removed_from_cart',
      data: { cartLine: line(cup, 1, 90.5) },
      event: 'Product Removed',
      properties: { ...cupReported, quantity: 1, value: 90.5 },
    },
    {
      name: 'cart_viewed',
      data: {
        cart: {
          id: 'cart-1',
          cost: { totalAmount: money(1030.5) },
          lines: [line(tea, 2, 940), line(cup, 1, 90.5)],
        },
      },
      event: 'Cart Viewed',
      properties: {
        cart_id: 'cart-1',
        value: 1030.5,
        currency: 'TWD',
        products: [
          { ...teaReported, quantity: 2, value: 940 },
          { ...cupReported, quantity: 1, value: 90.5 },
        ],
      },
    },
    { name: 'checkout_started', data: { checkout }, event: 'Checkout Started', properties: checkoutReported },
    {
      name: 'checkout_contact_info_submitted',
      data: { checkout },
      event: 'Checkout Step Completed',
      properties: { ...checkoutReported, step: 1, step_name: 'contact' },
    },
    {
      name: 'checkout_address_info_submitted',
      data: { checkout },
      event: 'Checkout Step Completed',
      properties: { ...checkoutReported, step: 2, step_name: 'address' },
    },
    {
      name: 'checkout_shipping_info_submitted',
      data: { checkout },
      event: 'Checkout Step Completed',
      properties: { ...checkoutReported, step: 3, step_name: 'shipping' },
    },
    {
      name: 'payment_info_submitted',
      data: { checkout },
      event: 'Payment Info Entered',
      properties: checkoutReported,
    },
    {
      name: 'checkout_completed',
      data: { checkout: { ...checkout, order: { id: 'gid://shopify/OrderIdentity/5210499102' } } },
      event: 'Order Completed',
      properties: { ...checkoutReported, order_id: '5210499102' },
    },
    {
      name: 'checkout_completed',
      data: { checkout: { token: 't', order: { id: '5210499102' }, totalPrice: { amount: '9.50' } } },
      event: 'Order Completed',
      properties: { checkout_id: 't', order_id: '5210499102', total: 9.5 },
    },
  ])('$name → $event', async ({ name, data, event, properties }) => {
    const page = openPage();
    const pixel = await loadPixel(load, shopifySandbox(page));
    await pixel.emit(name, published(data));
    expect(page.sentMessages()).toMatchObject([{ type: event ? 'track' : 'page', messageId: 'event-1' }]);
    expect([page.sentMessages()[0]?.event, page.sentMessages()[0]?.properties]).toEqual([event, properties]);
    expect(parseMessage(page.sentMessages()[0])).toMatchObject({ notes: [] });
  });
});

describe('a line of a checkout has what is paid for it', () => {
  const teaLine = (more: Record<string, unknown>) => ({ title: 'Oolong', variant: tea, ...more });
  test.for([
    {
      what: 'after its discounts, which are not subtracted again',
      line: teaLine({ quantity: 2, finalLinePrice: money(900), discountAllocations: [off(40), off(20)] }),
      want: { ...teaReported, price: 450, value: 900, quantity: 2 },
    },
    {
      what: 'as text',
      line: teaLine({ quantity: 3, finalLinePrice: { amount: '59.70', currencyCode: 'TWD' } }),
      want: { ...teaReported, price: 19.9, value: 59.7, quantity: 3 },
    },
    {
      what: 'of which a unit is no whole amount',
      line: teaLine({ quantity: 3, finalLinePrice: money(100) }),
      want: { ...teaReported, price: 33.333333, value: 100, quantity: 3 },
    },
    {
      what: 'nothing, for a free gift',
      line: teaLine({ quantity: 2, finalLinePrice: money(0), discountAllocations: [off(960)] }),
      want: { ...teaReported, price: 0, value: 0, quantity: 2 },
    },
    {
      what: 'in the currency that is paid',
      line: teaLine({ quantity: 1, finalLinePrice: { amount: 15, currencyCode: 'USD' } }),
      want: { ...teaReported, price: 15, value: 15, currency: 'USD', quantity: 1 },
    },
    {
      what: 'without a variant',
      line: { title: 'Gift wrap', quantity: 2, variant: null, finalLinePrice: money(30) },
      want: { name: 'Gift wrap', price: 15, value: 30, currency: 'TWD', quantity: 2 },
    },
    {
      what: 'and the variant’s price where there is no quantity',
      line: teaLine({ finalLinePrice: money(900) }),
      want: { ...teaReported, value: 900 },
    },
    {
      what: 'and the variant’s price where no unit is left',
      line: teaLine({ quantity: 0, finalLinePrice: money(0) }),
      want: { ...teaReported, value: 0, quantity: 0 },
    },
    {
      what: 'else the variant’s price',
      line: teaLine({ quantity: 2, discountAllocations: [off(60)] }),
      want: { ...teaReported, quantity: 2 },
    },
    {
      what: 'else the variant’s price, also for null',
      line: teaLine({ quantity: 2, finalLinePrice: null }),
      want: { ...teaReported, quantity: 2 },
    },
    {
      what: 'else the variant’s price, also without an amount',
      line: teaLine({ quantity: 2, finalLinePrice: { amount: null, currencyCode: 'TWD' } }),
      want: { ...teaReported, quantity: 2 },
    },
    {
      what: 'else the variant’s price, also for an unreadable amount',
      line: teaLine({ quantity: 2, finalLinePrice: { amount: 'free' } }),
      want: { ...teaReported, quantity: 2 },
    },
  ])('$what', async ({ line, want }) => {
    const page = openPage();
    const pixel = await loadPixel(load, shopifySandbox(page));
    await pixel.emit('checkout_completed', published({ checkout: { ...checkout, lineItems: [line] } }));
    expect(page.sentMessages()[0]?.properties?.products).toEqual([want]);
    expect(page.sentMessages()[0]?.properties?.total).toBe(1130.5);
    expect(parseMessage(page.sentMessages()[0])).toMatchObject({ notes: [] });
  });
});

describe('identifies the visitor', () => {
  const alice = { id: '706405506', email: 'alice@example.com', phone: '+886912345678' };
  test.for([
    {
      what: 'as the logged-in customer',
      customer: alice,
      data: { productVariant: tea },
      userId: alice.id,
      traits: { email: alice.email, phone: alice.phone },
    },
    {
      what: 'as the buyer of an order',
      customer: null,
      data: { checkout: { ...checkout, order: { id: '1', customer: { id: '706405507' } } } },
      userId: '706405507',
      traits: { email: 'alice@example.com' },
    },
    { what: 'not, without either', customer: null, data: {}, userId: undefined, traits: undefined },
  ])('$what', async ({ customer, data, userId, traits }) => {
    const page = openPage();
    const pixel = await loadPixel(load, shopifySandbox(page, YES, customer));
    await pixel.emit('checkout' in data ? 'checkout_completed' : 'page_viewed', published(data));
    expect(page.sentMessages()[0]?.userId).toBe(userId);
    expect(page.sentMessages()[0]?.context.traits).toEqual(traits);
  });

  test('without email and phone unless marketing is allowed', async () => {
    const page = openPage();
    const pixel = await loadPixel(load, shopifySandbox(page, { ...YES, marketingAllowed: false }, alice));
    await pixel.emit('checkout_contact_info_submitted', published({ checkout }));
    expect(JSON.stringify(page.sentMessages())).not.toMatch(/alice|912345678/);
  });
});

describe('consent comes from Shopify’s customer privacy', () => {
  test.for([
    { what: 'everything', privacy: YES, want: ALL },
    {
      what: 'no sale of data',
      privacy: { ...YES, saleOfDataAllowed: false },
      want: { ...ALL, advertising: false },
    },
    {
      what: 'no marketing',
      privacy: { ...YES, marketingAllowed: false },
      want: { advertising: false, analytics: true, marketing: false },
    },
    {
      what: 'no analytics',
      privacy: { ...YES, analyticsProcessingAllowed: false },
      want: { ...ALL, analytics: false },
    },
  ])('$what', async ({ privacy, want }) => {
    const page = openPage({ ttclid: 'E.C.P.1' });
    await (await loadPixel(load, shopifySandbox(page, privacy))).emit('page_viewed', published({}));
    expect(page.sentMessages()[0]?.context.consent.categoryPreferences).toEqual(want);
    expect(page.sentMessages()[0]?.context.tiktok?.ttclid).toBe(want.advertising ? 'E.C.P.1' : undefined);
  });

  test('a choice on this page is reported at once, with the visitor’s id and without a page', async () => {
    const page = openPage();
    const shop = shopifySandbox(page);
    const pixel = await loadPixel(load, shop);
    await pixel.emit('page_viewed', published({}));
    const [view] = page.sentMessages();
    await shop.choose({ ...YES, marketingAllowed: false });
    await shop.choose({ ...YES, marketingAllowed: false, analyticsProcessingAllowed: false });
    const [, withdrawn, denied, ...others] = page.sentMessages();
    expect(others).toEqual([]);
    const { anonymousId } = view ?? {};
    expect(withdrawn).toMatchObject({
      ...{ event: 'Consent Updated', anonymousId },
      context: {
        consent: { categoryPreferences: { advertising: false, analytics: true, marketing: false } },
      },
    });
    const NONE = { advertising: false, analytics: false, marketing: false };
    expect(denied).toMatchObject({ event: 'Consent Denied', anonymousId });
    expect(denied?.context.consent).toEqual({ categoryPreferences: NONE });
    expect(denied?.context.traits).toBeUndefined();
    expect(page.stored('_sb').anonymousId).toBe('');
    await shop.choose(YES);
    await pixel.emit('page_viewed', published({}, { id: 'next' }));
    expect(page.sentMessages().at(-1)?.anonymousId).not.toBe(anonymousId);
    expect(page.names()).toEqual(['page', 'Consent Updated', 'Consent Denied', 'page']);
  });

  test('a refusal of a visitor of whom nothing was sent is not reported', async () => {
    const page = openPage();
    const shop = shopifySandbox(page);
    await loadPixel(load, shop);
    await shop.choose({ ...YES, marketingAllowed: false, analyticsProcessingAllowed: false });
    expect(page.posts).toEqual([]);
    expect(page.written).toEqual([]);
  });

  test.each([
    { privacy: YES, assumed: undefined },
    { privacy: undefined, assumed: true },
  ])(
    'without a statement of Shopify’s, the setting’s default is assumed: $assumed',
    async ({ privacy, assumed }) => {
      const page = openPage();
      const init = privacy && { customerPrivacy: privacy };
      const pixel = await loadPixel(load, { browser: page.browser, ...(init && { init }) });
      await pixel.emit('page_viewed', published({}));
      expect(page.sentMessages()[0]?.context.consent).toEqual({
        categoryPreferences: ALL,
        ...(assumed && { assumed }),
      });
    },
  );

  test('a refusal recorded by the snippet takes precedence', async () => {
    const page = openPage({}, { _sb: { choice: { advertising: false } } });
    await (await loadPixel(load, shopifySandbox(page))).emit('page_viewed', published({}));
    expect(page.sentMessages()[0]?.context.consent.categoryPreferences).toEqual({
      ...ALL,
      advertising: false,
    });
  });

  test.for([
    { consent: 'granted', reported: ['page'] },
    { consent: 'denied', reported: [] },
  ])('without a privacy, the merchant’s default applies: $consent', async ({ consent, reported }) => {
    const page = openPage();
    const settings = { ...SETTINGS, consent };
    const pixel = await loadPixel(load, { browser: page.browser, settings });
    await pixel.emit('page_viewed', published({}));
    expect(page.names()).toEqual(reported);
  });
});

describe('after unexpected data from Shopify the next event is still reported', () => {
  test.for<{ what: string; more: Record<string, unknown> }>([
    { what: 'null for init', more: { init: null } },
    { what: 'null for privacy', more: { init: { customerPrivacy: null, data: null } } },
    { what: 'a privacy without subscribe', more: { customerPrivacy: {} } },
    {
      what: 'a privacy whose subscription throws',
      more: {
        customerPrivacy: {
          subscribe: () => {
            throw new Error('no');
          },
        },
      },
    },
  ])('$what', async ({ more }) => {
    const page = openPage();
    const settings = { ...SETTINGS, consent: 'granted' };
    const pixel = await loadPixel(load, { ...shopifySandbox(page), settings, ...more });
    await pixel.emit('page_viewed', published({}));
    expect(page.names()).toEqual(['page']);
  });

  test('an empty choice changes nothing', async () => {
    const page = openPage();
    const shop = shopifySandbox(page);
    const pixel = await loadPixel(load, shop);
    await shop.choose(undefined);
    await pixel.emit('page_viewed', published({}));
    expect(page.names()).toEqual(['page']);
  });
});

describe('one order is one', () => {
  const checkout = (order: unknown, token = 'token-1') => ({ checkout: { token, order } });
  test.each([
    {
      what: 'by a global id and a number',
      orders: [{ id: 'gid://shopify/Order/5210' }, { id: 5210 }],
      count: 1,
    },
    { what: 'by a number and text', orders: [{ id: 5210 }, { id: '5210' }], count: 1 },
    { what: 'without an id, by its token', orders: [null, null], count: 1 },
    {
      what: 'whose id comes later',
      orders: [null, { id: 5210 }, { id: 'gid://shopify/Order/5210' }],
      count: 1,
    },
  ])('$what', async ({ orders, count }) => {
    const page = openPage();
    const pixel = await loadPixel(load, shopifySandbox(page));
    for (const [nth, order] of orders.entries())
      await pixel.emit('checkout_completed', published(checkout(order), { id: `e-${nth}` }));
    expect(page.names()).toHaveLength(count);
  });

  test('two without an id are two, by their tokens', async () => {
    const page = openPage();
    const pixel = await loadPixel(load, shopifySandbox(page));
    for (const token of ['token-1', 'token-2'])
      await pixel.emit('checkout_completed', published(checkout(null, token), { id: token }));
    expect(page.names()).toHaveLength(2);
  });

  test('a line without a variant has its title', async () => {
    const page = openPage();
    const pixel = await loadPixel(load, shopifySandbox(page));
    const lineItems = [{ title: 'Gift wrap', quantity: 2, variant: null }];
    await pixel.emit(
      'checkout_completed',
      published({ checkout: { token: 't', order: { id: 1 }, lineItems } }),
    );
    expect(page.sentMessages()[0]?.properties?.products).toEqual([{ name: 'Gift wrap', quantity: 2 }]);
  });
});
