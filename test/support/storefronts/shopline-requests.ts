import type { Question, Storefront } from '../storefront.ts';
import { ajaxCart, ajaxItem, type Cart, CHECKOUT_TOKEN, groupedCart, idOfKey } from './cart.ts';
import { SAVE } from './shopline-scripts.ts';

const fields = async ({ headers, body }: Question): Promise<Record<string, unknown>> => {
  const type = headers['content-type'] ?? '';
  if (type.includes('json')) return JSON.parse(body);
  const form = await new Response(body, { headers: { 'content-type': type } }).formData();
  return Object.fromEntries(form);
};

const NOT_ENOUGH = { message: 'CART_STOCK', description: 'There is not enough of it.' };

/** The cart requests of the Ajax API and of themes, and the cart behind them. */
export function serveCart(shop: Storefront, cart: Cart): void {
  const ask = (
    method: string,
    path: string,
    answer: (asked: Record<string, unknown>) => { status?: number; body: object },
  ) => shop.route(method, path, async (question) => answer(method === 'GET' ? {} : await fields(question)));
  const addAll = (items: Record<string, unknown>[]) => {
    const isAdded = items.every(({ id, quantity }) => cart.add(id, Number(quantity)));
    return isAdded
      ? { items: cart.lines.filter(({ sku }) => items.some(({ id }) => id === sku)).map(ajaxItem) }
      : undefined;
  };
  const itemsOf = (asked: Record<string, unknown>) =>
    (asked.items as Record<string, unknown>[] | undefined) ?? [asked];

  ask('POST', '/cart/add', (asked) => {
    const body = addAll(itemsOf(asked));
    return body ? { body } : { status: 422, body: NOT_ENOUGH };
  });
  // Themes read the refusal from the body here.
  ask('POST', '/api/carts/ajax-cart/add.js', (asked) => ({ body: addAll(itemsOf(asked)) ?? NOT_ENOUGH }));
  for (const path of ['/api/carts/ajax-cart', '/cart.js']) ask('GET', path, () => ({ body: ajaxCart(cart) }));
  // By the key of a line, or by its number.
  for (const path of ['/cart/change', '/cart/change.js']) {
    ask('POST', path, ({ id, line, quantity }) => {
      cart.set(line ? cart.lines[Number(line) - 1]?.sku : idOfKey(id), Number(quantity));
      return { body: ajaxCart(cart) };
    });
  }
  const OK = { success: true, code: 'SUCCESS', data: {} };
  ask('GET', '/leproxy/api/carts/cart', () => ({ body: { ...OK, data: groupedCart(cart) } }));
  // The quantity from now on, whatever it was.
  ask('PUT', '/leproxy/api/carts/cart', ({ skuId, num }) => {
    cart.set(skuId, Number(num));
    return { body: OK };
  });
  shop.route('DELETE', '/leproxy/api/carts/cart/delete', ({ body }) => {
    const asked: { skuId: string }[] = JSON.parse(body || '[]');
    for (const { sku } of [...cart.lines])
      if (!body || asked.some(({ skuId }) => skuId === sku)) cart.set(sku, 0);
    return { body: OK };
  });
  // About the cart, but not its lines.
  for (const path of ['/leproxy/api/carts/additional-services', '/cart/delivery/address'])
    ask('POST', path, () => ({ body: OK }));
  ask('POST', '/leproxy/api/carts/cart', ({ item }) => {
    const { skuId, num } = item as Record<string, unknown>;
    const success = cart.add(skuId, Number(num));
    return {
      body: success ? { success, code: 'SUCCESS', data: {} } : { success, code: 'STOCK', ...NOT_ENOUGH },
    };
  });
  ask('POST', '/themes/own/cart', ({ item }) => {
    const { skuId, num } = item as Record<string, unknown>;
    return { body: { success: cart.add(skuId, Number(num)) } };
  });
  shop.route('POST', SAVE, () => ({
    body: { seq: '2610', mark: '4f1b', checkoutToken: CHECKOUT_TOKEN },
  }));
}
