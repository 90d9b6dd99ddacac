/** The eight products. Prices are in TWD, major units; ids are text, as SHOPLINE's exceed 2^53. */
const sku = (skuId, price, label = '') => ({ skuId, price, label });

export const PRODUCTS = [
  {
    productId: '16050224312121887324660101',
    handle: 'alishan-oolong',
    name: 'Alishan High Mountain Oolong',
    category: 'Tea',
    blurb:
      'Rolled at 1,400 metres, while the mist still sits on the slope. Orchid, cream, a long sweet finish.',
    notes: 'Spring harvest. 6 g to 150 ml at 95 °C, then seven short infusions.',
    skus: [sku('18050224312121887324660111', 480, '75 g'), sku('18050224312121887324660112', 880, '150 g')],
  },
  {
    productId: '16050224312121887324660102',
    handle: 'ruby-black',
    name: 'Sun Moon Lake Ruby Black',
    category: 'Tea',
    blurb: 'A deep red cup with cinnamon and a cool breath of mint, from the shores of the lake.',
    notes: 'Summer harvest, 75 g. Takes milk well, better without.',
    skus: [sku('18050224312121887324660121', 520)],
  },
  {
    productId: '16050224312121887324660103',
    handle: 'oriental-beauty',
    name: 'Oriental Beauty',
    category: 'Tea',
    blurb:
      'Tiny leafhoppers bite the leaves and bring out honey and ripe peach. Rare, and picked bud by bud.',
    notes: 'Picked in June, 50 g. Water at 85 °C keeps the fruit in the cup.',
    skus: [sku('18050224312121887324660131', 1250)],
  },
  {
    productId: '16050224312121887324660104',
    handle: 'roasted-guanyin',
    name: 'Charcoal Roasted Guanyin',
    category: 'Tea',
    blurb: 'Sixty hours over longan charcoal. Toasted rice, dark caramel, a warm hearth in winter.',
    notes: 'Folded in paper by hand, 150 g. Ages well in a dry cupboard.',
    skus: [sku('18050224312121887324660141', 620)],
  },
  {
    productId: '16050224312121887324660105',
    handle: 'pebble-teapot',
    name: 'Pebble Teapot',
    category: 'Ceramics',
    blurb:
      'Red clay from Yingge, thrown thin and left unglazed. It pours without a drip and sits warm in the hand.',
    notes: '180 ml, with a clay strainer inside. Rinse with water only.',
    skus: [sku('18050224312121887324660151', 1980)],
  },
  {
    productId: '16050224312121887324660106',
    handle: 'celadon-cup',
    name: 'Quiet Cup',
    category: 'Ceramics',
    blurb: 'A wide lip for aroma, a small foot for balance. No two glazes are quite the same.',
    notes: '90 ml. Dishwasher safe, though better washed by hand.',
    skus: [
      sku('18050224312121887324660161', 390, 'Celadon'),
      sku('18050224312121887324660162', 390, 'Oat'),
      sku('18050224312121887324660163', 420, 'Ink'),
    ],
  },
  {
    productId: '16050224312121887324660107',
    handle: 'bamboo-scoop',
    name: 'Bamboo Tea Scoop',
    category: 'Tools',
    blurb:
      'Split, bent over a flame and polished with a cloth. Shows off the leaf before it goes into the pot.',
    notes: '16 cm of moso bamboo from Nantou.',
    skus: [sku('18050224312121887324660171', 260)],
  },
  {
    productId: '16050224312121887324660108',
    handle: 'gift-box',
    name: 'Two Tins, Two Cups',
    category: 'Gifts',
    blurb: 'Alishan oolong, ruby black and a pair of Quiet Cups, wrapped in plum paper with a note from you.',
    notes: 'Add your message for the card at checkout.',
    skus: [sku('18050224312121887324660181', 1680)],
  },
].map((product) => ({
  ...product,
  url: new URL(`product.html?handle=${product.handle}`, document.baseURI).href,
  picture: new URL(`pictures/${product.handle}.svg`, document.baseURI).href,
}));

export const CURRENCY = 'TWD';
export const formatPrice = (amount) =>
  new Intl.NumberFormat('en', { style: 'currency', currency: CURRENCY, maximumFractionDigits: 0 }).format(
    amount,
  );

export const findProduct = (handle) => PRODUCTS.find((product) => product.handle === handle);

export function searchProducts(query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const text = ({ name, category, blurb }) => `${name} ${category} ${blurb}`.toLowerCase();
  return words.length
    ? PRODUCTS.filter((product) => words.every((word) => text(product).includes(word)))
    : [];
}

/** One line with the snippet's property names, for `data-sb-product`. */
export const toLine = ({ product, sku, quantity = 1 }) => ({
  product_id: product.productId,
  sku: sku.skuId,
  name: product.name,
  category: product.category,
  variant: sku.label || undefined,
  currency: CURRENCY,
  price: sku.price,
  quantity,
  url: product.url,
  image_url: product.picture,
});

/** The product as schema.org data. */
export const toJsonLd = (product) => ({
  '@type': 'Product',
  productID: product.productId,
  sku: product.skus[0].skuId,
  name: product.name,
  category: product.category,
  description: product.blurb,
  image: product.picture,
  url: product.url,
  offers: {
    '@type': 'Offer',
    price: product.skus[0].price,
    priceCurrency: CURRENCY,
    availability: 'https://schema.org/InStock',
  },
});
