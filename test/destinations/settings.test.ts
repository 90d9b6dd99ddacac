import { describe, expect, test } from 'vitest';
import { customerio } from '../../server/destinations/customerio/index.ts';
import { DESTINATIONS } from '../../server/destinations/registry.ts';
import { shopline } from '../../server/destinations/shopline/index.ts';
import { tiktok } from '../../server/destinations/tiktok/index.ts';

const messageOf = (result: { error?: { issues: { path: PropertyKey[]; message: string }[] } | undefined }) =>
  result.error?.issues.map(({ path, message }) => `${String(path[0])}: ${message}`).join('\n');

describe('tiktok', () => {
  const needed = { pixelCode: 'PIXEL', accessToken: 'token' };

  test('the two codes are enough; the rest is filled in', () => {
    const blank = { testEventCode: '', endpoint: '', events: '' };
    expect(tiktok.settings.parse({ ...needed, ...blank })).toEqual({
      ...needed,
      testEventCode: undefined,
      endpoint: 'https://business-api.tiktok.com',
      events: {},
      contentId: 'product_id',
    });
  });

  test.each([
    [{}, 'product_id'],
    [{ shoplineHandle: 'open001' }, 'variant_id'],
    [{ shoplineHandle: 'open001', contentId: 'sku' }, 'sku'],
    [{ contentId: ' variant_id ' }, 'variant_id'],
    [{ shoplineHandle: '', contentId: '' }, 'product_id'],
  ])('%j matches the catalogue by %s', (more, contentId) => {
    expect(tiktok.settings.parse({ ...needed, ...more }).contentId).toBe(contentId);
  });

  test('another content id is refused with what it wants', () => {
    expect(messageOf(tiktok.settings.safeParse({ ...needed, contentId: 'ean' }))).toBe(
      'contentId: one of variant_id, sku, product_id',
    );
  });

  test('names may be one, several or off, as text or as an object', () => {
    const events = { Page: 'Pageview', 'Order Completed': ['Purchase'], 'Product Added': null, x: false };
    const expected = { Page: ['Pageview'], 'Order Completed': ['Purchase'], 'Product Added': [], x: [] };
    expect(tiktok.settings.parse({ ...needed, events }).events).toEqual(expected);
    expect(tiktok.settings.parse({ ...needed, events: JSON.stringify(events) }).events).toEqual(expected);
  });

  test.each(['{', '[]', '"Purchase"', '{"Page": 3}'])(
    'TIKTOK_EVENTS=%s is refused with what it wants',
    (events) => {
      expect(messageOf(tiktok.settings.safeParse({ ...needed, events }))).toMatch(
        /^events: .*<TikTok event>/,
      );
    },
  );

  test('a slash at the end of an endpoint makes no double slash', () => {
    const settings = tiktok.settings.parse({ ...needed, endpoint: 'http://127.0.0.1:9/' });
    expect(tiktok.request([], { settings, nowMs: 0 }).url).toBe(
      'http://127.0.0.1:9/open_api/v1.3/event/track/',
    );
  });
});

test('customer.io follows its region unless an endpoint is given', () => {
  const endpointOf = (more: object) => customerio.settings.parse({ apiKey: 'k', ...more }).endpoint;
  expect(endpointOf({})).toBe('https://cdp.customer.io');
  expect(endpointOf({ region: 'eu' })).toBe('https://cdp-eu.customer.io');
  expect(endpointOf({ region: 'eu', endpoint: 'http://127.0.0.1:9/' })).toBe('http://127.0.0.1:9');
  expect(messageOf(customerio.settings.safeParse({ apiKey: 'k', pii: 'plain' }))).toBe(
    'pii: one of hashed, raw',
  );
});

describe('shopline', () => {
  const needed = { handle: 'open001', accessToken: 'token', channelId: '6689609588495885399' };

  test('handle, token and channel are enough', () => {
    expect(shopline.settings.parse(needed)).toEqual({
      ...needed,
      apiVersion: 'v20260301',
      endpoint: 'https://open001.myshopline.com',
      pii: 'hashed',
      eventCodes: { 'Order Completed': { code: 'Z_sale_order', attrs: {}, traits: {} } },
    });
  });

  test('a code may bring paths of its own', () => {
    const eventCodes = '{"Product Viewed": {"code": "Z_view", "attrs": {"sku": "sku", "value": null}}}';
    expect(shopline.settings.parse({ ...needed, eventCodes }).eventCodes).toEqual({
      'Product Viewed': { code: 'Z_view', attrs: { sku: 'sku', value: null }, traits: {} },
    });
  });

  test.each(['{', '{"a": 1}', '{"a": {"attrs": {}}}', '[]'])(
    'SHOPLINE_EVENT_CODES=%s is refused',
    (eventCodes) => {
      expect(messageOf(shopline.settings.safeParse({ ...needed, eventCodes }))).toMatch(/<event code>/);
    },
  );

  test('a channel id as a number has lost its last digits already', () => {
    const channelId = JSON.parse('6689609588495885399') as number;
    expect(messageOf(shopline.settings.safeParse({ ...needed, channelId }))).toMatch(/too long for a number/);
  });
});

const REQUIRED: Record<string, string[]> = {
  tiktok: ['TIKTOK_ACCESS_TOKEN', 'TIKTOK_PIXEL_CODE'],
  customerio: ['CUSTOMERIO_API_KEY'],
  shopline: ['SHOPLINE_ACCESS_TOKEN', 'SHOPLINE_CDP_CHANNEL_ID', 'SHOPLINE_HANDLE'],
};
test.each(DESTINATIONS)('$name without its settings names every missing one', (destination) => {
  const names = destination.variables as Readonly<Record<string, string>>;
  const missing = destination.settings.safeParse({}).error?.issues.map(({ path }) => names[String(path[0])]);
  expect(missing?.toSorted()).toEqual(REQUIRED[destination.name]);
  expect(missing).toEqual(expect.arrayContaining([...destination.switches]));
});
