import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { arrives, arrivesInAll, html, invoke, OWN_MISTAKE, snippet, test } from '../support/shopper.ts';

const STUB = readFileSync(new URL('../../client/demo/stub.js', import.meta.url), 'utf8');
const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

test.for([
  {
    hardship: 'localStorage is blocked',
    make: () =>
      Object.defineProperty(window, 'localStorage', {
        get() {
          throw new DOMException('Access is denied for this document.', 'SecurityError');
        },
      }),
  },
  {
    hardship: 'localStorage is full',
    make: () => {
      Storage.prototype.setItem = () => {
        throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
      };
      const store = new Proxy(localStorage, {
        set() {
          throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
        },
      });
      Object.defineProperty(window, 'localStorage', { value: store });
    },
  },
  {
    hardship: 'cookies are blocked',
    make: () => Object.defineProperty(Document.prototype, 'cookie', { get: () => '', set: () => {} }),
  },
  {
    hardship: 'cookies and localStorage are blocked',
    make: () => {
      const get = () => {
        throw new DOMException('Access is denied for this document.', 'SecurityError');
      };
      Object.defineProperty(Document.prototype, 'cookie', { get, set: get });
      Object.defineProperty(window, 'localStorage', { get });
    },
  },
  {
    hardship: 'crypto.randomUUID is missing',
    make: () => Reflect.deleteProperty(Crypto.prototype, 'randomUUID'),
  },
  {
    hardship: 'the shop has replaced fetch by something broken',
    make: () => {
      window.fetch = () => {
        throw new Error('the shop’s fetch');
      };
    },
  },
])('we work, and so does the shop, when $hardship', async ({ make }, { shop, page }) => {
  const own = `<script>document.title = 'before us'; addEventListener('load', () => { document.title = 'loaded'; });</script>`;
  shop.put('/', html('<button data-sb-event="Chat Opened">Chat</button>', snippet() + own));
  await page.addInitScript(make);
  await page.goto('/');
  await invoke(page, 'track', 'Size Guide Opened');
  await page.click('button');
  await arrives(shop, ['page', 'Size Guide Opened', 'Chat Opened']);
  expect(await page.title()).toBe('loaded');
  const sent = shop.stored();
  expect(
    sent.filter(({ messageId, anonymousId }) => !UUID.test(messageId) || !UUID.test(anonymousId)),
  ).toEqual([]);
  expect(new Set(sent.map(({ messageId }) => messageId)).size).toBe(3);
  expect(new Set(sent.map(({ anonymousId }) => anonymousId)).size).toBe(1);
});

test('a page whose own scripts throw, before and after us', async ({ shop, page }) => {
  const mistake = `<script>throw new Error('${OWN_MISTAKE}')</script>`;
  const always = `<script>
    addEventListener('click', () => { throw new Error('${OWN_MISTAKE}'); }, true);
    setInterval(() => { throw new Error('${OWN_MISTAKE}'); }, 20);
  </script>`;
  const button = '<button data-sb-event="Chat Opened">Chat</button>';
  shop.put('/', html(button + mistake, mistake + always + snippet() + mistake));
  await page.goto('/');
  await page.waitForFunction(() => window.storebeacon);
  await page.click('button');
  await arrivesInAll(shop, page, ['page', 'Chat Opened']);
});

test('a content security policy that allows scripts of the shop’s own address only', async ({
  shop,
  page,
}) => {
  const policy = "default-src 'none'; script-src 'self'; connect-src 'self'";
  shop.put('/', html('<button data-sb-event="Chat Opened">Chat</button>', snippet({ pixel: 'mirror' })), {
    'Content-Security-Policy': policy,
  });
  const complaints: string[] = [];
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
  await page.goto('/');
  await page.waitForFunction(() => window.storebeacon);
  await page.click('button');
  await arrivesInAll(shop, page, ['page', 'Chat Opened']);
  expect(complaints).toEqual([]);
});

const PRODUCT = { '@type': 'Product', name: 'Alishan Oolong', sku: 'T-1' };
test.for([
  { how: 'side by side', head: snippet() + snippet() },
  {
    how: 'with the stub before each',
    head: `<script>${STUB}</script>${snippet()}<script>${STUB}</script>${snippet()}`,
  },
  { how: 'from two addresses', head: snippet() + snippet({}, '/shop/s.js') },
])('included twice, $how: each thing is reported once', async ({ head }, { shop, page }) => {
  const data = `<script type="application/ld+json">${JSON.stringify(PRODUCT)}</script>`;
  shop.put('/', html(`<button data-sb-event="Chat Opened">Chat</button>${data}`, head));
  await page.goto('/', { waitUntil: 'networkidle' });
  await page.click('button');
  await arrives(shop, ['page', 'Product Viewed', 'Chat Opened']);
  await arrivesInAll(shop, page, ['page', 'Product Viewed', 'Chat Opened']);
});

test.for([{ pixel: 'off' }, { pixel: 'mirror' }])(
  'we add one global and no more (pixel: $pixel)',
  async ({ pixel }, { shop, page }) => {
    const note = `<script>document.documentElement.dataset.before = JSON.stringify(Object.getOwnPropertyNames(window))</script>`;
    shop.put('/', html('', note + snippet({ pixel })));
    await page.goto('/', { waitUntil: 'networkidle' });
    await arrives(shop, ['page']);
    const added = await page.evaluate(() => {
      const before = JSON.parse(document.documentElement.dataset.before ?? '');
      return Object.getOwnPropertyNames(window).filter((name) => !before.includes(name));
    });
    expect(added).toEqual(['storebeacon']);
  },
);

test.for([
  { src: '/x/s.js', data: {}, path: '/x/v1/b' },
  { src: '/s/0.1.0.js', data: {}, path: '/v1/b' },
  { src: '/s.js', data: { endpoint: '/first-party' }, path: '/first-party/v1/b' },
])('a script at $src, told $data, sends to $path', async ({ src, data, path }, { shop, page }) => {
  shop.put('/', html('', snippet(data, src)));
  await page.goto('/');
  await arrives(shop, ['page']);
  expect(shop.posts.map((post) => post.path)).toEqual([path]);
});
