import { describe, expect, test } from 'vitest';
import type { Visitor } from '../../server/analytics/store.ts';
import { completeFrom, completeOrder } from '../../server/orders/complete.ts';
import type { Consent } from '../../shared/consent.ts';
import { event } from '../support/event.ts';

const GRANTED: Consent = { advertising: true, analytics: true, marketing: true };
const DENIED: Consent = { advertising: false, analytics: false, marketing: false };
const NO_ADS: Consent = { ...GRANTED, advertising: false };
const UA = 'Mozilla/5.0 Chrome/126.0.6478.127';
const COARSE_UA = 'Mozilla/5 Chrome/126';

const page = event({
  messageId: 'page',
  event: 'Order Completed',
  orderKey: 'order:1001',
  timestamp: '2026-03-01T10:00:05.000Z',
  receivedAt: '2026-03-01T10:00:06.000Z',
  identity: { anonymousId: 'visitor', emailSha256: 'page-mail', phoneSha256: 'page-phone' },
  context: {
    ip: '203.0.113.77',
    userAgent: UA,
    page: { url: 'https://shop.example/thank_you?ttclid=click' },
    campaign: { name: 'spring' },
    tiktok: { ttclid: 'click', ttp: 'ttp' },
  },
  properties: { order_id: '1001', total: 1, value: 1, revenue: 1, price: 1, currency: 'USD', gift: true },
});
const webhook = event({
  messageId: 'webhook',
  event: 'Order Completed',
  orderKey: 'order:9',
  source: 'webhook',
  timestamp: '2026-03-01T10:00:01.000Z',
  receivedAt: '2026-03-01T10:00:07.000Z',
  identity: { userId: 'customer', emailSha256: 'shop-mail' },
  consent: GRANTED,
  context: { ip: '198.51.100.9' },
  properties: {
    order_id: '9',
    order_number: '1001',
    total: '1280.00',
    currency: 'TWD',
    financial_status: 'paid',
    products: [{ product_id: 'p', quantity: 2 }],
  },
});
const visitor = (parts: Partial<Visitor> = {}): Visitor => ({
  anonymousId: 'known',
  seenAt: '2026-03-01T09:00:00.000Z',
  consent: GRANTED,
  ip: '203.0.113.77',
  userAgent: UA,
  tiktok: { ttclid: 'click', ttp: 'ttp' },
  ...parts,
});

describe('both sides reported an order', () => {
  test.each([
    { logged: page, first: 'page' },
    { logged: webhook, first: 'webhook' },
  ])('the $first first: who comes from the page, how much from the shop', ({ logged }) => {
    const order = completeOrder(logged, { browser: page, webhook }, []);
    expect(order).toEqual({
      ...logged,
      timestamp: webhook.timestamp,
      identity: {
        anonymousId: 'visitor',
        userId: 'customer',
        emailSha256: 'shop-mail',
        phoneSha256: 'page-phone',
      },
      context: page.context,
      properties: {
        ...webhook.properties,
        gift: true,
        order_id: logged.properties.order_id,
      },
    });
  });

  test('amounts of a page are ignored, even when the shop’s report has none', () => {
    const { properties } = completeOrder(
      page,
      { webhook: { ...webhook, properties: { total: '5.00' } } },
      [],
    );
    expect(properties).toEqual({ order_id: '1001', gift: true, total: '5.00' });
  });

  test("the page's consent is in force, whatever the shop's default and other visitors say", () => {
    const refusing = { ...page, consent: NO_ADS };
    const order = completeOrder(webhook, { browser: refusing }, [visitor()]);
    expect(order.consent).toEqual(NO_ADS);
    expect(order.context).toEqual({
      ip: '203.0.113.0',
      userAgent: COARSE_UA,
      page: { url: 'https://shop.example/thank_you' },
      campaign: { name: 'spring' },
    });
  });

  test("a webhook's whole address and click ids are cut when the page denied advertising", () => {
    const reported = { ...webhook, properties: { ...webhook.properties, landing_site: '/?ttclid=click' } };
    const refusing = { ...page, consent: NO_ADS, context: {} };
    const order = completeOrder(refusing, { webhook: reported }, []);
    expect(order.context).toEqual({ ip: '198.51.100.0' });
    expect(JSON.stringify(order)).not.toContain('ttclid');
  });

  test('what is chosen on the page about destinations stays chosen', () => {
    const chosen = { ...page, integrations: { tiktok: false } };
    expect(completeOrder(webhook, { browser: chosen }, []).integrations).toEqual({ tiktok: false });
  });

  test('neither report is changed', () => {
    const before = JSON.stringify([page, webhook]);
    completeOrder(page, { webhook }, []);
    completeOrder(webhook, { browser: page }, []);
    expect(JSON.stringify([page, webhook])).toBe(before);
  });
});

describe('only the page reported an order', () => {
  test('it stays as it is', () => {
    expect(completeOrder(page, { browser: page }, [visitor()])).toEqual(page);
  });
});

describe('only the shop reported an order', () => {
  test('without a known visitor it is unchanged', () => {
    expect(completeOrder(webhook, { webhook }, [])).toEqual(webhook);
  });

  test('the latest visitor gives what it did not say itself', () => {
    const order = completeOrder(webhook, {}, [
      visitor(),
      visitor({ anonymousId: 'earlier', ip: '192.0.2.1' }),
    ]);
    expect(order).toEqual({
      ...webhook,
      identity: { ...webhook.identity, anonymousId: 'known' },
      context: { ip: '198.51.100.9', userAgent: UA, tiktok: { ttclid: 'click', ttp: 'ttp' } },
    });
  });

  test('a visitor known by little gives little, an earlier one the rest', () => {
    const latest: Visitor = { anonymousId: 'latest', seenAt: '2026-03-01T09:30:00.000Z', consent: GRANTED };
    const { identity, context } = completeOrder(webhook, {}, [latest, visitor({ tiktok: { ttp: 'ttp' } })]);
    expect(identity.anonymousId).toBe('latest');
    expect(context).toEqual({ ip: '198.51.100.9', userAgent: UA, tiktok: { ttp: 'ttp' } });
    expect(completeOrder({ ...webhook, context: {} }, {}, [latest]).context).toEqual({});
  });

  test('of several visitors the strictest consent is in force, each purpose for itself', () => {
    const consents = [
      { ...GRANTED, marketing: false },
      { ...GRANTED, analytics: false },
    ];
    const order = completeOrder(
      webhook,
      {},
      consents.map((consent) => visitor({ consent })),
    );
    expect(order.consent).toEqual({ advertising: true, analytics: false, marketing: false });
  });

  test('without consent to advertising a visitor gives no click id, no whole address, no exact browser', () => {
    const order = completeOrder({ ...webhook, context: {} }, {}, [
      visitor({ tiktok: { ttclid: 'click', ttp: 'ttp', limited_data_use: true } }),
      visitor({ consent: NO_ADS }),
    ]);
    expect(order.context).toEqual({
      ip: '203.0.113.0',
      userAgent: COARSE_UA,
      tiktok: { limited_data_use: true },
    });
  });

  test('of a visitor who denied everything nothing is taken but that', () => {
    const order = completeOrder({ ...webhook, context: {} }, {}, [visitor({ consent: DENIED })]);
    expect(order).toEqual({ ...webhook, consent: DENIED, context: {} });
  });

  test('an address that is none does no harm', () => {
    const odd = { ...webhook, context: { ip: 'not an address' } };
    expect(completeFrom(odd, [visitor({ consent: NO_ADS })]).context).not.toHaveProperty('ip');
  });
});
