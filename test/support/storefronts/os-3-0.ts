import type { Storefront } from '../storefront.ts';
import type { Cart } from './cart.ts';
import { SHOWN, STORE, TEA } from './catalogue.ts';
import { tag } from './page.ts';
import { openShopline } from './shopline.ts';
import { BUS, checkoutScript, GO_TO_CHECKOUT, globals, thanksScript } from './shopline-scripts.ts';

/** The theme's events, which remember the last word of each name. */
const CENTER = `
class ThemeEvent {
  constructor(name, { target, detail } = {}) { this.name = name; this.target = target; this.detail = detail; }
}
window.ThemeEvent = ThemeEvent;
window.themeEventCenter = {
  heard: {}, last: {},
  addListener(name, listener) { (this.heard[name] ||= []).push(listener); },
  getCurrentDetail(name) { return this.last[name]; },
  dispatch(event) {
    this.last[event.name] = event.detail;
    for (const listener of this.heard[event.name] || []) listener(event);
  },
};
window.routes = { cartUrl: '/cart', cartAddUrl: '/api/carts/ajax-cart/add.js', cartChangeUrl: '/cart/change.js' };`;

/** How a theme of Online Store 3.0 counts money and when the snippet comes. */
export interface Habits {
  /** By what prices in theme events are multiplied: 1, or 100 for hundredths. */
  viewedUnit?: 1 | 100;
  addedUnit?: 1 | 100;
  /** Its events name the currency of the shop's books then, whatever their prices are in. */
  hasJsonLd?: boolean;
  /** The shop loads us after the theme has spoken. */
  isLate?: boolean;
  designMode?: boolean;
}

const product = ({ viewedUnit = 1, addedUnit = 1, hasJsonLd = true }: Habits) => `{
  prices: ${JSON.stringify(Object.fromEntries(TEA.variants.map(({ sku, price }) => [sku, price])))},
  say(name, variantId, quantity, unit, more) {
    const detail = {
      productId: '${TEA.id}', productHandle: '${TEA.handle}', variantId, quantity,
      price: this.prices[variantId] * quantity * unit, currency: '${hasJsonLd ? STORE.currency : SHOWN}', ...more,
    };
    themeEventCenter.dispatch(new ThemeEvent(name, { target: document.body, detail }));
  },
  ready() { this.say('product:viewed', '${TEA.variants[0].sku}', 1, ${viewedUnit}); },
  choose(sku) {
    history.replaceState(history.state, '', '?sku=' + sku);
    this.say('variant:changed', sku, 1, ${viewedUnit});
  },
  async add(sku, quantity) {
    const body = new FormData();
    body.append('id', sku);
    body.append('quantity', quantity);
    const answer = await fetch(routes.cartAddUrl, { method: 'POST', headers: { Accept: 'application/json' }, body });
    if ((await answer.json()).message) return;
    this.say('variant:added', sku, quantity, ${addedUnit}, { lineItemKey: sku + ':0' });
    themeEventCenter.dispatch(new ThemeEvent('cart:opened', { detail: { type: 'notification' } }));
    await fetch('/api/carts/ajax-cart');
  },
  async set(id, quantity) {
    await fetch(routes.cartChangeUrl, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: Object.toJSON({ id: id + ':9f86d081884c7d65', quantity }),
    });
  },
}`;

const LATE = `<script>setTimeout(() => {
  document.head.append(document.createRange().createContextualFragment('${tag().replace('</', '<\\/')}'));
}, 2_000);</script>`;

/** A shop on Online Store 3.0: Sline, and events of the theme's own. */
export const openOs30 = (shop: Storefront, habits: Habits = {}): Cart =>
  openShopline(shop, {
    productLd: (habits.hasJsonLd ?? true) ? 'addresses' : undefined,
    head: (alias) => `<script>
      ${globals(alias, { themeName: 'Kettle', designMode: habits.designMode ?? false })}
      ${/Checkout|Thankyou/.test(alias) ? BUS : CENTER}</script>${habits.isLate ? LATE : tag()}`,
    product: product(habits),
    cart: `{
      ready() { themeEventCenter.dispatch(new ThemeEvent('cart:opened', { detail: { type: 'page' } })); },
      ${GO_TO_CHECKOUT}
    }`,
    checkout: (cart) => checkoutScript(cart),
    thanks: (cart) => thanksScript(cart),
  });
