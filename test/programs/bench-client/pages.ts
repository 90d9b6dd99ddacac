/** The one line that installs us, in a shop that does not ask for consent. `more` are further attributes. */
export const snippet = (more = '', src = '/s.js') =>
  `<script async src="${src}" data-key="shop-1" data-consent="granted"${more}></script>`;

/** A small page of a shop. It names an icon, so that no browser asks for one. */
export const shopPage = (head: string, body = '') => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Dewleaf Teas</title><link rel="icon" href="data:,">${head}</head>
<body><h1>Alishan Oolong</h1><p>Picked by hand at 1,400 metres.</p>${body}</body>
</html>`;

const product = (nth: number) => ({
  name: `Alishan Oolong, picking ${nth}`,
  sku: `T-${nth}`,
  category: 'Teas',
  brand: 'Dewleaf Teas',
});

/** A list page as schema.org describes it. */
export const productList = (count: number): string => {
  const itemListElement = Array.from({ length: count }, (_, nth) => ({
    '@type': 'ListItem',
    position: nth + 1,
    item: {
      '@type': 'Product',
      ...product(nth),
      description: 'Rolled leaves, light roast, a scent of orchids. '.repeat(10),
      image: [`https://shop.example/pictures/${nth}.jpg`],
      offers: { '@type': 'Offer', price: '480.00', priceCurrency: 'TWD' },
    },
  }));
  const list = { '@context': 'https://schema.org', '@type': 'ItemList', name: 'Teas', itemListElement };
  return `<script type="application/ld+json">${JSON.stringify(list)}</script>`;
};

/** GA4's event for such a thing, as shops push it. */
const ga4 = (event: string, count: number) => ({
  event,
  ecommerce: {
    currency: 'TWD',
    value: 480 * count,
    items: Array.from({ length: count }, (_, nth) => {
      const { name, sku, category, brand } = product(nth);
      return {
        item_id: sku,
        item_name: name,
        item_category: category,
        item_brand: brand,
        price: 480,
        quantity: 1,
      };
    }),
  },
});

/** A page's script that leaves a data layer of so many characters: a list, a product, and what tag managers pile up. */
export const dataLayerScript = (characters: number): string => {
  const feed = Array.from({ length: 40 }, (_, nth) => ({ ...product(nth), note: 'x'.repeat(60) }));
  const pile = JSON.stringify({ event: 'gtm.feed', feed });
  const shown = [ga4('view_item_list', 50), ga4('view_item', 1)].map((push) => JSON.stringify(push));
  const entries = [...Array<string>(Math.ceil(characters / pile.length)).fill(pile), ...shown];
  return `window.dataLayer=[${entries.join()}]`;
};

/** The shop goes on pushing for a second, each time in a task of its own. */
export const pushingScript = (): string => {
  const pushes = [ga4('add_to_cart', 1), ga4('view_cart', 20), { event: 'gtm.scroll', depth: 50 }];
  return `${JSON.stringify(pushes)}.forEach((push,nth)=>setTimeout(()=>dataLayer.push(push),300*nth+300))`;
};
