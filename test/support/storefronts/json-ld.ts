import type { Cart } from './cart.ts';
import { find, type Item, LIST, SHOWN, type Variant } from './catalogue.ts';

export const jsonLd = (data: object) =>
  `<script type="application/ld+json">${JSON.stringify({ '@context': 'https://schema.org', ...data })}</script>`;

const offer = ({ sku, price }: Variant) => ({
  '@type': 'Offer',
  sku,
  price: price.toFixed(2),
  priceCurrency: SHOWN,
  availability: 'https://schema.org/InStock',
});

/** The product with an offer for each variant; the first is the one chosen. */
export const productLd = (item: Item, variants: Variant[] = item.variants) => ({
  '@type': 'Product',
  productID: item.id,
  sku: variants[0]?.sku,
  name: item.name,
  url: `/products/${item.handle}`,
  offers: variants.length > 1 ? variants.map(offer) : variants.map(offer)[0],
});

export const listLd = (items: Item[]) => ({
  '@type': 'ItemList',
  itemListElement: items.map((item, index) => ({
    '@type': 'ListItem',
    position: index + 1,
    item: productLd(item, item.variants.slice(0, 1)),
  })),
});

/** The way back to the front page. A list too, but none of products. */
export const breadcrumbLd = () => ({
  '@type': 'BreadcrumbList',
  itemListElement: [
    { '@type': 'ListItem', position: 1, name: 'Home', item: '/' },
    { '@type': 'ListItem', position: 2, name: 'Tea', item: LIST },
  ],
});

export const orderLd = (cart: Cart, orderNumber: string) => ({
  '@type': 'Order',
  orderNumber,
  price: cart.total().toFixed(2),
  priceCurrency: SHOWN,
  orderStatus: 'https://schema.org/OrderProcessing',
  acceptedOffer: cart.lines.flatMap(({ sku, quantity }) => {
    const found = find(sku);
    if (!found) return [];
    const { item, variant } = found;
    return {
      ...offer(variant),
      eligibleQuantity: { '@type': 'QuantitativeValue', value: quantity },
      itemOffered: productLd(item, [variant]),
    };
  }),
});
