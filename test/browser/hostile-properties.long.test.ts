import { expect } from 'vitest';
import { arrives, html, invoke, test } from '../support/shopper.ts';

/** Each makes the properties of one event, in the page. */
const ODD: { what: string; make: () => Record<string, unknown>; left: Record<string, unknown> }[] = [
  {
    what: 'goes round in a circle',
    make: () => {
      const tea: Record<string, unknown> = { name: 'Oolong' };
      tea.self = tea;
      return { color: 'green', tea };
    },
    left: { color: 'green' },
  },
  {
    what: 'is five megabytes long',
    make: () => ({ color: 'green', text: 'x'.repeat(5_000_000) }),
    left: { color: 'green' },
  },
  {
    what: 'is a hundred thousand products',
    make: () => ({
      color: 'green',
      products: Array.from({ length: 100_000 }, (_, nth) => ({ sku: `T-${nth}` })),
    }),
    left: { color: 'green' },
  },
  {
    what: 'throws when it is read',
    make: () => ({
      color: 'green',
      get price() {
        throw new Error('the shop’s getter');
      },
    }),
    left: { color: 'green' },
  },
  {
    what: 'throws when it is read, deep inside',
    make: () => ({
      color: 'green',
      tea: {
        name: 'Oolong',
        get price() {
          throw new Error('the shop’s getter');
        },
      },
    }),
    left: { color: 'green' },
  },
  {
    what: 'throws when it becomes JSON',
    make: () => ({
      color: 'green',
      tea: {
        toJSON() {
          throw new Error('the shop’s toJSON');
        },
      },
    }),
    left: { color: 'green' },
  },
  {
    what: 'is a number JSON does not know',
    make: () => ({ color: 'green', stock: 12n }),
    left: { color: 'green' },
  },
  {
    what: 'is a part of the page, a window, a function or a symbol',
    make: () => ({ color: 'green', button: document.body, window, f: () => 1, symbol: Symbol('tea') }),
    left: { color: 'green' },
  },
  {
    what: 'is a proxy that was revoked',
    make: () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return { color: 'green', proxy };
    },
    left: { color: 'green' },
  },
];

test.for(ODD)('an event arrives without what $what', async ({ make, left }, { shop, page }) => {
  shop.put('/', html());
  await page.goto('/');
  await invoke(page, 'anonymousId');
  const isUnhurt = await page.evaluate(`
    storebeacon.track('Size Guide Opened', (${make})());
    storebeacon.track('Chat Opened');
    true`);
  expect(isUnhurt).toBe(true);
  await arrives(shop, ['page', 'Size Guide Opened', 'Chat Opened']);
  expect(shop.stored().find(({ event }) => event === 'Size Guide Opened')?.properties).toMatchObject(left);
});
