import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSkip, toItem } from '../../server/destinations/destination.ts';
import { exampleEvent } from '../../server/destinations/example-event.ts';
import { DESTINATIONS } from '../../server/destinations/registry.ts';
import type { JsonObject } from '../../shared/protected-event.ts';
import { SKIP_REASONS } from '../../shared/reasons.ts';
import { anyEvent } from './arbitrary.ts';

const event = exampleEvent({ event: 'Order Completed' });
const everything = {
  tiktok: { events: { Page: ['Pageview'], 'Product List Viewed': ['ViewContent'] } },
  customerio: { pii: 'raw' },
  shopline: {
    pii: 'raw',
    eventCodes: Object.fromEntries(
      ['Order Completed', 'Order Refunded', 'Products Searched', 'identify', 'page'].map((name) => [
        name,
        {
          code: 'Z_any',
          attrs: {
            order_id: 'order_id',
            x: 'products.0.sku',
            y: 'context.page.url',
            z: 'constructor.name',
            exact: 'exact',
          },
          traits: { language: 'context.locale', length: 'products.length' },
        },
      ]),
    ),
  },
} as Record<string, object>;

describe.each(DESTINATIONS)('$name', (destination) => {
  const settings = { ...(destination.examples[0]?.settings as object), ...everything[destination.name] };
  const raw = { email: 'alice_abc@gmail.com', phone: '+886912345678', traits: { first_name: 'A' } };
  const expectFit = (mapped: ReturnType<typeof destination.map>) => {
    if (isSkip(mapped)) expect(SKIP_REASONS).toContain(mapped.skip);
    else {
      expect(mapped).not.toHaveLength(0);
      for (const payload of mapped) expect(destination.payload.safeParse(payload).error).toBeUndefined();
      for (const payload of mapped) expect(() => destination.once?.(payload)).not.toThrow();
      const items = mapped.map((payload) => toItem(destination, payload));
      JSON.parse(destination.request(items, { settings, nowMs: 0 }).body);
    }
  };

  test('whatever was accepted becomes payloads the API takes, or a skip with a name', {
    tags: ['slow'],
  }, () => {
    fc.assert(
      fc.property(anyEvent, fc.boolean(), (any, isOpen) => {
        destination.refersTo?.(any, settings);
        expectFit(destination.map(any, settings, isOpen ? { raw, remoteId: '872' } : {}));
      }),
      { numRuns: 300 },
    );
  });

  test.each<[string, JsonObject]>([
    ['nothing at all', {}],
    ['ids as numbers', { order_id: 1001, products: [{ product_id: 77, sku: 12, price: 1 }] }],
    ['prices as text', { value: 'NaN', products: [{ sku: 'a', price: '1,299.00', quantity: 'two' }] }],
    ['null products', { products: [null, { sku: null, price: null }, 'x', 3, []] }],
    ['products that are no list', { products: { sku: 'a' } }],
    ['an amount that has lost digits', { total: 2 ** 53, products: [{ sku: 'a', price: 2 ** 60 }] }],
    ['an attribute that has lost digits', { exact: -(2 ** 53) }],
    ['endless sums', { products: Array(20).fill({ sku: 'a', price: 1e308, quantity: 1e308 }) }],
    ['negative money', { value: -5, products: [{ sku: 'a', price: -5, quantity: -2 }] }],
    ['a currency that no country has', { value: 1, currency: 'XXX' }],
    ['a currency of its own', { value: 1, currency: 'NT$' }],
    ['long text', { order_id: 'x'.repeat(9000), query: 'y'.repeat(9000) }],
  ])('an order with %s is mapped all the same', (_, properties) => {
    expectFit(destination.map({ ...event, properties }, settings, {}));
  });

  test('an id stays text of every digit', () => {
    const properties = { order_id: '21050224312121887324667162', products: [{ product_id: 77 }] };
    const mapped = destination.map({ ...event, properties }, settings, {}) as unknown[];
    expect(JSON.stringify(mapped)).toContain('"order_id":"21050224312121887324667162"');
  });

  test.each([
    '',
    '<html>',
    '[]',
    'null',
    '0',
    '{',
    '{"code":null}',
    '{"data":{"events":[null,3]}}',
    '{"meta":3}',
  ])('an answer of %j is never a crash', (body) => {
    const batch = destination.examples.flatMap(({ expected }) => (Array.isArray(expected) ? expected : []));
    for (const status of [100, 200, 204, 302, 400, 401, 404, 418, 429, 500, 599]) {
      const outcome = destination.classify({ status, headers: {}, body }, batch);
      const kinds = [outcome].flat().map(({ kind }) => kind);
      expect(kinds.length === 1 || kinds.length === batch.length).toBe(true);
      if (status >= 500 || status === 429) expect(kinds).toEqual(['retry']);
    }
  });
});
