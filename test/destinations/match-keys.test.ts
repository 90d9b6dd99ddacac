import { describe, expect, test } from 'vitest';
import { customerio } from '../../server/destinations/customerio/index.ts';
import { DESTINATIONS } from '../../server/destinations/registry.ts';
import { shopline } from '../../server/destinations/shopline/index.ts';
import { tiktok } from '../../server/destinations/tiktok/index.ts';
import { MATCH_KEYS } from '../../shared/match-keys.ts';

const DIGEST = 'a'.repeat(64);
const at = '2026-03-01T12:00:00.000Z';

test.each([
  [undefined, []],
  [{ locale: 'en' }, []],
  [{ email: DIGEST, phone: DIGEST, external_id: DIGEST }, ['email', 'phone', 'external_id']],
  [{ ttclid: 'E.C.P', ttp: 't', ip: '203.0.113.7', user_agent: 'UA' }, ['ttclid', 'ttp', 'ip', 'user_agent']],
  [{ first_name: DIGEST, zip_code: DIGEST, country: 'tw' }, ['name', 'address', 'address']],
])('TikTok matches %j by %j', (user, keys) => {
  const payload = { event: 'ViewContent', event_time: 1_700_000_000, event_id: 'm', ...(user && { user }) };
  expect(tiktok.matchKeys?.(payload)).toEqual(keys);
});

test.each([
  [{ type: 'track', event: 'E', userId: 'u', anonymousId: 'a' }, ['user_id', 'anonymous_id']],
  [
    { type: 'identify', userId: 'u', traits: { email: 'a@b.example', phone: '+1' } },
    ['user_id', 'email', 'phone'],
  ],
  [{ type: 'identify', anonymousId: 'a', traits: { email_sha256: DIGEST } }, ['anonymous_id']],
  [{ type: 'alias', userId: 'u', previousId: 'p' }, ['user_id']],
  [{ type: 'track', event: 'E', groupId: 'g' }, []],
] as const)('Customer.io matches %j by %j', (item, keys) => {
  expect(customerio.matchKeys?.({ messageId: 'm', timestamp: at, ...item } as never)).toEqual(keys);
});

test('SHOPLINE matches by every identity', () => {
  const user_id = [
    { type: 'uid', value: '1', channel_type: 'Z_store' },
    { type: 'anonymousId', value: 'a' },
    { type: 'email', value: 'a@b.example' },
    { type: 'mobilePhone', value: '00886912345678' },
  ] as never;
  expect(
    shopline.matchKeys?.({ event: { event_code: 'Z', event_date: 1_700_000_000_000, user_id } }),
  ).toEqual([...['user_id', 'anonymous_id', 'email', 'phone']]);
});

test.each([
  [
    { value: 0, currency: 'TWD', contents: [{ content_id: 's', content_type: 'product' }] },
    ['value', 'currency', 'content_id'],
  ],
  [{ query: 'tea' }, []],
])('TikTok is sent %j with %j', (properties, keys) => {
  const payload = { event: 'Purchase', event_time: 1_700_000_000, event_id: 'm', properties };
  expect(tiktok.valueKeys?.(payload as never)).toEqual(keys);
});

test.each([
  [
    { type: 'track', event: 'E', userId: 'u', properties: { revenue: '12.5', currency: 'usd' } },
    ['value', 'currency'],
  ],
  [{ type: 'track', event: 'E', userId: 'u', properties: { products: [{}, { sku: 's' }] } }, ['content_id']],
  [{ type: 'page', userId: 'u', properties: { value: 1 } }, []],
] as const)('Customer.io is sent %j with %j', (item, keys) => {
  expect(customerio.valueKeys?.({ messageId: 'm', timestamp: at, ...item } as never)).toEqual(keys);
});

test('SHOPLINE is sent an amount and its currency', () => {
  const event = {
    event_code: 'Z',
    event_date: 1_700_000_000_000,
    user_id: [],
    attrs: { value: 1, currency: 'TWD', shelf: 1 },
  };
  expect(shopline.valueKeys?.({ event } as never)).toEqual(['value', 'currency']);
  expect(shopline.valueKeys?.({ event: { ...event, attrs: undefined } } as never)).toEqual([]);
});

describe.each(DESTINATIONS.map((destination) => ({ name: destination.name, destination })))(
  '$name',
  ({ destination }) => {
    test.each(destination.examples)('names keys of the list alone: $title', ({ expected }) => {
      for (const payload of Array.isArray(expected) ? expected : [])
        for (const key of destination.matchKeys?.(payload) ?? []) expect(MATCH_KEYS).toContain(key);
    });
  },
);
