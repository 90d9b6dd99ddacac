// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { beforeEach, expect, test, vi } from 'vitest';
import { emptyBrowser, loadPlugins, openBuiltPage, recordedEvents } from '../support/built-page.ts';

beforeEach(emptyBrowser);

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
const place = (item: object, position: number) => ({ '@type': 'ListItem', position, item });

const PAGES: [what: string, things: object[], event: string, properties: object][] = [
  ['a product', [TEA], 'Product Viewed', { sku: 'SKU-1', price: 480, currency: 'TWD' }],
  ['a product in a graph', [{ '@graph': [TEA] }], 'Product Viewed', { sku: 'SKU-1', price: 480 }],
  ['several offers', [{ ...TEA, offers: [OFFER, OFFER] }], 'Product Viewed', { price: 480 }],
  ['& in its name', [{ ...TEA, name: 'Tom & Jerry' }], 'Product Viewed', { name: 'Tom & Jerry' }],
  [
    'a description with any words',
    [
      {
        ...TEA,
        description:
          'Specifications: Variant A. Sold in tins; technical data: 100 g &amp; more. Specification on request.',
      },
    ],
    'Product Viewed',
    { name: 'Oolong', price: 480 },
  ],
  [
    'a list of products',
    [
      {
        '@type': 'ItemList',
        name: 'Tea',
        itemListElement: [place(TEA, 1), place({ ...TEA, sku: 'SKU-2' }, 2)],
      },
    ],
    'Product List Viewed',
    {
      category: 'Tea',
      products: [
        { sku: 'SKU-1', price: 480 },
        { sku: 'SKU-2', price: 480 },
      ],
    },
  ],
  [
    'a list of addresses',
    [{ '@type': 'ItemList', itemListElement: [{ '@type': 'ListItem', position: 1, url: '/tea/oolong' }] }],
    'Product List Viewed',
    { products: [{ url: '/tea/oolong' }] },
  ],
  [
    'an order',
    [
      {
        '@type': 'Order',
        orderNumber: 'DL1',
        orderStatus: 'https://schema.org/OrderProcessing',
        price: '960.00',
        priceCurrency: 'TWD',
        acceptedOffer: [
          { '@type': 'Offer', itemOffered: TEA, price: '480.00', eligibleQuantity: { value: 2 } },
        ],
      },
    ],
    'Order Completed',
    { order_id: 'DL1', total: 960, products: [{ sku: 'SKU-1', quantity: 2 }] },
  ],
];

test.each(PAGES)(
  'a page with %s loads no file beside json-ld.js',
  async (_what, things, event, properties) => {
    for (const thing of [...FRAME, ...things]) {
      const script = document.createElement('script');
      script.type = 'application/ld+json';
      script.textContent = JSON.stringify({ '@context': 'https://schema.org', ...thing });
      document.head.append(script);
    }
    await openBuiltPage({ consent: 'granted', captures: 'json-ld' });
    vi.advanceTimersByTime(5_000);
    loadPlugins();
    const files = [...document.querySelectorAll<HTMLScriptElement>('script[src]')].map(({ src }) => src);
    expect(files.map((src) => new URL(src).pathname)).toEqual(['/json-ld.js']);
    expect(recordedEvents()).toMatchObject([[event, properties]]);
  },
);
