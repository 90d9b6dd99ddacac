import { describe, expect, test } from 'vitest';
import type { Bots } from '../../server/config/config.ts';
import { readConfig } from '../../server/config/read.ts';
import { prepare } from '../../server/delivery/prepare.ts';
import { DESTINATIONS } from '../../server/destinations/registry.ts';
import { toEvent } from '../../server/ingest/event.ts';
import { tiktokIds } from '../../server/ingest/tiktok-ids.ts';
import type { Message } from '../../shared/message.ts';
import type { ProtectedEvent, Source } from '../../shared/protected-event.ts';
import type { SkipReason } from '../../shared/reasons.ts';

const VARIABLES = {
  SHOP_ID: 'demo',
  WRITE_KEY: 'key-0001',
  STORE_COUNTRY: 'TW',
  STORE_CURRENCY: 'TWD',
  CONSENT_DEFAULT: 'granted',
  DATA_DIR: '/nowhere',
  TIKTOK_PIXEL_CODE: 'PIXEL',
  TIKTOK_ACCESS_TOKEN: 'a-token-of-tiktok',
};
const [shop] = readConfig(VARIABLES, () => '').shops;
const consent = { advertising: true, analytics: true, marketing: true };
const times = { timestamp: '2026-11-20T08:30:15.000Z', receivedAt: '2026-11-20T08:30:15.000Z' };

const stored = (message: object, source: Source = 'browser') => {
  if (!shop) throw new Error('no shop');
  const sent = { type: 'track', event: 'Order Completed', ...message } as Message;
  return toEvent(sent, { ...times, consent, context: {} }, shop, source).event;
};

describe('the currency of an amount', () => {
  const AMOUNTS = [
    { total: 5 },
    { value: '5.50' },
    { revenue: 0 },
    { price: 1 },
    { products: [{ price: 2 }] },
  ];
  test.each(AMOUNTS)('%j from backend or shop system is in the store\u2019s', (properties) => {
    expect(stored({ properties }, 'server').properties.currency).toBe('TWD');
    expect(stored({ properties }, 'platform').properties.currency).toBe('TWD');
    expect(stored({ properties: { ...properties, currency: 'US$' } }, 'server').properties.currency).toBe(
      'TWD',
    );
    expect(stored({ properties: { ...properties, currency: 'usd' } }, 'server').properties.currency).toBe(
      'usd',
    );
  });

  test('of a page is not known', () => {
    for (const properties of AMOUNTS)
      expect(stored({ properties }).properties).not.toHaveProperty('currency');
  });

  test('is not stored where there is no amount', () => {
    expect(stored({ properties: { order_id: '7' } }, 'server').properties).toEqual({ order_id: '7' });
  });
});

test('an event whose name was an address that shows a secret keeps a name', () => {
  expect(stored({ event: '#access_token=5f0c' }).event).toBe('[address]');
  expect(stored({ event: '#1 Tea Poured' }).event).toBe('#1 Tea Poured');
});

/** The destinations that do not skip the event for this reason. */
const notSkipped = (event: ProtectedEvent, reason: SkipReason, bots: Bots = 'skip-ads') =>
  DESTINATIONS.filter((destination) => {
    const settings = { eventCodes: {}, events: {} };
    const delivery = { event, attempt: 1 } as never;
    const nowMs = Date.parse(times.receivedAt);
    const parts = { settings, bots, nowMs, envelopeBytes: 0, remoteIdOf: () => undefined };
    const found = prepare({ ...parts, destination, decrypt: () => ({}) }, delivery);
    return !('skip' in found && found.skip === reason);
  }).map(({ name }) => name);

describe('P19: a robot’s event', () => {
  test.each([
    { bots: 'skip-ads', source: 'browser', names: ['customerio', 'shopline'] },
    { bots: 'skip-ads', source: 'server', names: ['tiktok', 'customerio', 'shopline'] },
    { bots: 'flag', source: 'browser', names: ['tiktok', 'customerio', 'shopline'] },
  ] as const)('from a $source goes to $names with BOTS=$bots', ({ bots, source, names }) => {
    const event = stored({}, source);
    const robot = { ...event, context: { ...event.context, bot: true } };
    expect(notSkipped(robot, 'bot', bots)).toEqual(names);
    expect(notSkipped(event, 'bot', bots)).toHaveLength(3);
  });
});

describe('names of destinations in `integrations`', () => {
  const sentTo = (integrations: object) => notSkipped(stored({ integrations }), 'integration-off');

  test.each([
    [{ 'TikTok Conversions': false }, ['customerio', 'shopline']],
    [{ 'tiktok conversions': false }, ['customerio', 'shopline']],
    [{ All: false, 'Customer.io Actions': true }, ['customerio']],
    [{ all: false, 'Customer.io (Actions)': { option: 1 } }, ['customerio']],
    [{ All: false, 'SHOPLINE CDP': true, tiktok: true }, ['tiktok', 'shopline']],
    [{ 'Shopline Customer Data Platform': false }, ['tiktok', 'customerio']],
    [{ TikTok: true, 'TikTok Conversions': false }, ['customerio', 'shopline']],
    [{ 'TikTok Conversions': false, TikTok: true }, ['customerio', 'shopline']],
    [{ 'Google Ads': false }, ['tiktok', 'customerio', 'shopline']],
  ])('%j is sent to %j', (integrations, names) => {
    expect(sentTo(integrations)).toEqual(names);
  });
});

describe('ids of TikTok', () => {
  const idsOf = (message: object, allowed = consent) =>
    tiktokIds(
      { type: 'track', messageId: 'm-1', ...message } as Message,
      { isBrowser: true, cookies: {} } as never,
      allowed,
    );

  test.each([
    [{ properties: { limited_data_use: true } }, true],
    [{ properties: { limited_data_use: true }, context: { tiktok: { limited_data_use: false } } }, true],
    [{ context: { tiktok: { limited_data_use: false } } }, false],
    [{ properties: { limited_data_use: 'yes' } }, undefined],
  ])('%j limits data use: %s', (message, expected) => {
    expect(idsOf({ event: 'Product Viewed', ...message })?.limited_data_use).toBe(expected);
    const none = { advertising: false, analytics: true, marketing: true };
    expect(idsOf({ event: 'Product Viewed', ...message }, none)?.limited_data_use).toBe(expected);
  });

  test.each([
    ['Order Completed', { order_id: '#1001' }, 'order:1001'],
    ['Order Completed', { order_number: '1001' }, 'order:1001'],
    ['Checkout Started', { checkout_id: 'c-1' }, 'checkout:c-1'],
    ['Product Viewed', {}, 'm-1'],
  ])('%s of a page that mirrors %j has the id of its pixel: %s', (event, properties, id) => {
    const context = { tiktok: { pixel: 'mirror' } };
    expect(idsOf({ event, properties, context })?.event_id).toBe(id);
    expect(idsOf({ event, properties, context }, { ...consent, advertising: false })).toBeUndefined();
    expect(idsOf({ event, properties })).toBeUndefined();
    expect(idsOf({ event, properties, context: { tiktok: { pixel: 'off' } } })).toBeUndefined();
    expect(idsOf({ event, properties, context: { tiktok: { event_id: 'own' } } })?.event_id).toBe('own');
  });
});

test('the name of a company is kept, those of its people are not', () => {
  const traits = { name: 'Initech GmbH', email: 'info@initech.example', customer: { name: 'Ann Lee' } };
  const { traits: kept } = stored({ type: 'group', groupId: 'g-1', traits });
  expect(kept).toMatchObject({ name: 'Initech GmbH' });
  expect(JSON.stringify(kept)).not.toMatch(/Ann|info@/);
});
