import { expect } from 'vitest';
import { html, test } from '../support/shopper.ts';

const variant = (id: number, price: string) => ({
  '@type': 'Product',
  sku: `V-${id}`,
  name: `Tee ${id}`,
  offers: { '@type': 'Offer', url: `/tee?variant=${id}`, price, priceCurrency: 'INR' },
});
const TEE = {
  '@type': 'ProductGroup',
  productGroupID: 'tee',
  name: 'Tom &amp; Jerry',
  hasVariant: [variant(1, 'Rs. 1,280.00'), variant(2, '₹1,29,999.00')],
};
const REVIEWS = { '@type': 'Product', name: 'Tom &amp; Jerry', aggregateRating: { ratingValue: 5 } };

test('data that is not plain is read by the files that it needs, on the page where it is', async ({
  shop,
  page,
}) => {
  const texts = [`/* <![CDATA[ */ ${JSON.stringify(TEE)}; /* ]]> */`, JSON.stringify(REVIEWS)];
  const scripts = texts.map((text) => `<script type="application/ld+json">${text}</script>`);
  shop.put('/tee', html(scripts.join('')));
  await page.goto('/tee?variant=2');
  // The view waits for other sources, and for the files.
  await expect.poll(() => shop.names(), { timeout: 10_000 }).toContain('Product Viewed');
  expect(shop.names().filter((name) => name === 'Product Viewed')).toHaveLength(1);
  expect(shop.stored().find(({ event }) => event === 'Product Viewed')?.properties).toMatchObject({
    product_id: 'tee',
    variant_id: '2',
    sku: 'V-2',
    name: 'Tom & Jerry',
    price: 129_999,
    currency: 'INR',
  });
});
