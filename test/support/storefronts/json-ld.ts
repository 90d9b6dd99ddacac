import type { Cart } from './cart.ts';
import { find, type Item, LIST, SHOWN, toEntities, toMoney, type Variant } from './catalogue.ts';

/** As templates write it: in a CDATA section, with a comment and a comma too many. */
export const jsonLd = (data: object) => {
  const text = JSON.stringify({ '@context': 'https://schema.org', ...data }, null, 1);
  return `<script type="application/ld+json">
    //<![CDATA[
    /* structured data */
    ${text.replace(/\}$/, ',}')}
    //]]>
  </script>`;
};

const offer = ({ sku, price }: Variant) => ({
  '@type': 'Offer',
  sku,
  price: toMoney(price),
  priceCurrency: SHOWN,
  availability: 'https://schema.org/InStock',
});

const nameOf = ({ name }: Item) => toEntities(name);

/** What each generation of themes writes about a product. */
export const PRODUCT_LD = {
  /** The price of the first variant alone, in the merchant's money format, and its id in the place of the merchant's SKU. */
  'one offer': (item: Item, [variant] = item.variants) => ({
    '@type': 'https://schema.org/Product',
    productID: item.id,
    sku: variant.sku,
    name: nameOf(item),
    url: `/products/${item.handle}`,
    offers: offer(variant),
  }),
  /** A group whose variants have their prices in specifications, one of them crossed out. */
  variants: (item: Item, variants: Variant[] = item.variants) => ({
    '@type': 'ProductGroup',
    productGroupID: item.id,
    name: nameOf(item),
    url: `/products/${item.handle}`,
    hasVariant: variants.map(({ sku, title, price }) => ({
      '@type': 'Product',
      sku,
      name: `${nameOf(item)} - ${title}`,
      offers: {
        '@type': 'Offer',
        url: `/products/${item.handle}?sku=${sku}`,
        priceSpecification: [
          {
            '@type': 'UnitPriceSpecification',
            priceType: 'https://schema.org/StrikethroughPrice',
            price: toMoney(price * 2),
            priceCurrency: SHOWN,
          },
          { '@type': 'UnitPriceSpecification', price, priceCurrency: SHOWN },
        ],
      },
    })),
  }),
  /** The merchant's SKUs; the variants' ids are in the addresses of their offers. */
  addresses: (item: Item, variants: Variant[] = item.variants) => ({
    '@type': 'Product',
    productID: item.id,
    sku: `${item.handle}-1`,
    name: nameOf(item),
    url: `/products/${item.handle}`,
    offers: variants.map(({ sku, price }, index) => ({
      '@type': 'Offer',
      sku: `${item.handle}-${index + 1}`,
      price: `${price}`,
      priceCurrency: SHOWN,
      url: `/products/${item.handle}?sku=${sku}`,
    })),
  }),
};

/** What a reviews app adds to a product page. */
export const reviewsLd = (item: Item) => ({
  '@type': 'Product',
  name: item.name,
  aggregateRating: { '@type': 'AggregateRating', ratingValue: '4.8', reviewCount: 128 },
});

const listed = (item: Item) => PRODUCT_LD['one offer'](item);

export const listLd = (items: Item[]) => ({
  '@type': 'ItemList',
  itemListElement: items.map((item, index) => ({
    '@type': 'ListItem',
    position: index + 1,
    item: listed(item),
  })),
});

/** Lists, but none of products: the way back to the front page, the menu, and articles. */
export const otherListsLd = () => [
  {
    '@type': 'BreadcrumbList',
    itemListElement: [
      { '@type': 'ListItem', position: 1, name: 'Home', item: '/' },
      { '@type': 'ListItem', position: 2, name: 'Tea', item: LIST },
    ],
  },
  {
    '@type': 'ItemList',
    itemListElement: ['Tea', 'Cups'].map((name, index) => ({
      '@type': 'SiteNavigationElement',
      position: index + 1,
      name,
      url: LIST,
    })),
  },
  {
    '@type': 'ItemList',
    itemListElement: [
      {
        '@type': 'ListItem',
        position: 1,
        item: { '@type': 'BlogPosting', headline: 'Spring', url: '/blogs/spring' },
      },
    ],
  },
];

export const orderLd = (cart: Cart, orderNumber: string) => ({
  '@type': 'Order',
  orderNumber,
  price: toMoney(cart.total()),
  priceCurrency: SHOWN,
  orderStatus: 'https://schema.org/OrderProcessing',
  acceptedOffer: cart.lines.flatMap(({ sku, quantity }) => {
    const found = find(sku);
    if (!found) return [];
    const { item, variant } = found;
    return {
      ...offer(variant),
      eligibleQuantity: { '@type': 'QuantitativeValue', value: quantity },
      itemOffered: { ...PRODUCT_LD['one offer'](item, [variant]), offers: offer(variant) },
    };
  }),
});

/** The orders of an account page: none of them is new. */
export const earlierOrdersLd = () =>
  ['OrderDelivered', 'OrderCancelled'].map((status, index) => ({
    '@type': 'Order',
    orderNumber: `2106293807077216754860${index}`,
    price: 480,
    priceCurrency: SHOWN,
    orderStatus: `https://schema.org/${status}`,
    orderDate: '2025-03-04',
  }));
