import { hash } from 'node:crypto';
import type { Shop } from '../../../server/config/config.ts';
import { readConfig } from '../../../server/config/read.ts';
import type { Variables } from '../../../server/config/variables.ts';
import { createCounters } from '../../../server/observe/counters.ts';
import { readClaim } from '../../../server/orders/claim.ts';
import { mapReport } from '../../../server/platforms/customerio/map.ts';
import { toEntry } from '../../../server/platforms/webhooks/entry.ts';
import { createPiiEncryption } from '../../../server/privacy/encrypted-pii.ts';
import { sandboxVariables } from '../../../server/sandbox/credentials.ts';
import { messagePayload } from '../../../server/sandbox/webhooks.ts';
import type { Entry } from '../../../server/store/store.ts';
import type { JsonObject, ProtectedEvent } from '../../../shared/protected-event.ts';
import { SHOP_POLICY } from '../../support/shop.ts';
import { ACTIONS, CAMPAIGNS, FLOWS } from './flows.ts';
import { type Kind, placeOf, reportOf, visitorOf } from './mix.ts';
import { WRITE_KEY } from './order.ts';

export interface Traffic {
  visitors: number;
  /** How much a visitor does before they go. */
  eventsEach: number;
}

const MARKETING_EVENTS = 20;
const COUNTRIES = ['TW', 'JP', 'HK', 'US', 'SG', 'MY'];
const START_MS = Date.parse('2026-03-01T00:00:00Z');
/** Between two events: some 12 a second. */
const GAP_MS = 80;
const EVERYTHING = { advertising: true, analytics: true, marketing: true };
const NOTHING = { advertising: false, analytics: false, marketing: false };

/** A shop that counts all of this. */
const SHOP_VARIABLES: Variables = {
  WRITE_KEY,
  ...SHOP_POLICY,
  ...sandboxVariables({
    tiktok: 'http://127.0.0.1:9',
    customerio: 'http://127.0.0.1:9',
    shopline: 'http://127.0.0.1:9',
  }),
  CUSTOMERIO_WEBHOOK_SIGNING_KEY: 'bench-signing-key',
  FLOWS: JSON.stringify(FLOWS),
};
export function benchShop(): Shop {
  const [shop] = readConfig(SHOP_VARIABLES, () => '').shops;
  if (!shop) throw new Error('the benchmark has no shop');
  return shop;
}

/** Events on their way into the log, by number: the same number is always the same event. */
export function createShopEntries({ visitors, eventsEach }: Traffic): (n: number) => Entry {
  const shop = benchShop();
  const parts = {
    piiEncryption: createPiiEncryption([]),
    counters: createCounters(),
    log: { witnessOf: () => undefined },
  };

  /** Customer.io's report, through the mapper that stores it. */
  function report(number: number, atMs: number): Entry {
    const { message, metric } = reportOf(number);
    const who = customerOf((message * 7919) % visitors);
    const action = message % (CAMPAIGNS * ACTIONS);
    const isMachine = metric === 'machine-opened';
    const mapped = mapReport(
      messagePayload({
        eventId: `report-${number}`,
        metric: isMachine ? 'opened' : metric,
        ...(isMachine && { prefetched: true }),
        timestamp: Math.floor(atMs / 1000),
        deliveryId: `delivery-${message}`,
        identifiers: { id: `customer-${who}`, email: emailOf(who), cioId: `cio-${who}` },
        campaignId: Math.floor(action / ACTIONS),
        actionId: action,
        journeyId: `journey-${message}`,
        recipient: emailOf(who),
      }),
    );
    if (!mapped) throw new Error(`a report of ${metric} cannot be read`);
    return toEntry(parts, mapped, shop, NOTHING, atMs);
  }

  return (n) => {
    const { kind, number } = placeOf(n);
    const atMs = START_MS + n * GAP_MS;
    if (kind === 'report') return report(number, atMs);
    const event = browserEvent(kind, number, atMs, visitorOf(n, visitors, eventsEach));
    const claim = readClaim(event);
    return { event, ...(claim && { claim }) };
  };
}

type PageKind = Exclude<Kind, 'report'>;

/** What the snippet brings of a visitor; every third is signed in. */
function browserEvent(kind: PageKind, number: number, atMs: number, visitor: number): ProtectedEvent {
  const at = new Date(atMs).toISOString();
  const isKnown = customerOf(visitor) === visitor;
  const isNamed = isKnown || kind === 'order' || kind === 'identify';
  const isPage = kind === 'page' || kind === 'landing';
  const campaign = `MA_${String(number % MARKETING_EVENTS).padStart(4, '0')}`;
  return {
    shop: 'shop',
    messageId: `${kind}-${number}`,
    source: 'browser',
    type: isPage ? 'page' : kind === 'identify' ? 'identify' : 'track',
    ...(EVENTS[kind] && { event: EVENTS[kind] }),
    timestamp: at,
    receivedAt: at,
    identity: {
      anonymousId: `b7f1f3a2-6f0e-4f2b-9c39-${String(visitor).padStart(12, '0')}`,
      ...((isKnown || kind === 'identify') && { userId: `customer-${visitor}` }),
      ...(isNamed && { emailSha256: hash('sha256', emailOf(visitor)) }),
    },
    consent: EVERYTHING,
    context: {
      page: {
        url: `https://shop.example/products/${number % 500}${kind === 'landing' ? `?utm_source=edm&utm_medium=email&utm_id=${campaign}` : ''}`,
        referrer: 'https://www.tiktok.com/',
        title: 'Pebble teapot',
      },
      userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1',
      ip: '203.0.113.7',
      tiktok: { ttclid: `E.C.P.${visitor}` },
      location: { country: COUNTRIES[visitor % COUNTRIES.length] ?? 'TW' },
    },
    properties: propertiesOf(kind, number, visitor),
    traits: {},
  };
}

const EVENTS: Partial<Record<PageKind, string>> = {
  viewed: 'Product Viewed',
  added: 'Product Added',
  checkout: 'Checkout Started',
  order: 'Order Completed',
};

const PRODUCTS = [
  { product_id: '1001', sku: 'TEA-1', name: 'Pebble teapot', price: 850, quantity: 1 },
  { product_id: '1002', sku: 'TEA-2', name: 'Celadon cup', price: 400, quantity: 2 },
];

function propertiesOf(kind: PageKind, number: number, visitor: number): JsonObject {
  const tokens = { cart_token: `cart-${visitor}`, checkout_token: `checkout-${visitor}` };
  if (kind === 'order')
    return {
      order_id: `order-${number}`,
      total: 1650,
      shipping: 60,
      discount: 100,
      currency: 'TWD',
      ...tokens,
      checkout_token: `bought-${number}`,
      products: PRODUCTS,
    };
  if (kind === 'checkout') return { ...tokens, value: 1650, currency: 'TWD', products: PRODUCTS };
  const [product = {}] = PRODUCTS;
  return kind === 'viewed' || kind === 'added' ? { ...product, currency: 'TWD' } : {};
}

const emailOf = (visitor: number) => `customer-${visitor}@example.com`;
/** The signed-in visitor nearest to this one. */
const customerOf = (visitor: number) => visitor - (visitor % 3);
