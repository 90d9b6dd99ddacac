/** One function per page, chosen by `Shopline.uri.alias`. */
import {
  addToCart,
  cartId,
  cartLines,
  countItems,
  findOrder,
  placeOrder,
  setQuantity,
  total,
} from './cart.js';
import {
  CURRENCY,
  findProduct,
  formatPrice,
  PRODUCTS,
  searchProducts,
  toJsonLd,
  toLine,
} from './catalogue.js';
import { logIn } from './customer.js';
import { element, fill, find } from './dom.js';
import { renderFrame } from './frame.js';
import {
  preloadProduct,
  reportAdd,
  reportCheckout,
  reportPayment,
  reportPurchase,
  reportVariant,
  reportView,
} from './reports.js';
import { sendOrder } from './shop-server.js';

const parameter = (name) => new URLSearchParams(location.search).get(name) ?? '';
const picture = (product, look) =>
  element('img', { src: product.picture, class: look, alt: '', width: 400, height: 400 });
const withVariant = ({ product, sku }) => (sku.label ? `${product.name}, ${sku.label}` : product.name);

function jsonLd(data) {
  const script = element('script', { type: 'application/ld+json' });
  script.textContent = JSON.stringify({ '@context': 'https://schema.org', ...data });
  document.head.append(script);
}

function card(product) {
  const { skus } = product;
  const from = skus.some(({ price }) => price !== skus[0].price) ? 'from ' : '';
  return element(
    'li',
    {},
    element(
      'a',
      { href: product.url, class: 'card', 'data-test': 'product', 'data-handle': product.handle },
      picture(product, 'card-picture'),
      element('h2', {}, product.name),
      element('p', { class: 'price' }, from + formatPrice(Math.min(...skus.map(({ price }) => price)))),
    ),
  );
}

function list() {
  find('#products').append(...PRODUCTS.map(card));
  const itemListElement = PRODUCTS.map((product, index) => ({
    '@type': 'ListItem',
    position: index + 1,
    item: toJsonLd(product),
  }));
  jsonLd({ '@type': 'ItemList', '@id': 'all', name: 'All tea and ceramics', itemListElement });
}

function detail() {
  const product = findProduct(parameter('handle'));
  if (!product) return notFound('We don’t carry this product.');
  let sku = product.skus[0];
  document.title = `${product.name} · Dewleaf`;
  find('#picture').src = product.picture;
  fill({ name: product.name, category: product.category, blurb: product.blurb, notes: product.notes });
  const showSku = () => {
    fill({ price: formatPrice(sku.price) });
    find('#wish').dataset.sbProduct = JSON.stringify(toLine({ product, sku }));
  };
  showSku();

  if (product.skus.length > 1) {
    find('#variants').hidden = false;
    find('#variants').append(
      ...product.skus.map((choice, index) => {
        const change = () => {
          sku = choice;
          showSku();
          reportVariant(product, sku);
        };
        const name = { type: 'radio', name: 'variant', checked: index === 0, change, 'data-test': 'variant' };
        return element('label', {}, element('input', name), choice.label);
      }),
    );
  }
  find('#wish').addEventListener('click', ({ currentTarget }) => {
    currentTarget.setAttribute('aria-pressed', 'true');
    currentTarget.textContent = 'In your wishlist';
  });
  onSubmit('#buy', () => {
    const quantity = Number(find('#quantity').value);
    addToCart(sku.skuId, quantity);
    find('#added').hidden = false;
    fill({ added: `Added to cart: ${quantity} × ${withVariant({ product, sku })}.` });
    reportAdd(product, sku, quantity);
  });

  preloadProduct(product);
  jsonLd({ ...toJsonLd(product), brand: { '@type': 'Brand', name: 'Dewleaf' } });
  reportView(product, sku);
}

/** Until somebody listens the browser would send a form by itself: its button waits for that. */
function onSubmit(selector, work) {
  const form = find(selector);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    work(new FormData(form));
  });
  form.querySelector('[type=submit]').disabled = false;
}

function cartRow({ product, sku, quantity }) {
  const row = element('li', { class: 'line', 'data-test': 'cart-line' });
  row.dataset.sbProduct = JSON.stringify({ ...toLine({ product, sku, quantity }), cart_id: cartId() });
  const change = ({ currentTarget }) => setQuantity(sku.skuId, Number(currentTarget.value));
  const amount = element(
    'select',
    { 'aria-label': `Quantity of ${product.name}`, 'data-test': 'line-quantity', change },
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => element('option', { selected: n === quantity }, n)),
  );
  const remove = element(
    'button',
    {
      type: 'button',
      class: 'link',
      'aria-label': `Remove ${product.name}`,
      'data-test': 'remove',
      'data-sb-event': 'Product Removed',
      click: () => setQuantity(sku.skuId, 0),
    },
    'Remove',
  );
  row.append(
    picture(product, 'line-picture'),
    element('a', { href: product.url }, withVariant({ product, sku })),
    amount,
    element('span', { class: 'price' }, formatPrice(sku.price * quantity)),
    remove,
  );
  return row;
}

function cart() {
  const show = () => {
    const lines = cartLines();
    find('#lines').replaceChildren(...lines.map(cartRow));
    find('#filled').hidden = lines.length === 0;
    find('#empty').hidden = lines.length > 0;
    fill({ count: countItems(lines), total: formatPrice(total(lines)) });
  };
  addEventListener('cart-changed', show);
  const lines = cartLines();
  if (lines.length > 0) {
    const viewed = {
      cart_id: cartId(),
      currency: CURRENCY,
      value: total(lines),
      products: lines.map(toLine),
    };
    Object.assign(find('#cart').dataset, {
      sbProduct: JSON.stringify(viewed),
      sbEvent: 'Cart Viewed',
      sbOn: 'view',
    });
  }
  show();
}

function summary(lines) {
  const row = (line) =>
    element(
      'li',
      { class: 'line' },
      picture(line.product, 'line-picture'),
      element('span', {}, `${line.quantity} × ${withVariant(line)}`),
      element('span', { class: 'price' }, formatPrice(line.sku.price * line.quantity)),
    );
  find('#lines').append(...lines.map(row));
  fill({ total: formatPrice(total(lines)) });
}

function checkout() {
  const lines = cartLines();
  if (lines.length === 0) return notFound('Your cart is empty.');
  summary(lines);
  reportCheckout(lines);
  onSubmit('#checkout', (data) => {
    reportPayment(lines);
    const orderId = placeOrder(Object.fromEntries(data));
    location.assign(`thank-you.html?mainOrderSeq=${orderId}`);
  });
}

function thankYou() {
  const order = findOrder(parameter('mainOrderSeq'));
  if (!order) return notFound('This order was placed in another tab.');
  summary(order.lines);
  fill({ name: order.name, email: order.email, number: order.number, orderId: order.orderId });
  reportPurchase(order);
  sendOrder(order);
}

function search() {
  const query = parameter('q').trim();
  const found = searchProducts(query);
  fill({
    query: query || '…',
    found: found.length === 1 ? '1 product' : `${found.length} products`,
  });
  find('#products').append(...found.map(card));
  if (query)
    Object.assign(find('#results').dataset, { sbEvent: 'Products Searched', sbOn: 'view', sbQuery: query });
}

function signIn() {
  onSubmit('#login', (data) => {
    // The snippet reads the email from the form; only the shop knows the customer's id.
    window.storebeacon.identify(logIn(data.get('email')));
    location.assign('./');
  });
}

function notFound(text) {
  const back = element('a', { href: './', class: 'button' }, 'Back to the shop');
  find('main').replaceChildren(element('section', { class: 'empty' }, element('h1', {}, text), back));
}

const PAGES = {
  Home: list,
  ProductsDetail: detail,
  Cart: cart,
  Checkout: checkout,
  Thankyou: thankYou,
  ProductsSearch: search,
  SignIn: signIn,
};
renderFrame();
PAGES[window.Shopline.uri.alias]();
