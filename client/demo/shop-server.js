/**
 * In a real shop, SHOPLINE sends order webhooks to the collector. Here the thank-you page passes its order to a
 * stand-in, which sends the webhooks once per order, also when the page is reloaded.
 */
export async function sendOrder({ orderId, number, name, email, phone, payment, cartToken, lines }) {
  const order = {
    ...{ orderId, number, name, email, phone, payment, cartToken },
    lines: lines.map(({ product, sku, quantity }) => ({
      productId: product.productId,
      variantId: sku.skuId,
      title: product.name,
      variant: sku.label || undefined,
      price: sku.price,
      quantity,
      imageUrl: product.picture,
    })),
  };
  await fetch('/demo/orders', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
    keepalive: true,
  }).catch(() => undefined);
}
