import type { Storefront } from '../storefront.ts';
import { type Cart, groupedCart } from './cart.ts';
import { SHOWN, STORE, TEA, toEntities, toHundredths } from './catalogue.ts';
import { tag } from './page.ts';
import { openShopline } from './shopline.ts';
import {
  BUS,
  checkoutScript,
  contents,
  GO_TO_CHECKOUT,
  globals,
  purchase,
  thanksScript,
} from './shopline-scripts.ts';

/** How a theme of Online Store 2.0 speaks. */
export interface Voice {
  /** `Shopline.event`, on every page. */
  hasBus?: boolean;
  /** `Shopline.Analytics.subscribeV2`, which comes a second after the page. */
  hasAnalytics?: boolean;
  hasJsonLd?: boolean;
  /** Where the theme's cart lies. */
  cartPath?: '/leproxy/api/carts/cart' | '/themes/own/cart';
  /** The theme reports an addition seconds after the cart's answer. */
  isLate?: boolean;
  designMode?: boolean;
}

/** Page data of a theme, money in hundredths, the book-keeping currency beside the shown one. */
const preload = (cart: Cart) => ({
  currencyCode: SHOWN,
  storeInfo: {
    storeId: STORE.id,
    currency: STORE.currency,
    timezone: 'Asia/Taipei',
  },
  currencyRates: { TWD: 1, USD: 0.03125 },
  product: {
    spu: {
      spuSeq: TEA.id,
      title: toEntities(TEA.name),
      skuList: TEA.variants.map(({ sku, price }) => ({
        skuSeq: sku,
        price: toHundredths(price),
      })),
    },
  },
  cartInfo: groupedCart(cart),
});

const ANALYTICS = `const heard = {};
const publish = (name, custom_data) => (heard[name] || []).forEach((listener) => listener({ data: { custom_data } }));
setTimeout(() => {
  Shopline.Analytics = { subscribeV2(name, listener) { (heard[name] ||= []).push(listener); } };
}, 1_000);`;

/** What `Shopline.Analytics` calls a line. */
const items = (cart: Cart) =>
  contents(cart).map((one) => ({
    spu_id: one.content_spu_id,
    sku_id: one.content_sku_id,
    product_name: one.content_name,
    price: one.price,
    quantity: one.quantity,
  }));

/** As a text of a script. */
const NAME = JSON.stringify(toEntities(TEA.name));

const product = ({ hasBus, hasAnalytics, cartPath, isLate }: Required<Voice>) => `{
  prices: ${JSON.stringify(Object.fromEntries(TEA.variants.map(({ sku, price }) => [sku, price])))},
  facts(sku, quantity) {
    const price = this.prices[sku];
    return {
      content_spu_id: '${TEA.id}', content_sku_id: sku, content_category: 'Tea,Oolong',
      currency: '${SHOWN}', price, value: price, quantity,
    };
  },
  analytics(sku, quantity) {
    const price = this.prices[sku];
    return {
      currency: '${SHOWN}', value: price * quantity,
      items: [{ spu_id: '${TEA.id}', sku_id: sku, product_name: ${NAME}, price, quantity }],
    };
  },
  skuChanged(type, sku) {
    Shopline.event?.emit('Product::SkuChanged', {
      data: { type, quantity: 1, spuSeq: '${TEA.id}', skuSeq: sku, price: this.prices[sku] * 100, available: true },
    });
  },
  ready() {
    const sku = '${TEA.variants[0].sku}';
    this.skuChanged('init', sku);
    if (${hasBus}) report('ViewContent', { ...this.facts(sku, 1), title: ${NAME} });
    if (${hasAnalytics}) setTimeout(() => publish('ViewItem', this.analytics(sku, 1)), 3_000);
  },
  choose(sku) { this.skuChanged('change', sku); },
  async add(skuId, num) {
    const answer = await new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('POST', '${cartPath}');
      request.setRequestHeader('Content-Type', 'application/json;charset=UTF-8');
      request.onload = () => resolve(JSON.parse(request.responseText));
      request.onerror = reject;
      const dataReportReq = { eventId: 'addToCart' + Date.now(), eventName: 'AddToCart', currency: '${SHOWN}' };
      const item = { spuId: '${TEA.id}', skuId, num };
      request.send(Object.toJSON({ orderFrom: 'web', item, dataReportReq }));
    });
    if (!answer.success) return;
    Shopline.event?.emit('Cart::CartDetailUpdate', { data: { count: num } });
    await this.post('/leproxy/api/carts/additional-services', { skuId, num });
    const reported = () => {
      if (${hasBus}) report('AddToCart', { ...this.facts(skuId, num), content_name: ${NAME} });
      if (${hasAnalytics}) publish('AddToCart', this.analytics(skuId, num));
    };
    // Reported when the drawer has opened.
    if (${isLate}) setTimeout(reported, 3_900);
    else reported();
    await fetch('/leproxy/api/carts/cart');
  },
  post(path, body, method = 'POST') {
    return fetch(path, { method, headers: { 'Content-Type': 'application/json' }, body: Object.toJSON(body) });
  },
  async set(skuId, num) {
    const line = { skuId, spuId: '${TEA.id}', groupId: '0' };
    if (num) await this.post('/leproxy/api/carts/cart', { ...line, num }, 'PUT');
    else await this.post('/leproxy/api/carts/cart/delete', [line], 'DELETE');
  },
}`;

/** A shop on Online Store 2.0: Handlebars, the bus, and a cart of the theme's own. */
export function openOs20(shop: Storefront, voice: Voice = {}): Cart {
  const { designMode = false, hasAnalytics = false, hasBus = true, hasJsonLd = true } = voice;
  const { cartPath = '/leproxy/api/carts/cart', isLate = false } = voice;
  const isAloud = (alias: string) => hasBus || /Checkout|Thankyou/.test(alias);
  const published = (name: string, data: object) =>
    hasAnalytics ? `setTimeout(() => publish('${name}', ${JSON.stringify(data)}), 3_000);` : '';
  return openShopline(shop, {
    productLd: hasJsonLd ? 'one offer' : undefined,
    head: (alias, cart) => `<script>${globals(alias, { designMode })}
      ${isAloud(alias) ? BUS : ''}
      ${hasAnalytics ? ANALYTICS : ''}
      window.__PRELOAD_STATE__ = ${JSON.stringify(preload(cart))};</script>${tag()}`,
    product: product({
      designMode,
      hasAnalytics,
      hasBus,
      hasJsonLd,
      cartPath,
      isLate,
    }),
    cart: `{ ${GO_TO_CHECKOUT} }`,
    checkout: (cart) =>
      checkoutScript(
        cart,
        published('InitiateCheckout', {
          currency: SHOWN,
          value: cart.subtotal(),
          items: items(cart),
        }),
      ),
    thanks: (cart) => {
      const { totalPrice: value, order_id } = purchase(cart);
      return thanksScript(
        cart,
        published('Purchase', {
          currency: SHOWN,
          value,
          order_id,
          items: items(cart),
        }),
      );
    },
  });
}
