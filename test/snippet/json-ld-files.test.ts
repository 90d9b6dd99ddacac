// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { beforeEach, expect, test, vi } from 'vitest';
import {
  emptyBrowser,
  forgetPageAfterEachTest,
  loadPlugins,
  openBuiltPage,
  recordedEvents,
} from '../support/built-page.ts';

beforeEach(emptyBrowser);
forgetPageAfterEachTest();

const FRAME = [
  { '@type': 'WebSite', name: 'Tea & Cups', url: 'https://shop.example/' },
  { '@type': 'Organization', name: 'Dewleaf', logo: 'https://shop.example/logo.png' },
  {
    '@type': 'BreadcrumbList',
    itemListElement: [
      { '@type': 'ListItem', position: 1, name: 'Tea', item: 'https://shop.example/tea' },
      { '@type': 'ListItem', position: 2, name: 'Oolong', item: 'https://shop.example/tea/oolong' },
    ],
  },
];
const OFFER = {
  '@type': 'Offer',
  price: '480.00',
  priceCurrency: 'TWD',
  availability: 'https://schema.org/InStock',
  url: 'https://shop.example/tea/oolong',
};
const TEA = { '@type': 'Product', name: 'Oolong', sku: 'SKU-1', offers: OFFER };
const CUP = { '@type': 'Product', name: 'Cup', sku: 'SKU-2', offers: { ...OFFER, price: 90 } };
const SOLD_OUT = { availability: 'https://schema.org/OutOfStock' };
const place = (item: object, position: number) => ({ '@type': 'ListItem', position, item });
const listOf = (...items: object[]) => ({
  '@type': 'ItemList',
  name: 'Tea',
  itemListElement: items.map(place),
});
const costing = (price: unknown, priceCurrency = 'TWD') => ({
  ...TEA,
  offers: { ...OFFER, price, priceCurrency },
});
const offering = (offers: unknown) => ({ ...TEA, offers });
const variant = (id: number, price: number, more = {}) => ({
  '@type': 'Product',
  sku: `V-${id}`,
  name: `Tee ${id}`,
  offers: {
    '@type': 'Offer',
    url: `https://shop.example/tee?variant=${id}`,
    price,
    priceCurrency: 'EUR',
    ...more,
  },
});
const GROUP = {
  '@type': 'ProductGroup',
  productGroupID: 'tee',
  name: 'Tee',
  hasVariant: [variant(1, 10, SOLD_OUT), variant(2, 12.5), variant(3, 14)],
};
const spec = (price: number, more = {}) => ({
  '@type': 'UnitPriceSpecification',
  price,
  priceCurrency: 'EUR',
  ...more,
});
const SPECS = [spec(20, { priceType: 'https://schema.org/ListPrice' }), spec(15)];

type Row = [what: string, path: string, things: object[], properties: object | undefined];

/** Product pages as shops have them. */
const PRODUCTS: Row[] = [
  ['a product', '/', [TEA], { sku: 'SKU-1', price: 480, currency: 'TWD' }],
  ['a product in a graph', '/', [{ '@graph': [TEA] }], { sku: 'SKU-1', price: 480 }],
  ['several offers', '/', [offering([OFFER, OFFER])], { price: 480 }],
  [
    'an offer that is sold out',
    '/',
    [offering([{ ...OFFER, price: 1, ...SOLD_OUT }, OFFER])],
    { price: 480 },
  ],
  [
    'an offer named by the address',
    '/tea?sku=902',
    [offering([901, 902].map((id) => ({ ...OFFER, price: id, url: `/tea?sku=${id}` })))],
    { price: 902, variant_id: '902' },
  ],
  [
    'a summary of offers',
    '/',
    [offering({ '@type': 'AggregateOffer', lowPrice: '480', highPrice: '900', priceCurrency: 'TWD' })],
    { price: 480, currency: 'TWD' },
  ],
  ['variants', '/tee', [GROUP], { product_id: 'tee', name: 'Tee', variant_id: '2', price: 12.5 }],
  ['a chosen variant', '/tee?variant=3', [GROUP], { product_id: 'tee', variant_id: '3', price: 14 }],
  ['a specified price', '/', [offering({ '@type': 'Offer', priceSpecification: spec(9.9) })], { price: 9.9 }],
  ['specified prices', '/', [offering({ '@type': 'Offer', priceSpecification: SPECS })], { price: 15 }],
  ['the same product twice', '/', [TEA, { ...TEA, brand: 'Dewleaf' }], { sku: 'SKU-1', brand: 'Dewleaf' }],
  ['a reviews app', '/', [{ '@type': 'Product', name: 'Oolong' }, TEA], { sku: 'SKU-1', price: 480 }],
  ['recommended products', '/', [TEA, listOf(CUP, { ...CUP, sku: 'SKU-3' })], { sku: 'SKU-1' }],
  ['a menu', '/', [listOf({ '@type': 'SiteNavigationElement', name: 'Tea' }), TEA], { sku: 'SKU-1' }],
  ['& in its name', '/', [{ ...TEA, name: 'Tom & Jerry' }], { name: 'Tom & Jerry' }],
  ['an entity in its name', '/', [{ ...TEA, name: 'Tom &amp; Jerry&#39;s' }], { name: "Tom & Jerry's" }],
  ['the type as an address', '/', [{ ...TEA, '@type': 'https://schema.org/Product' }], { sku: 'SKU-1' }],
  ['a price of 1,299.00', '/', [costing('1,299.00')], { price: 1299, value: 1299 }],
  ['a price of Rs. 1,299.00', '/', [costing('Rs. 1,299.00', 'INR')], { price: 1299 }],
  ['a price of ₹1,29,999.00', '/', [costing('₹1,29,999.00', 'INR')], { price: 129_999 }],
  ['a price of 129,00', '/', [costing('129,00', 'EUR')], { price: 129 }],
  ['a price of 1.299,00 €', '/', [costing('1.299,00 €', 'EUR')], { price: 1299 }],
  ['a price of NT$480', '/', [costing('NT$480')], { price: 480 }],
  [
    'a description with any words',
    '/',
    [
      {
        ...TEA,
        description:
          'Specifications: Variant A. Sold in tins; technical data: 100 g &amp; more. Specification on request.',
      },
    ],
    { name: 'Oolong', price: 480 },
  ],
];
const LISTS: Row[] = [
  [
    'a list of products',
    '/',
    [listOf(TEA, CUP)],
    {
      category: 'Tea',
      products: [
        { sku: 'SKU-1', price: 480 },
        { sku: 'SKU-2', price: 90 },
      ],
    },
  ],
  [
    'a list of addresses',
    '/',
    [{ '@type': 'ItemList', itemListElement: [{ '@type': 'ListItem', position: 1, url: '/tea/oolong' }] }],
    { products: [{ url: '/tea/oolong' }] },
  ],
  ['nothing but a frame', '/', [], undefined],
];

const put = (texts: string[]) => {
  for (const text of texts) {
    const script = document.createElement('script');
    script.type = 'application/ld+json';
    script.textContent = text;
    document.head.append(script);
  }
};
const textOf = (thing: object) => JSON.stringify({ '@context': 'https://schema.org', ...thing });

/** Opens a page and waits. @returns the files it downloads beside `s.js`, and how much all weigh, in bytes after brotli 11. */
async function open(path: string, texts: string[]): Promise<[files: string[], bytes: number]> {
  history.replaceState(null, '', path);
  put([...FRAME.map(textOf), ...texts]);
  await openBuiltPage({ consent: 'granted', captures: 'json-ld shopline' });
  vi.advanceTimersByTime(5_000);
  loadPlugins();
  vi.advanceTimersByTime(5_000);
  const files = [...document.querySelectorAll<HTMLScriptElement>('script[src]')].map(({ src }) =>
    new URL(src).pathname.slice(1),
  );
  const sizes = ['s.js', ...files].map(
    (name) => brotliCompressSync(readFileSync(`client/dist/${name}`)).length,
  );
  return [files, sizes.reduce((sum, size) => sum + size)];
}

test.each([
  ...PRODUCTS.map((row) => ['Product Viewed', ...row] as const),
  ...LISTS.map((row) => ['Product List Viewed', ...row] as const),
])(
  '%s of a page with %s: nothing beside json-ld.js, 5,632 bytes at most',
  async (event, _what, path, things, properties) => {
    const [files, bytes] = await open(path, things.map(textOf));
    expect(files).toEqual(['json-ld.js']);
    expect(bytes).toBeLessThanOrEqual(5_632);
    expect(recordedEvents()).toMatchObject(properties ? [[event, properties]] : []);
  },
);

const RARE: [what: string, texts: string[], event: string, properties: object][] = [
  ['a comma after the last', [textOf(TEA).replace(/\}$/, ',}')], 'Product Viewed', { price: 480 }],
  ['1.299', [textOf(costing('1.299', 'CLP'))], 'Product Viewed', { price: 1299 }],
  ['a range', [textOf(costing('$10.00 – $20.00', 'USD'))], 'Product Viewed', { price: 10 }],
  [
    'several products that no list holds',
    [TEA, CUP].map(textOf),
    'Product List Viewed',
    { products: [{ sku: 'SKU-1' }, { sku: 'SKU-2' }] },
  ],
  [
    'an order',
    [
      textOf({
        '@type': 'Order',
        orderNumber: 'DL1',
        orderStatus: 'https://schema.org/OrderProcessing',
        price: '960.00',
        priceCurrency: 'TWD',
        acceptedOffer: [
          { '@type': 'Offer', itemOffered: TEA, price: '480.00', eligibleQuantity: { value: 2 } },
        ],
      }),
    ],
    'Order Completed',
    {
      order_id: 'DL1',
      total: 960,
      value: 960,
      products: [{ sku: 'SKU-1', price: 480, quantity: 2, value: 960 }],
    },
  ],
];
test.each(RARE)(
  'with %s, repair.js as well, 7,168 bytes at most',
  async (_what, texts, event, properties) => {
    const [files, bytes] = await open('/', texts);
    expect(files).toEqual(['json-ld.js', 'repair.js']);
    expect(bytes).toBeLessThanOrEqual(7_168);
    expect(recordedEvents()).toMatchObject([[event, properties]]);
  },
);

test('on SHOPLINE, 8,448 bytes at most', async () => {
  vi.stubGlobal('Shopline', {});
  const [files, bytes] = await open('/tee?variant=3', [textOf(GROUP)]);
  expect(files.sort()).toEqual(['json-ld.js', 'shopline.js']);
  expect(bytes).toBeLessThanOrEqual(8_448);
});
