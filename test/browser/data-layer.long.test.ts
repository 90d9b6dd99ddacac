import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import {
  arrives,
  arrivesInAll,
  attributes,
  html,
  inTime,
  invoke,
  test as shopper,
  snippet,
} from '../support/shopper.ts';
import type { Storefront } from '../support/storefront.ts';

const PLUGIN = fileURLToPath(new URL('../../client/dist/data-layer.js', import.meta.url));
const test = shopper.extend('page', async ({ visitor }) => {
  await visitor.route('/data-layer.js', (route) => route.fulfill({ path: PLUGIN }));
  return visitor.newPage();
});

/** Google’s own lines, as every shop has them. */
const STUB = `<script>
  window.dataLayer = window.dataLayer || [];
  function gtag() { dataLayer.push(arguments); }
  gtag('js', new Date());
  gtag('config', 'G-1');
</script>`;
/** What Tag Manager does to the array, whenever it arrives: its own push, its own events, 300 entries and no more. */
const TAG_MANAGER = `<script>(() => {
  const layer = window.dataLayer = window.dataLayer || [];
  const push = layer.push;
  layer.push = (...entries) => {
    const length = push.apply(layer, entries);
    while (layer.length > 300) layer.shift();
    return length;
  };
  layer.push({ 'gtm.start': Date.now(), event: 'gtm.js' });
  addEventListener('DOMContentLoaded', () => layer.push({ event: 'gtm.dom' }));
  addEventListener('load', () => layer.push({ event: 'gtm.load' }));
  addEventListener('click', () => layer.push({ event: 'gtm.click', 'gtm.element': document.body }), true);
})()</script>`;
const US = snippet({ captures: 'pages data-layer data-attributes' });

const FORMS = {
  'Tag Manager': (name: string, parameters: object) =>
    `dataLayer.push({ ecommerce: null }); dataLayer.push(${JSON.stringify({ event: name, ecommerce: parameters })});`,
  gtag: (name: string, parameters: object) => `gtag('event', '${name}', ${JSON.stringify(parameters)});`,
};
type Say = (typeof FORMS)['gtag'];
const script = (code: string) => `<script>${code}</script>`;
const button = (name: string, onclick: string, more = {}) =>
  `<button ${attributes({ onclick, ...more })}>${name}</button>`;

const TEA = {
  item_id: 'tea-1',
  item_name: 'Alishan Oolong',
  item_category: 'Tea',
  item_category2: 'Oolong',
  price: 480,
};
const CUP = { item_id: 'cup-1', item_name: 'Celadon Cup', price: 640.5, quantity: 1 };
const LIST = { item_list_id: 'best', item_list_name: 'Best sellers' };
const TWD = { currency: 'TWD' };
const CART = [{ ...TEA, quantity: 2 }, CUP];
const VALUE = { ...TWD, value: 1600.5 };

/** A visit: each step is a page, what it says when it loads, and what its buttons say. */
const toShop = (say: Say) => ({
  '/teas':
    script(
      say('view_item_list', {
        ...LIST,
        items: [
          { ...TEA, index: 1 },
          { ...CUP, index: 2 },
        ],
      }),
    ) +
    `<a href="/teas/alishan" onclick="${say('select_item', { ...LIST, items: [{ ...TEA, index: 1 }] }).replace(/"/g, '&quot;')}">Alishan</a>`,
  '/teas/alishan':
    script(say('view_item', { ...TWD, value: 480, items: [TEA] })) +
    button('Add', say('add_to_cart', { ...VALUE, items: CART })) +
    button('Remove', say('remove_from_cart', { ...TWD, value: 640.5, items: [CUP] })),
  '/cart': script(say('view_cart', { ...TWD, value: 960, items: [CART[0]] })),
  '/checkout':
    script(say('begin_checkout', { ...TWD, value: 960, coupon: 'TEN', items: [CART[0]] })) +
    button('Deliver', say('add_shipping_info', { ...TWD, value: 960, shipping_tier: 'Home' })) +
    button('Pay', say('add_payment_info', { ...TWD, value: 960, payment_type: 'LINE Pay' })),
  '/thank-you': script(
    say('purchase', {
      ...TWD,
      transaction_id: 'T-1001',
      value: '960',
      tax: 45.7,
      shipping: 60,
      items: [CART[0]],
    }),
  ),
  '/account': button('Give back', say('refund', { ...TWD, transaction_id: 'T-1001', value: 960 })),
});

const tea = { product_id: 'tea-1', name: 'Alishan Oolong', category: 'Tea/Oolong', price: 480, value: 480 };
const cup = { product_id: 'cup-1', name: 'Celadon Cup', price: 640.5, quantity: 1, value: 640.5 };
const list = { list_id: 'best', list_name: 'Best sellers' };
const two = { ...tea, quantity: 2, value: 960 };
const VISIT: [event: string, properties: Record<string, unknown>][] = [
  [
    'Product List Viewed',
    {
      list_id: 'best',
      category: 'Best sellers',
      products: [
        { ...tea, position: 1 },
        { ...cup, position: 2 },
      ],
    },
  ],
  ['Product Clicked', { ...tea, ...list, position: 1 }],
  ['Product Viewed', { ...tea, ...TWD }],
  ['Product Added', { ...two, ...TWD }],
  ['Product Added', { ...cup, ...TWD }],
  ['Product Removed', { ...cup, ...TWD }],
  ['Cart Viewed', { ...TWD, value: 960, products: [two] }],
  ['Checkout Started', { ...TWD, value: 960, coupon: 'TEN', products: [two] }],
  ['Checkout Step Completed', { ...TWD, value: 960, shipping_method: 'Home' }],
  ['Payment Info Entered', { ...TWD, value: 960, payment_method: 'LINE Pay' }],
  ['Order Completed', { ...TWD, order_id: 'T-1001', value: 960, tax: 45.7, shipping: 60, products: [two] }],
  ['Order Refunded', { ...TWD, order_id: 'T-1001', value: 960 }],
];
const reportedEvents = (shop: Storefront) =>
  shop.stored().flatMap(({ event, properties }) => (event ? [[event, properties] as const] : []));

describe.each(Object.entries(FORMS))('a shop that speaks to %s', (_form, say) => {
  test.for([
    { order: 'before us', head: STUB + TAG_MANAGER + US },
    { order: 'after us', head: US + STUB + TAG_MANAGER },
  ])(
    'is understood from the list to the refund, Tag Manager coming $order',
    async ({ head }, { shop, page }) => {
      for (const [path, body] of Object.entries(toShop(say))) shop.put(path, html(body, head));
      /** As far as this event of the visit, and no further. */
      const until = (event: string) =>
        expect
          .poll(() => reportedEvents(shop), { timeout: 8_000, interval: 25 })
          .toEqual(VISIT.slice(0, VISIT.findLastIndex(([name]) => name === event) + 1));

      await page.goto('/teas');
      await until('Product List Viewed');
      await page.click('a');
      await page.waitForURL('/teas/alishan');
      await until('Product Viewed');
      await page.click('text=Add');
      await until('Product Added');
      await page.click('text=Remove');
      await until('Product Removed');
      await page.goto('/cart');
      await until('Cart Viewed');
      await page.goto('/checkout');
      await page.click('text=Deliver');
      await page.click('text=Pay');
      await until('Payment Info Entered');
      await page.goto('/thank-you');
      await until('Order Completed');
      await page.reload();
      await invoke(page, 'anonymousId');
      await page.goto('/account');
      await page.click('text=Give back');
      await until('Order Refunded');
      await arrivesInAll(shop, page, [...VISIT.map(([event]) => event), ...Array(7).fill('page')]);
    },
  );
});

describe('one action is told once', () => {
  const add = FORMS['Tag Manager']('add_to_cart', { ...TWD, items: [CUP] });
  const markup = { 'data-sb-event': 'Product Added', 'data-sb-product': { product_id: 'cup-1' } };
  const nextPage = `setTimeout(() => { ${add} }, 2000)`;

  test.for([
    { how: 'at once', body: button('Add', add, markup) },
    { how: 'two seconds later', body: button('Add', nextPage, markup) },
  ])('where markup tells of it, too, and the data layer $how', async ({ body }, { shop, page }) => {
    await page.clock.install();
    shop.put('/', html(body, STUB + US));
    await page.goto('/');
    await invoke(page, 'anonymousId');
    await page.click('button');
    await page.clock.runFor(10_000);
    await arrivesInAll(shop, page, ['page', 'Product Added']);
  });

  test('where a shop has both Tag Manager and gtag', async ({ shop, page }) => {
    await page.clock.install();
    const cart = { ...TWD, items: CART };
    const both =
      FORMS.gtag('add_to_cart', { ...cart, send_to: 'G-1' }) + FORMS['Tag Manager']('add_to_cart', cart);
    shop.put('/', html(button('Add', both), STUB + TAG_MANAGER + US));
    await page.goto('/');
    await invoke(page, 'anonymousId');
    await page.click('button');
    await page.clock.runFor(10_000);
    await arrivesInAll(shop, page, ['page', 'Product Added', 'Product Added']);
  });

  test('and another after a while is another', async ({ shop, page }) => {
    await page.clock.install();
    shop.put('/', html(button('Add', add), STUB + TAG_MANAGER + US));
    await page.goto('/');
    await invoke(page, 'anonymousId');
    for (let nth = 1; nth <= 3; nth++) {
      await page.click('button');
      await inTime(page, () => reportedEvents(shop).length === nth);
    }
    await arrivesInAll(shop, page, ['page', 'Product Added', 'Product Added', 'Product Added']);
  });
});

describe('the shop’s page is left as it is', () => {
  test('its array, its push and its entries are its own', async ({ shop, page }) => {
    const before = script(`const own = dataLayer.push; const text = JSON.stringify(dataLayer);
      window.isOwn = () => dataLayer.push === own && JSON.stringify(dataLayer) === text;`);
    const say = script(FORMS.gtag('view_item', { items: [CUP] }));
    shop.put('/', html(say + before, STUB + US));
    await page.goto('/');
    await arrives(shop, ['page', 'Product Viewed']);
    expect(await page.evaluate(() => (window as unknown as { isOwn(): boolean }).isOwn())).toBe(true);
  });

  test('a shop without a data layer gets none', async ({ shop, page }) => {
    shop.put('/', html('', US));
    await page.goto('/', { waitUntil: 'networkidle' });
    await arrives(shop, ['page']);
    expect(await page.evaluate(() => 'dataLayer' in window)).toBe(false);
  });

  test('has its turn while a hundred thousand entries are read', async ({ shop, page, visitor }) => {
    const slow = await visitor.newCDPSession(page);
    await slow.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    const count = script(`var turns = 0, turnsSeen = [];
      const turn = () => setTimeout(turn, turns++ && 0);
      turn();
      storebeacon = { q: [['listen', (kind, _, told) => kind === 'message' && told.event && turnsSeen.push(turns)]] };`);
    const fill = script(`for (let nth = 0; nth < 100_000; nth++) {
        dataLayer.push({ event: nth % 10_000 ? 'gtm.scroll' : 'search', search_term: nth, text: 'a longer text ' + nth });
      }`);
    shop.put('/', html('', STUB + fill + count + US));
    await page.goto('/');
    await arrives(shop, ['page', ...Array(10).fill('Products Searched')]);
    expect(reportedEvents(shop).map(([, { query }]) => query)).toEqual(
      Array.from({ length: 10 }, (_, nth) => String(nth * 10_000)),
    );
    const turnsSeen = await page.evaluate(() => (window as unknown as { turnsSeen: number[] }).turnsSeen);
    expect(Number(turnsSeen.at(-1)) - Number(turnsSeen[0])).toBeGreaterThan(3);
  });

  test('under another name it is found where the tag says so', async ({ shop, page }) => {
    const named = snippet({ 'data-layer': 'gtmLayer' });
    const say = FORMS['Tag Manager']('view_item', { items: [CUP] }).replaceAll('dataLayer', 'gtmLayer');
    shop.put('/', html(script(`gtmLayer = []; ${say}`), named));
    await page.goto('/');
    await arrives(shop, ['page', 'Product Viewed']);
  });
});

test('the recipe for Tag Manager works as its README has it, where a policy asks for a nonce', async ({
  shop,
  page,
}) => {
  const readme = readFileSync(new URL('../../client/snippet/data-layer/README.md', import.meta.url), 'utf8');
  const recipe = /^<script>\n.*?<\/script>/ms
    .exec(readme)?.[0]
    .replace('https://collect.shop.example', '')
    .replace("key = '…'", "key = 'shop-1'")
    .replace("consentTool = 'auto'", "consent = 'granted'");
  const head = STUB + script(FORMS.gtag('view_item', { items: [CUP] })) + recipe;
  shop.put('/', html('', head.replaceAll('<script>', '<script nonce="once">')), {
    // The snippet itself may come by its nonce only.
    'Content-Security-Policy': `default-src 'none'; script-src 'nonce-once' ${shop.origin}/data-layer.js; connect-src 'self'`,
  });
  await page.goto('/');
  await arrives(shop, ['page', 'Product Viewed']);
});
