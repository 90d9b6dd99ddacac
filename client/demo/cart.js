/** The cart and the orders made from it. The cart lives in this browser; an order lives as long as its tab. */
import { PRODUCTS } from './catalogue.js';
import { randomDigits } from './random.js';

const CART = 'dewleaf.cart';
const orderName = (orderId) => `dewleaf.order.${orderId}`;

const read = () => JSON.parse(localStorage.getItem(CART) ?? 'null') ?? { id: crypto.randomUUID(), items: [] };
function write(cart) {
  localStorage.setItem(CART, JSON.stringify(cart));
  dispatchEvent(new Event('cart-changed'));
}

export function cartLines() {
  return read().items.flatMap(({ skuId, quantity }) => {
    for (const product of PRODUCTS) {
      const sku = product.skus.find((other) => other.skuId === skuId);
      if (sku) return [{ product, sku, quantity }];
    }
    return [];
  });
}
export const cartId = () => read().id;
export const countItems = (lines) => lines.reduce((count, line) => count + line.quantity, 0);
export const total = (lines) => lines.reduce((sum, line) => sum + line.sku.price * line.quantity, 0);

/** @param quantity 0 removes the line. */
export function setQuantity(skuId, quantity) {
  const { id, items } = read();
  const known = items.some((item) => item.skuId === skuId);
  const next = known
    ? items.map((item) => (item.skuId === skuId ? { skuId, quantity } : item))
    : [...items, { skuId, quantity }];
  write({ id, items: next.filter((item) => item.quantity > 0) });
}
export function addToCart(skuId, quantity) {
  const already = read().items.find((item) => item.skuId === skuId)?.quantity ?? 0;
  setQuantity(skuId, already + quantity);
}

/**
 * Turns the cart into an order and empties it.
 *
 * @returns its id: 26 digits as text, beginning with the time.
 */
export function placeOrder({ email, phone, name, payment }) {
  const { id: cartToken } = read();
  const lines = cartLines();
  const orderId = new Date().toISOString().replace(/\D/g, '').slice(2) + randomDigits(11);
  const number = `DL${orderId.slice(-6)}`;
  const buyer = { email, phone, name, payment, cartToken };
  const order = { orderId, number, ...buyer, lines, total: total(lines) };
  sessionStorage.setItem(orderName(orderId), JSON.stringify(order));
  localStorage.removeItem(CART);
  return orderId;
}
/** An order placed in this tab, also after a reload; undefined for any other. */
export const findOrder = (orderId) =>
  JSON.parse(sessionStorage.getItem(orderName(orderId)) ?? 'null') ?? undefined;
