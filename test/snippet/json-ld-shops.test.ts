// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { clean } from '../../client/snippet/repair/clean.ts';
import { parseMessage } from '../../shared/message.ts';
import { emptyBrowser, loadPlugins, openBuiltPage, recordedEvents } from '../support/built-page.ts';
import { type Reported, waiting } from '../support/snippet.ts';

beforeEach(emptyBrowser);

const put = (...scripts: unknown[]) => {
  for (const data of scripts) {
    const script = document.createElement('script');
    script.type = 'application/ld+json';
    script.textContent = typeof data === 'string' ? data : JSON.stringify(data);
    document.head.append(script);
  }
};
/** What a page with this data reports, after some seconds. */
async function eventsAt(path: string, ...scripts: unknown[]): Promise<Reported[]> {
  history.replaceState(null, '', path);
  put(...scripts);
  await openBuiltPage({ consent: 'granted', captures: 'json-ld' });
  vi.advanceTimersByTime(500);
  loadPlugins();
  vi.advanceTimersByTime(5_000);
  for (const message of waiting()) expect(parseMessage(message)).toMatchObject({ notes: [] });
  return recordedEvents();
}

const OFFER = { '@type': 'Offer', price: '480.00', priceCurrency: 'TWD' };
const TEA = { '@type': 'Product', name: 'Oolong', sku: 'SKU-1', offers: OFFER };
const CUP = { '@type': 'Product', name: 'Cup', sku: 'SKU-2', offers: { ...OFFER, price: 90 } };
const viewOf = (properties: object) => [['Product Viewed', expect.objectContaining(properties)]];
const offering = (offers: object) => ({ ...TEA, offers });
const spec = (price: unknown, more = {}) => ({
  '@type': 'UnitPriceSpecification',
  price,
  priceCurrency: 'EUR',
  ...more,
});
const variant = (id: number, price: string, more = {}) => ({
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
  url: 'https://shop.example/tee',
  hasVariant: [variant(1, '10.00'), variant(2, '12.50')],
};
const soldOut = { availability: 'https://schema.org/OutOfStock' };

describe('one product page is one view', () => {
  test.each([
    {
      what: 'of a product with variants',
      path: '/tee',
      data: [GROUP],
      want: { product_id: 'tee', name: 'Tee', sku: 'V-1', variant_id: '1', price: 10, currency: 'EUR' },
    },
    {
      what: 'of the variant that the address names',
      path: '/tee?variant=2',
      data: [GROUP],
      want: { product_id: 'tee', sku: 'V-2', variant_id: '2', price: 12.5 },
    },
    {
      what: 'of a variant that is available',
      path: '/tee',
      data: [{ ...GROUP, hasVariant: [variant(1, '10.00', soldOut), variant(2, '12.50')] }],
      want: { variant_id: '2', price: 12.5 },
    },
    {
      what: 'of an offer that is available',
      path: '/',
      data: [offering([{ ...OFFER, price: '1.00', ...soldOut }, OFFER])],
      want: { price: 480 },
    },
    {
      what: 'of the offer that the address names',
      path: '/tea?sku=902',
      data: [offering([901, 902].map((id) => ({ ...OFFER, price: id, url: `/tea?sku=${id}` })))],
      want: { price: 902, variant_id: '902', sku: 'SKU-1' },
    },
    {
      what: 'with its price in a specification',
      path: '/',
      data: [offering({ '@type': 'Offer', priceSpecification: spec('9.90') })],
      want: { price: 9.9, currency: 'EUR' },
    },
    {
      what: 'with what it costs now, not what is crossed out',
      path: '/',
      data: [
        offering([
          {
            '@type': 'Offer',
            priceSpecification: [
              spec(20, { priceType: 'https://schema.org/ListPrice' }),
              spec(15),
              spec(3, { referenceQuantity: { value: 100 } }),
            ],
          },
        ]),
      ],
      want: { price: 15, value: 15 },
    },
    {
      what: 'with a summary of its offers',
      path: '/',
      data: [
        offering({ '@type': 'AggregateOffer', lowPrice: '480', highPrice: '900', priceCurrency: 'TWD' }),
      ],
      want: { price: 480 },
    },
    {
      what: 'with offers inside of a summary',
      path: '/',
      data: [
        offering({
          '@type': 'AggregateOffer',
          priceCurrency: 'TWD',
          offers: [
            { ...OFFER, ...soldOut, price: 1 },
            { '@type': 'Offer', price: 480 },
          ],
        }),
      ],
      want: { price: 480, currency: 'TWD' },
    },
    {
      what: 'in two scripts',
      path: '/',
      data: [TEA, { ...TEA, brand: { '@type': 'Brand', name: 'Dewleaf' } }],
      want: { sku: 'SKU-1', brand: 'Dewleaf' },
    },
    {
      what: 'beside the block of a reviews app',
      path: '/',
      data: [{ '@type': 'Product', name: 'Oolong', aggregateRating: { ratingValue: 5 } }, TEA],
      want: { product_id: 'SKU-1', price: 480 },
    },
    {
      what: 'beside what else is recommended, by its address',
      path: '/tea',
      data: [CUP, { ...TEA, url: 'https://shop.example/tea' }, { ...CUP, sku: 'SKU-3', name: 'Pot' }],
      want: { sku: 'SKU-1' },
    },
    {
      what: 'beside what else is recommended, by what the page is about',
      path: '/',
      data: [CUP, { '@type': 'ItemPage', mainEntity: TEA }],
      want: { sku: 'SKU-1' },
    },
    {
      what: 'with a reference to its offer',
      path: '/',
      data: [
        {
          '@graph': [
            { ...TEA, offers: { '@id': '#offer' } },
            { ...OFFER, '@id': '#offer' },
          ],
        },
      ],
      want: { price: 480 },
    },
    {
      what: 'with references in a circle',
      path: '/',
      data: [
        {
          '@graph': [
            { ...TEA, '@id': '#tea', offers: { '@id': '#offer' } },
            { ...OFFER, '@id': '#offer', itemOffered: { '@id': '#tea' }, offers: { '@id': '#offer' } },
          ],
        },
      ],
      want: { price: 480 },
    },
    {
      what: 'of another vocabulary’s name',
      path: '/',
      data: [{ ...TEA, '@type': 'http://schema.org/Product' }],
      want: { sku: 'SKU-1' },
    },
    {
      what: 'with a prefix',
      path: '/',
      data: [{ ...TEA, '@type': ['schema:Product', 'Thing'] }],
      want: { sku: 'SKU-1' },
    },
    {
      what: 'of a free gift',
      path: '/',
      data: [offering({ ...OFFER, price: 0 })],
      want: { price: 0, value: 0 },
    },
  ])('$what', async ({ path, data, want }) => {
    expect(await eventsAt(path, ...data)).toEqual(viewOf(want));
  });

  test.each([
    ['Rs. 1,280.00', 'INR', 1280],
    ['₹1,29,999.00', 'INR', 129_999],
    ['NT$480.00', 'TWD', 480],
    ['1.299', 'CLP', 1299],
    ['1.299', 'KWD', 1.299],
    ['&euro;&nbsp;1.299,00', 'EUR', 1299],
    ['$10.00 – $20.00', 'USD', 10],
    ['Was $20 Now $10', 'USD', undefined],
    ['on request', 'USD', undefined],
  ])('at %j %s it costs %j', async (price, priceCurrency, want) => {
    const [[, properties] = []] = await eventsAt('/', offering({ ...OFFER, price, priceCurrency }));
    expect(properties).toMatchObject({ name: 'Oolong', currency: priceCurrency });
    expect([properties?.price, properties?.value]).toEqual([want, want]);
  });

  test('whose data is filled in a moment later, with that data', async () => {
    const { offers, ...early } = TEA;
    history.replaceState(null, '', '/tea');
    put('', early);
    await openBuiltPage({ consent: 'granted', captures: 'json-ld' });
    for (const script of document.head.querySelectorAll('[type="application/ld+json"]'))
      if (script.textContent) script.textContent = JSON.stringify(TEA);
    vi.advanceTimersByTime(500);
    loadPlugins();
    vi.advanceTimersByTime(5_000);
    expect(recordedEvents()).toEqual(viewOf({ sku: 'SKU-1', price: 480, currency: 'TWD' }));
  });
});

describe('texts are read as shops leave them', () => {
  const text = JSON.stringify(TEA);
  test.each([
    ['a byte order mark', `\ufeff${text}`],
    ['CDATA', `<![CDATA[${text}]]>`],
    ['CDATA in comments', `//<![CDATA[\n${text}\n//]]>`],
    ['CDATA in other comments', `/*<![CDATA[*/${text}/*]]>*/`],
    ['an HTML comment', `<!-- ${text} -->`],
    ['comments', text.replace(',', ', // the name\n /* of it */ ')],
    ['a comma after the last', text.replace(/\}\}$/, ',},}')],
    ['a comma and a comment after the last', text.replace(/\}\}$/, ', /* x */ }}')],
    ['a semicolon', `${text};\n`],
    ['line ends and tabs in a text', text.replace('Oolong', 'Oolong","description":"a\n\tb; // c, }')],
    ['spaces that do not break', text.replace('{', '{\u00a0')],
  ])('with %s', async (_what, written) => {
    expect(await eventsAt('/', written)).toEqual(viewOf({ sku: 'SKU-1', name: 'Oolong', price: 480 }));
  });

  test.each(['{ broken', '{"@type":"Product","name":"a"b"}', 'alert(1)', '[[[', '"'])(
    'no JSON is no product: %j',
    async (written) => {
      expect(await eventsAt('/', written)).toEqual([]);
    },
  );

  test('however long and broken, in no time', () => {
    for (const piece of ['"\\"', '/*', '//', ', ', '; ', '<!--', '{"a":"\\', ' ,'])
      for (const start of ['{', '{"'])
        expect(() => JSON.parse(clean(start + piece.repeat(50_000))), piece).toThrow();
  }, 10_000);

  test('names are decoded, once', async () => {
    const data = { ...TEA, name: 'Tom &amp; Jerry&#x27;s &eacute;t&#233; &amp;lt;', brand: 'A &copy B' };
    const [[, properties] = []] = await eventsAt('/', data);
    expect(properties).toMatchObject({ name: "Tom & Jerry's été &lt;", brand: 'A &copy B' });
  });
});

describe('what the collector’s contract would refuse is left out, and the rest arrives', () => {
  test.each([
    ['a sign for the currency', { offers: { ...OFFER, priceCurrency: '€' } }, 'currency'],
    ['a dialect of it', { offers: { ...OFFER, priceCurrency: 'NT$' } }, 'currency'],
    ['an id above 2^53', '{"@type":"Product","name":"Oolong","sku":12345678901234567890}', 'sku'],
    ['a picture as data', { image: `data:image/png;base64,${'A'.repeat(9_000)}` }, 'image_url'],
    ['an address without end', { url: `https://shop.example/?a=1&variant=${'x'.repeat(9_000)}` }, 'url'],
    ['an object for a brand', { brand: { '@type': 'Brand', logo: '/a.png' } }, 'brand'],
    ['a list for a category', { category: [{ '@type': 'CategoryCode' }] }, 'category'],
  ])('%s', async (_what, more, name) => {
    const data = typeof more === 'string' ? more : { ...TEA, ...more };
    const [[event, properties] = ['', {}]] = await eventsAt('/', data);
    expect(event).toBe('Product Viewed');
    expect(properties).toMatchObject({ name: 'Oolong' });
    expect(properties).not.toHaveProperty(name);
  });

  test('values in lists and objects are found', async () => {
    const data = {
      ...TEA,
      name: [{ '@value': 'Oolong', '@language': 'en' }],
      brand: [{ '@type': 'Brand', name: 'Dewleaf' }],
      image: [{ '@type': 'ImageObject', contentUrl: '/a.jpg' }],
      category: { '@type': 'Thing', name: 'Tea' },
    };
    expect(await eventsAt('/', data)).toEqual(
      viewOf({ name: 'Oolong', brand: 'Dewleaf', image_url: '/a.jpg', category: 'Tea' }),
    );
  });
});

describe('a list is of products', () => {
  const place = (item: object, position: number) => ({ '@type': 'ListItem', position, item });
  const listOf = (...items: object[]) => ({
    '@type': 'ItemList',
    name: 'All',
    itemListElement: items.map(place),
  });

  test.each([
    [
      'a menu',
      {
        '@type': 'ItemList',
        itemListElement: [{ '@type': 'SiteNavigationElement', name: 'Tea', url: '/tea' }],
      },
    ],
    ['articles', listOf({ '@type': 'Article', name: 'How to brew', url: '/brew' })],
    ['the way to the page', { '@type': 'BreadcrumbList', itemListElement: [place(TEA, 1)] }],
    ['texts', { '@type': 'ItemList', itemListElement: ['Home', 'Tea', null, 5] }],
    ['recipes', listOf({ '@type': 'https://schema.org/Recipe', name: 'Tea', url: '/r' })],
  ])('not %s', async (_what, data) => {
    expect(await eventsAt('/', data)).toEqual([]);
  });

  test('also beside a menu, and with one product that the page describes elsewhere', async () => {
    const menu = {
      '@type': 'ItemList',
      itemListElement: [{ '@type': 'SiteNavigationElement', name: 'Tea' }],
    };
    const tea = { ...TEA, '@id': 'https://shop.example/#tea' };
    const shelf = listOf({ '@id': 'https://shop.example/#tea' });
    expect(await eventsAt('/', menu, { '@graph': [tea, shelf] })).toEqual([
      [
        'Product List Viewed',
        expect.objectContaining({
          category: 'All',
          products: [expect.objectContaining({ sku: 'SKU-1', price: 480 })],
        }),
      ],
    ]);
  });

  test('with amounts as people read them', async () => {
    const rupees = { ...TEA, offers: { ...OFFER, price: 'Rs. 1,280.00', priceCurrency: 'INR' } };
    const [[, properties] = []] = await eventsAt('/', listOf(rupees, CUP));
    expect(properties?.products).toMatchObject([{ price: 1280 }, { price: 90 }]);
  });
});

describe('an order is one that was just made', () => {
  const ORDER = { '@type': 'Order', orderNumber: 'DL1', price: '960', priceCurrency: 'TWD' };
  const old = (orderNumber: string, more = {}) => ({ ...ORDER, orderNumber, ...more });
  const schema = (name: string) => ({ orderStatus: `https://schema.org/${name}` });

  test.each([
    ['alone', [ORDER]],
    ['that is processed', [old('DL1', { ...schema('OrderProcessing'), orderDate: '2026-11-29' })]],
    ['in two scripts', [ORDER, { ...ORDER, merchant: { name: 'Dewleaf' } }]],
  ])('%s', async (_what, data) => {
    expect(await eventsAt('/thanks', ...data)).toEqual([
      [
        'Order Completed',
        expect.objectContaining({ order_id: 'DL1', total: 960, value: 960, currency: 'TWD' }),
      ],
    ]);
  });

  test.each([
    ['cancelled', '/orders/1', [old('DL1', schema('OrderCancelled'))]],
    ['delivered', '/orders/1', [old('DL1', schema('OrderDelivered'))]],
    ['of last week', '/orders/1', [old('DL1', { orderDate: '2026-11-20T10:00:00Z' })]],
    ['one of several', '/orders', [old('DL1'), old('DL2')]],
    ['in an account', '/account/orders/1', [old('DL1', { orderDate: '2026-11-29' })]],
  ])('not %s', async (_what, path, data) => {
    expect(await eventsAt(path, ...data)).toEqual([]);
  });
});

test('without that file, the page is reported as far as it is plain', async () => {
  put(offering({ ...OFFER, price: 'Rs. 1,280.00' }));
  await openBuiltPage({ consent: 'granted', captures: 'json-ld' }, ['repair.js']);
  vi.advanceTimersByTime(6_000);
  const [[event, properties] = ['', {}]] = recordedEvents();
  expect([event, properties.sku]).toEqual(['Product Viewed', 'SKU-1']);
});
