/** What the theme emits on SHOPLINE's bus. Money is in major units; `value` of an added product is its unit price. */

import { total } from './cart.js';
import { CURRENCY } from './catalogue.js';

const emit = (name, data) => window.Shopline.event.emit(`DataReport::${name}`, { data });

const contents = (lines) =>
  lines.map(({ product, sku, quantity }) => ({
    content_spu_id: product.productId,
    content_sku_id: sku.skuId,
    content_name: product.name,
    content_category: product.category,
    price: sku.price,
    quantity,
  }));
const one = (product, sku, quantity) => ({
  content_spu_id: product.productId,
  content_sku_id: sku.skuId,
  content_category: product.category,
  currency: CURRENCY,
  price: sku.price,
  value: sku.price,
  quantity,
});
const many = (lines) => ({ currency: CURRENCY, value: total(lines), contents: contents(lines) });

export const reportView = (product, sku) =>
  emit('ViewContent', { ...one(product, sku, 1), title: product.name });
export const reportAdd = (product, sku, quantity) =>
  emit('AddToCart', { ...one(product, sku, quantity), content_name: product.name });
export const reportCheckout = (lines) => emit('InitiateCheckout', many(lines));
/** The buyer has paid; the order itself is reported by the thank-you page. */
export const reportPayment = (lines) => emit('CompleteOrder', many(lines));
/** Real themes emit this on every load of the thank-you page. The snippet counts it once. */
export const reportPurchase = ({ orderId, number, email, phone, lines, total: totalPrice }) =>
  emit('Purchase', {
    order_id: orderId,
    order_number: number,
    email,
    phone,
    currency: CURRENCY,
    totalPrice,
    contents: contents(lines),
  });

export const reportVariant = (product, sku) =>
  window.Shopline.event.emit('Product::SkuChanged', {
    data: { type: 'change', spuSeq: product.productId, skuSeq: sku.skuId, quantity: 1, available: true },
  });

/** Prices of the page's state are in hundredths. */
export function preloadProduct(product) {
  const hundredths = (sku) => ({ skuSeq: sku.skuId, price: sku.price * 100, available: true });
  const spu = { spuSeq: product.productId, title: product.name, price: product.skus[0].price * 100 };
  window.__PRELOAD_STATE__.product = { spu: { ...spu, skuList: product.skus.map(hundredths) } };
}
