// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { capturing, freshBrowser, type Reported } from '../support/snippet.ts';

function put(...scripts: unknown[]) {
  for (const old of document.querySelectorAll('script')) old.remove();
  for (const data of scripts) {
    const script = document.createElement('script');
    script.type = 'application/ld+json';
    script.textContent = typeof data === 'string' ? data : JSON.stringify(data);
    document.head.append(script);
  }
}
async function capture(): Promise<Reported[]> {
  const { reported } = await capturing(async () => {
    const { captureJsonLd } = await import('../../client/snippet/capture/json-ld.ts');
    captureJsonLd();
    return import('../../client/snippet/json-ld.ts');
  });
  return reported;
}

beforeEach(() => {
  freshBrowser();
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const OFFER = { '@type': 'Offer', price: '480', priceCurrency: 'TWD' };
const OOLONG = { '@type': 'Product', name: 'Oolong', sku: 'SKU-1', offers: OFFER };

describe('one Product is a product page, however it is written', () => {
  test.each([
    { written: 'plainly', data: OOLONG },
    { written: 'in a graph', data: { '@graph': [{ '@type': 'WebSite' }, OOLONG] } },
    {
      written: 'in a list',
      data: [{ '@type': 'BreadcrumbList', itemListElement: [{ '@type': 'ListItem' }] }, OOLONG],
    },
    { written: 'as what a page is about', data: { '@type': 'ItemPage', mainEntity: OOLONG } },
    { written: 'with several types', data: { ...OOLONG, '@type': ['Product', 'Thing'] } },
    { written: 'with a list of offers', data: { ...OOLONG, offers: [OFFER, { ...OFFER, price: '900' }] } },
    {
      written: 'with a range of prices',
      data: { ...OOLONG, offers: { '@type': 'AggregateOffer', lowPrice: '480', priceCurrency: 'TWD' } },
    },
    { written: 'with a price people read', data: { ...OOLONG, offers: { ...OFFER, price: 'NT$480.00' } } },
  ])('$written', async ({ data }) => {
    put(data);
    expect(await capture()).toEqual([
      [
        'Product Viewed',
        expect.objectContaining({
          product_id: 'SKU-1',
          sku: 'SKU-1',
          name: 'Oolong',
          price: 480,
          value: 480,
          currency: 'TWD',
        }),
      ],
    ]);
  });

  test('brand, category and image may be texts or things', async () => {
    put({
      ...OOLONG,
      productID: 'p-1',
      brand: { '@type': 'Brand', name: 'Dewleaf' },
      category: 'Tea',
      image: [{ '@type': 'ImageObject', url: '/a.jpg' }],
    });
    expect((await capture())[0]?.[1]).toMatchObject({
      product_id: 'p-1',
      brand: 'Dewleaf',
      category: 'Tea',
      image_url: '/a.jpg',
    });
  });
});

describe('a list is a list', () => {
  test('of products around which the list puts places', async () => {
    const itemListElement = [
      { '@type': 'ListItem', position: 1, item: OOLONG },
      {
        '@type': 'ListItem',
        position: 2,
        item: { ...OOLONG, sku: 'SKU-2', offers: { ...OFFER, price: 90 } },
      },
    ];
    put({
      '@type': 'CollectionPage',
      mainEntity: { '@type': 'ItemList', '@id': 'all', name: 'All tea', itemListElement },
    });
    const [[event, properties] = ['', {}]] = await capture();
    expect(event).toBe('Product List Viewed');
    expect(properties).toMatchObject({
      list_id: 'all',
      category: 'All tea',
      products: [
        { sku: 'SKU-1', price: 480, position: 1 },
        { sku: 'SKU-2', price: 90, position: 2 },
      ],
    });
  });

  test('of addresses only, or of several products that no list holds together', async () => {
    put({
      '@type': 'ItemList',
      itemListElement: [{ '@type': 'ListItem', position: 1, url: '/tea/oolong', name: 'Oolong' }],
    });
    expect((await capture())[0]).toMatchObject([
      'Product List Viewed',
      { products: [{ product_id: '/tea/oolong', url: '/tea/oolong', name: 'Oolong' }] },
    ]);
    put(OOLONG, { ...OOLONG, sku: 'SKU-2' });
    expect((await capture())[0]).toMatchObject([
      'Product List Viewed',
      { products: [{ sku: 'SKU-1' }, { sku: 'SKU-2' }] },
    ]);
  });

  test('and no longer than fifty', async () => {
    put({ '@type': 'ItemList', itemListElement: Array.from({ length: 80 }, () => ({ item: OOLONG })) });
    expect((await capture())[0]?.[1].products).toHaveLength(50);
  });
});

test('an Order is an order, with its lines', async () => {
  put({
    '@type': 'Order',
    orderNumber: 'DL1',
    price: '1,050.00',
    priceCurrency: 'TWD',
    acceptedOffer: [
      { '@type': 'Offer', itemOffered: { '@type': 'Product', name: 'Oolong', sku: 'SKU-1' }, price: '480' },
    ],
  });
  expect(await capture()).toEqual([
    [
      'Order Completed',
      expect.objectContaining({
        order_id: 'DL1',
        total: 1050,
        value: 1050,
        currency: 'TWD',
        products: [expect.objectContaining({ sku: 'SKU-1', price: 480 })],
      }),
    ],
  ]);
});

test('pages without shop data, and broken data, report nothing and stop nothing', async () => {
  put(
    '{ broken',
    'null',
    '[null]',
    { '@type': 'Organization' },
    { '@type': 'BreadcrumbList', itemListElement: [{ '@type': 'ListItem', name: 'Home' }] },
  );
  expect(await capture()).toEqual([]);
  put('{ broken', OOLONG);
  expect(await capture()).toHaveLength(1);
});

test('after a client-side navigation new data is read, and the old page’s data is not taken for the new one', async () => {
  put(OOLONG);
  const reported = await capture();
  vi.advanceTimersByTime(2000);
  expect(reported).toHaveLength(1);
  put({ '@type': 'Product', sku: 'SKU-2', name: 'Cup' });
  vi.advanceTimersByTime(600);
  expect(reported.map(([, { sku }]) => sku)).toEqual(['SKU-1', 'SKU-2']);
  put(OOLONG);
  vi.advanceTimersByTime(600);
  expect(reported).toHaveLength(3);
});
