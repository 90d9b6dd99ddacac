import { type Cart, ORDER_SEQ } from './cart.ts';
import { find, SHOWN, STORE, toEntities } from './catalogue.ts';

/** Where the checkout of a cart is asked for. */
export const SAVE = '/leproxy/api/trade/center/order/abandoned/save';
/** Where the order is paid. */
export const PAY = '/leproxy/api/trade/center/order/pay';

/** The lines of a cart in an event of the bus. */
export const contents = (cart: Cart) =>
  cart.lines.map(({ sku, quantity }) => {
    const found = find(sku);
    return {
      content_spu_id: found?.item.id,
      content_sku_id: sku,
      content_name: found && toEntities(found.item.name),
      price: found?.variant.price,
      quantity,
    };
  });

/** `window.Shopline` on a page, with whatever more a theme's generation has. */
export const globals = (alias: string, more: object = {}) =>
  `window.Shopline = ${JSON.stringify({
    currency: STORE.currency,
    designMode: false,
    handle: STORE.handle,
    storeId: STORE.id,
    merchantId: '4200058213',
    locale: 'en',
    themeName: 'Teahouse',
    ...more,
  })};
  Shopline.uri = { alias: '${alias}', path: location.pathname, query: location.search, url: location.href, params: {} };`;

/** SHOPLINE's bus, before any other script; what was emitted stays in `_caches`. */
export const BUS = `Shopline.event = {
  _caches: {}, _heard: {},
  on(name, listener) { (this._heard[name] ||= []).push(listener); },
  off(name, listener) { this._heard[name] = (this._heard[name] || []).filter((one) => one !== listener); },
  emit(name, payload) {
    (this._caches[name] ||= []).push([payload]);
    for (const listener of this._heard[name] || []) listener(payload);
  },
};
const report = (name, data) => Shopline.event.emit('DataReport::' + name, { data, interior: 'theme' });`;

/** How every SHOPLINE cart gets to its checkout. */
export const GO_TO_CHECKOUT = `async checkout() {
  const answer = await fetch('${SAVE}', { method: 'POST', body: '{}' });
  const { checkoutToken } = await answer.json();
  location.href = '/${STORE.id}/checkouts/' + checkoutToken + '?buyScence=cart';
}`;

/** `DataReport::CompleteOrder`: sent when the buyer pays, and again on the thank-you page. */
export const payment = (cart: Cart) => ({
  currency: SHOWN,
  value: cart.total(),
  contents: cart.lines.map(({ sku, quantity }) => ({ content_spu_id: find(sku)?.item.id, quantity })),
});

/** `DataReport::Purchase`, sent on the thank-you page. */
export const purchase = (cart: Cart) => ({
  currency: SHOWN,
  totalPrice: cart.total(),
  order_id: ORDER_SEQ,
  contents: contents(cart),
});

/** What the bus of a checkout says of it when it opens. */
const checkout = (cart: Cart) => ({ currency: SHOWN, value: cart.subtotal(), contents: contents(cart) });

/**
 * The checkout is the platform's on every generation, and has the bus. `more` is run when it opens, `started` reported:
 * some say nothing of what is bought.
 */
export const checkoutScript = (cart: Cart, more = '', started: object = checkout(cart)) => `{
  ready() {
    report('InitiateCheckout', ${JSON.stringify(started)});
    ${more}
  },
  async pay() {
    report('CompleteOrder', ${JSON.stringify(payment(cart))});
    const answer = await fetch('${PAY}', { method: 'POST', body: '{}' });
    location.href = (await answer.json()).redirect;
  },
}`;

/** The thank-you page says so twice on the bus. */
export const thanksScript = (cart: Cart, more = '') => `{
  ready() {
    report('CompleteOrder', ${JSON.stringify(payment(cart))});
    report('Purchase', ${JSON.stringify(purchase(cart))});
    ${more}
  },
}`;
