import type { Question, Storefront } from '../storefront.ts';
import { ajaxCart, ajaxItem, type Cart, CHECKOUT_TOKEN } from './cart.ts';
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
  ask('GET', '/api/carts/ajax-cart', () => ({ body: ajaxCart(cart) }));
  for (const path of ['/api/cart/change', '/cart/update']) {
    ask('POST', path, ({ id, quantity }) => {
      cart.set(id, Number(quantity));
      return { body: ajaxCart(cart) };
    });
  }
  ask('GET', '/leproxy/api/carts/cart', () => ({
    body: { success: true, code: 'SUCCESS', data: { count: cart.lines.length } },
  }));
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
