/**
 * A real shop's server knows its orders and SHOPLINE tells the collector of them. Here the thank-you page hands its
 * order to a stand-in of that server, which tells of it once, however often the page is loaded.
 */
export async function tellShop({ orderId, number, name, email, phone, payment, cartToken, lines }) {
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
