/** The frame of every shop page: ribbon, header with search and cart, newsletter, footer. */
import { cartLines, countItems } from './cart.js';
import { askConsentOnce, reopenConsent } from './consent.js';
import { logOut } from './customer.js';
import { element, find } from './dom.js';

const link = (href, text, test) => element('a', { href, 'data-test': test }, text);

function ribbon() {
  const watch = element(
    'a',
    { href: '../console/', target: 'storebeacon-console', 'data-test': 'watch-deliveries' },
    'See events arrive ↗',
  );
  const count = element(
    'a',
    { href: '../console/#/statistics', target: 'storebeacon-console', 'data-test': 'watch-statistics' },
    'Campaign results ↗',
  );
  return element('p', { class: 'ribbon' }, 'This is a demo shop. ', watch, ' · ', count);
}

function header() {
  const query = element('input', {
    type: 'search',
    name: 'q',
    placeholder: 'Oolong, cup …',
    'aria-label': 'Search the shop',
    'data-test': 'search-input',
  });
  query.value = new URLSearchParams(location.search).get('q') ?? '';
  const search = element(
    'form',
    { role: 'search', action: 'search.html', class: 'search' },
    query,
    element('button', { class: 'quiet', 'data-test': 'search-submit' }, 'Search'),
  );
  const count = element('span', { class: 'count', 'data-test': 'cart-count' });
  const cart = element('a', { href: 'cart.html', 'data-test': 'cart-link' }, 'Cart ', count);
  const showCount = () => {
    count.textContent = countItems(cartLines());
  };
  addEventListener('cart-changed', showCount);
  showCount();
  const links = element('nav', { 'aria-label': 'Shop' }, link('./', 'Shop', 'home-link'), account(), cart);
  return [
    ribbon(),
    element('div', { class: 'bar' }, element('a', { href: './', class: 'brand' }, 'Dewleaf'), search, links),
  ];
}

function account() {
  if (!window.Shopline.isLogin) return link('login.html', 'Log in', 'login-link');
  const click = () => {
    logOut();
    window.storebeacon.reset();
    location.assign('./');
  };
  return element('button', { type: 'button', class: 'link', 'data-test': 'logout', click }, 'Log out');
}

function newsletter() {
  const email = element('input', {
    type: 'email',
    name: 'email',
    id: 'newsletter-email',
    autocomplete: 'email',
    placeholder: 'you@example.com',
    required: true,
    'data-test': 'newsletter-email',
  });
  const answer = element('p', { role: 'status', class: 'note', 'data-test': 'newsletter-answer' });
  const submit = (event) => {
    event.preventDefault();
    answer.textContent = 'Thank you for subscribing. The first issue comes with the spring harvest.';
  };
  return element(
    'form',
    { id: 'newsletter', class: 'newsletter', submit },
    element('label', { for: 'newsletter-email' }, 'News from the tea hills, once a month, by email'),
    element(
      'div',
      { class: 'actions' },
      email,
      element('button', { 'data-test': 'newsletter-submit' }, 'Subscribe'),
    ),
    answer,
  );
}

function footer() {
  const cookies = element(
    'button',
    { type: 'button', class: 'link', 'data-test': 'consent-reopen', click: reopenConsent },
    'Privacy choices',
  );
  return [newsletter(), element('p', { class: 'note' }, 'Dewleaf, tea and ceramics from Taiwan. ', cookies)];
}

export function renderFrame() {
  find('body > header').append(...header());
  find('body > footer').append(...footer());
  askConsentOnce();
}
