import { describe, expect, test } from 'vitest';
import type { Config } from '../../../server/config/config.ts';
import { createCounters } from '../../../server/observe/counters.ts';
import { mapWebhook, type Topic } from '../../../server/platforms/shopline/webhooks/map.ts';
import { defaultConsent } from '../../../server/platforms/webhooks/consent.ts';
import { toEntry } from '../../../server/platforms/webhooks/entry.ts';
import { isMapped } from '../../../server/platforms/webhooks/mapped.ts';
import { createPiiEncryption, piiBinding } from '../../../server/privacy/encrypted-pii.ts';
import { sha256 } from '../../../server/privacy/hash.ts';
import type { Entry } from '../../../server/store/store.ts';
import { configOf, memoryLog, NOW, oneShop, order, PERSONAL } from '../support.ts';

const piiEncryption = createPiiEncryption([Buffer.alloc(32, 7)]);
const allOf = (granted: boolean) => ({ advertising: granted, analytics: granted, marketing: granted });

/** One webhook through the mapper, consent and protection. */
async function storedEntry(topic: Topic, payload: object, options: { config?: Config } = {}): Promise<Entry> {
  const [shop] = (options.config ?? configOf(oneShop)).shops;
  const mapped = mapWebhook(topic, payload, 'shopline:1');
  if (!shop || !isMapped(mapped)) throw new Error('not usable');
  const parts = { log: memoryLog(), piiEncryption, counters: createCounters() };
  return toEntry(parts, mapped, shop, defaultConsent(shop), NOW);
}
const ADA = {
  userId: '4201057495',
  anonymousId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  emailSha256: sha256('ada@example.com'),
  phoneSha256: sha256('+886912345678'),
  phoneDigitsSha256: sha256('886912345678'),
  firstNameSha256: sha256('ada'),
  lastNameSha256: sha256('lovelace'),
  zipSha256: sha256('100'),
  city: 'taipei',
  country: 'tw',
};
const CONTACTS = {
  emailSha256: ADA.emailSha256,
  phoneSha256: ADA.phoneSha256,
  phoneDigitsSha256: ADA.phoneDigitsSha256,
};
const ACCOUNT = { emailSha256: ADA.emailSha256, phoneSha256: ADA.phoneSha256 };
const CONTEXT = {
  ip: '203.0.113.77',
  userAgent: 'Mozilla/5.0 Chrome/126.0.6478.127',
  locale: 'en-CA',
  tiktok: { ttclid: 'E.C.P.landing', ttp: 'ttp-of-the-browser' },
  traits: {
    email_sha256: ADA.emailSha256,
    phone_sha256: ADA.phoneSha256,
    first_name_sha256: ADA.firstNameSha256,
    last_name_sha256: ADA.lastNameSha256,
    address: {
      address1_sha256: sha256('12 analytical street'),
      address2_sha256: sha256('second floor'),
      city: 'Taipei',
      zip_sha256: ADA.zipSha256,
      country: 'Taiwan',
      country_code: 'TW',
    },
  },
};
const SKIRT = {
  product_id: '16056761559984840457934011',
  variant_id: '18056761559987524812644011',
  sku: 'SKIRT-M',
  name: 'Skirt',
  variant: 'M / red',
  price: 450,
  quantity: 2,
  image_url: 'https://img.example/skirt.png',
};
const ORDER = {
  order_id: '21050224312121887324667162',
  order_number: 'D1001',
  order_seq: '200565776406008509',
  checkout_id: '2404785166526352972864',
  checkout_token: 'checkout-token',
  cart_token: 'cart-token',
  currency: 'TWD',
  total: 960,
  subtotal: 900,
  tax: 48,
  shipping: 60,
  discount: 40,
  coupon: 'SPRING,FRIEND',
  financial_status: 'unpaid',
  products: [SKIRT],
  landing_site: 'https://shop.example/?ttclid=E.C.P.landing&utm_source=tiktok&email=[email]',
  referring_site: 'https://www.tiktok.com/',
};
const ENVELOPE = {
  shop: 'shop',
  messageId: 'shopline:1',
  type: 'track',
  receivedAt: '2026-03-01T12:00:00.000Z',
  identity: ADA,
  consent: allOf(true),
  source: 'platform',
  context: CONTEXT,
  traits: {},
};

describe('each topic is one event', () => {
  test('orders/create → Order Completed', async () => {
    const { event } = await storedEntry('orders/create', order());
    expect(event).toEqual({
      ...ENVELOPE,
      account: ACCOUNT,
      event: 'Order Completed',
      timestamp: '2026-03-01T11:58:00.000Z',
      properties: ORDER,
    });
  });

  test('orders/paid → Order Updated, paid whatever its status, at the time of payment', async () => {
    const { event } = await storedEntry('orders/paid', order());
    expect(event).toEqual({
      ...ENVELOPE,
      account: ACCOUNT,
      event: 'Order Updated',
      timestamp: '2026-03-01T11:59:00.000Z',
      properties: { ...ORDER, financial_status: 'paid' },
    });
  });

  test('orders/cancelled → Order Cancelled', async () => {
    const { event } = await storedEntry('orders/cancelled', order({ cancelled_at: '2026-03-01T11:59:59Z' }));
    expect(event).toEqual({
      ...ENVELOPE,
      account: ACCOUNT,
      event: 'Order Cancelled',
      timestamp: '2026-03-01T11:59:59.000Z',
      properties: { ...ORDER, cancelled_at: '2026-03-01T11:59:59Z' },
    });
  });

  test('refunds/create → Order Refunded with what was paid back', async () => {
    const { event } = await storedEntry('refunds/create', {
      id: 'SL201AS4571669738589065294',
      order_id: '21050224312121887324667162',
      user_id: '4201057495',
      note: 'Ada Lovelace changed her mind, ada@example.com',
      created_at: '2026-03-01T07:00:00-04:00',
      refund_line_items: [
        { quantity: 1, subtotal: 450, line_item_id: '417', line_item: order().line_items[0] },
        { quantity: 1, subtotal: 5, line_item_id: '418' },
      ],
      transactions: [
        { kind: 'refund', status: 'success', amount: '0.1', currency: 'TWD' },
        { kind: 'refund', status: 'success', amount: '0.20', currency: 'TWD' },
        { kind: 'refund', status: 'pending', amount: '7', currency: 'TWD' },
        { kind: 'refund', status: 'failure', amount: '450', currency: 'TWD' },
      ],
    });
    expect(event).toEqual({
      ...ENVELOPE,
      event: 'Order Refunded',
      timestamp: '2026-03-01T11:00:00.000Z',
      identity: { userId: '4201057495' },
      context: {},
      properties: {
        order_id: '21050224312121887324667162',
        refund_id: 'SL201AS4571669738589065294',
        total: 0.3,
        currency: 'TWD',
        products: [{ ...SKIRT, quantity: 1 }],
      },
    });
  });

  test.each(['checkouts/create', 'checkouts/update'] as const)('%s → Checkout Started', async (topic) => {
    const { event } = await storedEntry(topic, {
      id: '2404785166526352972864',
      token: 'checkout-token',
      cart_token: 'cart-token',
      abandoned_checkout_url: 'https://open001.myshopline.com/trade/checkouts/1?mark=secret',
      email: 'ada@example.com',
      phone: '0912345678',
      phone_area_code: '+886',
      total_price: 960.5,
      sub_total_price: 900,
      currency: 'TWD',
      line_items: order().line_items,
      created_at: '2026-03-01T19:50:00+08:00',
    });
    expect(event).toEqual({
      ...ENVELOPE,
      event: 'Checkout Started',
      orderKey: 'checkout:checkout-token',
      timestamp: '2026-03-01T11:50:00.000Z',
      identity: { ...CONTACTS },
      context: { traits: { email_sha256: ADA.emailSha256, phone_sha256: ADA.phoneSha256 } },
      properties: {
        checkout_id: '2404785166526352972864',
        checkout_token: 'checkout-token',
        cart_token: 'cart-token',
        currency: 'TWD',
        total: 960.5,
        subtotal: 900,
        products: [SKIRT],
      },
    });
  });

  test.each(['carts/create', 'carts/update'] as const)(
    '%s → Cart Updated, for statistics alone',
    async (topic) => {
      const cart = {
        id: 'cart-id',
        token: 'cart-token',
        user_id: 4201057495,
        total_amount: '450.00',
        currency_code: 'twd',
      };
      const { event, audience } = await storedEntry(topic, cart);
      expect(audience).toBe('statistics');
      expect(event).toEqual({
        ...ENVELOPE,
        event: 'Cart Updated',
        timestamp: '2026-03-01T12:00:00.000Z',
        identity: { userId: '4201057495' },
        context: {},
        properties: { cart_id: 'cart-id', cart_token: 'cart-token', currency: 'TWD', total: 450 },
      });
    },
  );

  test.each([
    [
      {
        customer: { id: '200843728', email: 'Ada@example.com', phone: '00886912345678' },
        orders_to_redact: ['#72348'],
      },
    ],
    [{ customer_id: 200843728, email: 'ada@example.com', phone: '+886912345678' }],
    [{ id: '200843728', email: 'ada@example.com', phone: '+886912345678' }],
  ])('customers/redact → Customer Redacted, for the customer it identifies', async (payload) => {
    const { event, audience } = await storedEntry('customers/redact', payload);
    expect(audience).toBe('statistics');
    expect(event).toMatchObject({
      event: 'Customer Redacted',
      source: 'platform',
      identity: { userId: '200843728', ...CONTACTS },
      properties: {},
    });
  });

  test('merchants/redact → Shop Redacted, whatever its body', async () => {
    const { event, audience } = await storedEntry('merchants/redact', { shop_id: '1' });
    expect(audience).toBe('statistics');
    expect(event).toMatchObject({
      event: 'Shop Redacted',
      source: 'platform',
      identity: {},
    });
    expect(event).not.toHaveProperty('orderKey');
  });
});

describe('no personal data is stored in clear', () => {
  const everywhere = order({
    name: '#D1001',
    note: 'Ada Lovelace, 0912345678',
    shipping_address: order().billing_address,
    note_attributes: [{ name: 'gift for', value: 'Ada Lovelace' }],
    discount_codes: [{ code: 'for-ada@example.com' }],
    cart_token: 'ada@example.com',
    payment_details: [{ pay_merchant_email: 'ada@example.com' }],
    landing_site: 'https://shop.example/?email=ada%40example.com&phone=0912345678',
    referring_site: 'https://mail.example/?to=ada@example.com',
  });
  test.each([
    'orders/create',
    'orders/paid',
    'orders/cancelled',
    'checkouts/create',
    'carts/create',
  ] as const)('%s', async (topic) => {
    const { event } = await storedEntry(topic, { ...everywhere, token: 'token' });
    const stored = JSON.stringify(event);
    for (const secret of PERSONAL) expect(stored).not.toContain(secret);
  });

  test('an ID built from an email is replaced by its digest, in keys too', async () => {
    for (const topic of [
      'orders/create',
      'orders/cancelled',
      'refunds/create',
      'checkouts/create',
    ] as const) {
      const id = 'ada@example.com';
      const entry = await storedEntry(topic, { ...everywhere, id, order_id: id, token: id, user_id: id });
      expect(JSON.stringify(entry)).not.toContain('ada@');
      const { event, claim } = entry;
      expect(`${event.orderKey} ${claim?.names} ${claim?.part}`).toContain(ADA.emailSha256);
    }
  });

  const raw = {
    CUSTOMERIO_API_KEY: 'key-of-the-source',
    CUSTOMERIO_PII: 'raw',
    PII_KEY: Buffer.alloc(32, 7).toString('base64'),
  };
  test('a destination set to raw gets it encrypted, with consent', async () => {
    const { event, encryptedPii } = await storedEntry('orders/create', order(), {
      config: configOf({ ...oneShop, ...raw }),
    });
    expect(JSON.stringify(event)).not.toContain('Lovelace');
    expect(piiEncryption.decrypt(encryptedPii ?? '', piiBinding(event))).toMatchObject({
      email: 'ada@example.com',
      phone: '+886912345678',
      firstName: 'Ada',
      lastName: 'Lovelace',
    });
  });

  test('… and not without consent, nor for events that no destination gets', async () => {
    const denied = configOf({ ...oneShop, ...raw, CONSENT_DEFAULT: 'denied' });
    expect(await storedEntry('orders/create', order(), { config: denied })).not.toHaveProperty(
      'encryptedPii',
    );
    const cart = { token: 'cart', email: 'ada@example.com' };
    expect(
      await storedEntry('carts/create', cart, { config: configOf({ ...oneShop, ...raw }) }),
    ).not.toHaveProperty('encryptedPii');
  });
});

describe('before it is joined with a visitor, an order', () => {
  test.each([true, false])('follows the shop’s default (%s)', async (granted) => {
    const config = configOf({ ...oneShop, CONSENT_DEFAULT: granted ? 'granted' : 'denied' });
    expect((await storedEntry('orders/create', order(), { config })).event.consent).toEqual(allOf(granted));
  });

  test('keeps, where the default denies, a network, a browser without its build, no click ids', async () => {
    const config = configOf({ ...oneShop, CONSENT_DEFAULT: 'denied' });
    const { event } = await storedEntry('orders/create', order(), { config });
    expect(event.context).toMatchObject({ ip: '203.0.113.0', userAgent: 'Mozilla/5 Chrome/126' });
    expect(event.properties.landing_site).toBe('https://shop.example/?utm_source=tiktok&email=[email]');
    expect(JSON.stringify(event)).not.toMatch(/E\.C\.P\.|ttp-of/);
    expect(event.properties).toMatchObject({ total: 960 });
  });

  test('names itself, its tokens and the address it was placed from', async () => {
    const { claim, witness } = await storedEntry('orders/create', order());
    expect(claim).toEqual({
      stage: 'placed',
      names: [
        '21050224312121887324667162',
        'D1001',
        '200565776406008509',
        'checkout:2404785166526352972864',
        'checkout:checkout-token',
      ],
      tokens: ['cart-token', 'checkout-token'],
      part: '',
      isCancelled: false,
      userId: '4201057495',
    });
    expect(witness).toBe('digest of 203.0.113.77');
  });
});

describe('who bought', () => {
  test('the customer’s id when the order has none of its own; a guest has none', async () => {
    const userOf = async (parts: object) =>
      (await storedEntry('orders/create', order(parts))).event.identity.userId;
    expect(await userOf({ user_id: null })).toBe('4201057495');
    expect(await userOf({ user_id: '0', customer: { id: 0 } })).toBeUndefined();
    expect(await userOf({ user_id: '', customer: null })).toBeUndefined();
  });

  test('a note that looks like a visitor’s id but is none is not believed', async () => {
    const note_attributes = [
      { name: '_sb_id', value: 'everybody' },
      { name: 'ttclid', value: 'x'.repeat(1025) },
      null,
    ];
    const { event } = await storedEntry('orders/create', order({ note_attributes, landing_site: null }));
    expect(event.identity).not.toHaveProperty('anonymousId');
    expect(event.context.tiktok).toEqual(undefined);
  });

  test.each([
    ['0912345678', '+886', '+886912345678'],
    ['912345678', '886', '+886912345678'],
    ['13100000000', '+86', '+8613100000000'],
    ['008613100000000', '+852', '+8613100000000'],
    ['+8613100000000', '+852', '+8613100000000'],
    ['0912345678', undefined, '+886912345678'],
  ])('the phone %s with area code %s is %s', async (phone, area_code, e164) => {
    const parts = { phone, customer: { phone, area_code }, billing_address: null };
    const { event } = await storedEntry('orders/create', order(parts));
    expect(event.identity.phoneSha256).toBe(sha256(e164));
  });

  test('without names of their own, those of the invoice', async () => {
    const { event } = await storedEntry('orders/create', order({ customer: null }));
    expect(event.identity).toMatchObject({
      firstNameSha256: ADA.firstNameSha256,
      lastNameSha256: ADA.lastNameSha256,
    });
  });
});

describe('an odd field of a webhook or a polled order costs only itself', () => {
  const LINE = { product_id: 'tea', price: '240.00', quantity: 1 };
  test.each<[string, object, object]>([
    [
      'lines as PHP’s filtered list',
      { line_items: { 1: LINE, 3: { ...LINE, product_id: 'cup' } } },
      { products: [{ product_id: 'tea' }, { product_id: 'cup' }] },
    ],
    [
      'lines as JSON text',
      { line_items: JSON.stringify([LINE]) },
      { products: [{ product_id: 'tea', price: 240 }] },
    ],
    ['one line in place of a list', { line_items: LINE }, { products: [{ product_id: 'tea' }] }],
    [
      'a line that is none',
      { line_items: [LINE, 'SKU', { ...LINE, sku: 12.5, price: 'free', title: 7 }] },
      { products: [{ price: 240 }, { product_id: 'tea', name: '7', quantity: 1 }] },
    ],
    ['a placeholder as number', { name: '{{order_name}}' }, { order_id: ORDER.order_id }],
    ['a number that lost digits', { checkout_token: 2 ** 60 }, { order_id: ORDER.order_id }],
    ['a currency with a space', { currency: 'TWD ' }, { currency: 'TWD' }],
  ])('%s', async (_, parts, expected) => {
    const { event } = await storedEntry('orders/create', order(parts));
    expect(event.properties).toMatchObject({ total: 960, ...expected });
    for (const name of ['order_number', 'checkout_token'])
      expect(String(event.properties[name] ?? '')).not.toMatch(/\{|e\+|1152921504606847/);
  });

  test.each(['undefined', '0', 0, 'null', '{{ customer.id }}', 2 ** 60])('%j is no customer', async (id) => {
    const parts = { user_id: id, customer: { id, email: 'guest@example.com' } };
    const { event } = await storedEntry('orders/create', order(parts));
    expect(event.identity).not.toHaveProperty('userId');
  });
});

describe('when it happened', () => {
  test.each([
    [
      'in epoch seconds',
      { created_at: Date.parse('2026-03-01T10:00:00Z') / 1000 },
      '2026-03-01T10:00:00.000Z',
    ],
    ['as RFC 1123', { created_at: 'Sun, 01 Mar 2026 10:00:00 GMT' }, '2026-03-01T10:00:00.000Z'],
    ['in the basic form', { created_at: '20260301T100000Z' }, '2026-03-01T10:00:00.000Z'],
    [
      'in year 1, it was when it was processed',
      { created_at: '0001-01-01T00:00:00Z' },
      '2026-03-01T11:59:00.000Z',
    ],
    ['with a zone', { created_at: '2026-03-01T06:00:00-0400' }, '2026-03-01T10:00:00.000Z'],
    [
      'without a zone it may be hours off, so the next is read',
      { created_at: '2026-03-01T06:00:00' },
      '2026-03-01T11:59:00.000Z',
    ],
    ['in the future, it was now', { created_at: '2026-03-01T12:06:00Z' }, '2026-03-01T12:00:00.000Z'],
    ['never said, it was now', { created_at: 'soon', processed_at: null }, '2026-03-01T12:00:00.000Z'],
    [
      'on no day of the calendar, it was now',
      { created_at: '2026-02-31T25:00:00Z', processed_at: 7 },
      '2026-03-01T12:00:00.000Z',
    ],
  ])('%s', async (_, parts, expected) => {
    expect((await storedEntry('orders/create', order(parts))).event.timestamp).toBe(expected);
  });

  test('paid means when the payment arrived', async () => {
    const payment_details = [
      { processed_at: '2026-03-01T11:00:00Z' },
      { processed_at: '2026-03-01T11:59:50Z' },
    ];
    expect((await storedEntry('orders/paid', order({ payment_details }))).event.timestamp).toBe(
      '2026-03-01T11:59:50.000Z',
    );
  });
});

describe('an order without an id of its own', () => {
  test.each([
    [{ name: '#D1001' }, 'D1001'],
    [{ order_status_url: '/trade/thank_you?mainOrderSeq=2005' }, '2005'],
    [{ checkout_token: 'token' }, 'checkout:token'],
  ])('is known by what else it is called', async (names, name) => {
    const { claim } = await storedEntry('orders/cancelled', { ...names, current_total_price: '1.00' });
    expect(claim).toMatchObject({ stage: 'cancelled', names: [name] });
  });
});

test.each([
  [{ price: '450.00', quantity: 'x4' }, null],
  [{ price: '450.00', quantity: true }, null],
  [{ price: '４５０', quantity: 1 }, null],
  [{ price: {}, price_set: { shop_money: { amount: 'free' } } }, null],
  [{ price: '450.00', quantity: '' }, undefined],
  [{ price: '450.00' }, undefined],
])('without a total, lines of which one cannot be read have no sum: %j', async (line, value) => {
  const lines = [
    { product_id: '1', price: '100.00', quantity: 1 },
    { product_id: '2', ...line },
  ];
  const unstated = { current_total_price: undefined, current_total_price_set: undefined, total_price: true };
  const { event } = await storedEntry('orders/create', order({ ...unstated, line_items: lines }));
  expect(event.properties.products).toHaveLength(2);
  expect(event.properties.value).toBe(value);
  const stated = await storedEntry('orders/create', order({ line_items: lines }));
  expect(stated.event.properties).not.toHaveProperty('value');
});

test('a currency as people write it is the official one, as in messages', async () => {
  const { event } = await storedEntry('carts/update', { id: '1', token: 'cart-token', currency_code: 'ntd' });
  expect(event.properties.currency).toBe('TWD');
});
