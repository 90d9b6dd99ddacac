import { snippet } from '../shopper.ts';
import { ITEMS, LIST, TEA, toEntities, type Variant } from './catalogue.ts';

/** Prototype.js 1.6.1, of which the shop's own scripts use `Object.toJSON`: JSON.stringify writes lists and dates as text. */
const PROTOTYPE = `<script>
  const own = JSON.stringify;
  Object.toJSON = (value) =>
    Array.isArray(value) ? '[' + value.map(Object.toJSON).join(', ') + ']'
    : Object.prototype.toString.call(value) === '[object Object]'
      ? '{' + Object.keys(value).map((name) => own(name) + ': ' + Object.toJSON(value[name])).join(', ') + '}'
    : own(value);
  Array.prototype.toJSON = function () { return Object.toJSON(this); };
  Date.prototype.toJSON = function () { return '"' + this.getUTCFullYear() + '-11-29"'; };
</script>`;

/** OneTrust, which asks again: it still names what the visitor allowed last year. */
const BANNER = `<script>
  window.OnetrustActiveGroups = ',C0001,C0002,C0003,C0004,';
  window.OneTrust = {
    IsAlertBoxClosed: () => true,
    IsAlertBoxClosedAndValid: () => document.cookie.includes('OptanonAlertBoxClosed'),
    GetDomainData: () => ({ ShowAlertNotice: true, ConsentModel: { Name: 'opt-in' } }),
  };
  addEventListener('DOMContentLoaded', () => {
    const banner = document.getElementById('banner');
    banner.hidden = OneTrust.IsAlertBoxClosedAndValid();
    banner.querySelector('button').addEventListener('click', () => {
      document.cookie = 'OptanonAlertBoxClosed=1;Path=/';
      banner.hidden = true;
      dispatchEvent(new CustomEvent('OneTrustGroupsUpdated'));
    });
  });
</script>`;

/** Our script tag beside it. */
export const tag = (data: Record<string, string> = {}) =>
  snippet({ consent: 'denied', 'consent-tool': 'auto', ...data });

/** The promotion of the front page's slides that a visitor sees; the others are out of view in one way each. */
export const SEEN_SLIDE = 'spring';
const slide = (promotion: string, style = '') =>
  `<div data-sb-event="Promotion Viewed" data-sb-on="view" data-sb-promotion-id="${promotion}" style="${style}">Tea</div>`;
export const SLIDES = `
  <div style="display: flex; width: 300px; overflow: hidden">
    ${[SEEN_SLIDE, 'next slide'].map((promotion) => slide(promotion, 'flex: 0 0 300px')).join('')}
  </div>
  ${slide('invisible', 'visibility: hidden')}
  <details><summary>More</summary>${slide('closed')}</details>
  ${slide('far below', 'position: absolute; top: 9000px')}`;

/** One page of a shop. `theme` is a script that gives its controls something to do. */
export interface PageParts {
  title: string;
  head: string;
  body?: string;
  theme?: string;
}

const NAV = `<nav><a href="/">Home</a> <a href="${LIST}">Tea</a> <a href="/cart">Cart</a>
  <a href="#storebeacon">Skip</a> <form id="search" name="title" action="/search"><input name="keyword"></form>
  <div id="storebeacon"></div></nav>`;

/**
 * Joins the controls of a page to its theme. When what a control began is done, `said` counts it, so that a test
 * knows how long to wait.
 */
const CONTROLS = `<output id="said">0</output><script>
addEventListener('DOMContentLoaded', () => {
  const said = document.getElementById('said');
  const done = () => { said.textContent = +said.textContent + 1; };
  const on = (selector, type, act) => {
    for (const element of document.querySelectorAll(selector))
      element.addEventListener(type, () => Promise.resolve(act(element)).then(done, done));
  };
  const chosen = () => document.getElementById('variant').value;
  const quantity = () => +document.getElementById('quantity').value;
  on('#variant', 'change', () => theme.choose?.(chosen()));
  on('#add', 'click', () => theme.add?.(chosen(), quantity(), 'form'));
  on('#add-sticky', 'click', () => theme.add?.(chosen(), quantity(), 'sticky'));
  on('[data-set]', 'click', ({ dataset }) => theme.set?.(dataset.set, +dataset.quantity));
  on('#checkout', 'click', () => theme.checkout());
  on('#pay', 'click', () => theme.pay());
  theme.ready?.();
});
</script>`;

export const page = ({ title, head, body = '', theme = '{}' }: PageParts) =>
  `<!doctype html><html lang="en"><head><title>${title}</title>${PROTOTYPE}${BANNER}${head}</head><body>${NAV}
  <main>${body}</main><aside id="banner">We use cookies. <button>Accept</button></aside><script>window.theme = ${theme};</script>${CONTROLS}</body></html>`;

/** What a product page shows: variants, a quantity, two ways to add, and the drawer with what may be taken out. */
export const productBody = (
  more: { product?: string; add?: string; remove?: (variant: Variant) => string } = {},
) => `
  <article ${more.product ?? ''}><h1>${toEntities(TEA.name)}</h1>
    <select id="variant">${TEA.variants.map(({ sku, title }) => `<option value="${sku}">${title}</option>`).join('')}</select>
    <input id="quantity" type="number" value="1">
    <button id="add" ${more.add ?? ''}>Add to cart</button>
    <button id="add-sticky" ${more.add ?? ''}>Add to cart</button>
  </article>
  <aside>${TEA.variants
    .map(
      (variant) => `
    <button data-set="${variant.sku}" data-quantity="0" ${more.remove?.(variant) ?? ''}>Remove ${variant.title}</button>
    <button data-set="${variant.sku}" data-quantity="1">Only one ${variant.title}</button>`,
    )
    .join('')}</aside>`;

export const listBody = () =>
  `<ul>${ITEMS.map(({ handle, name }) => `<li><a href="/products/${handle}">${toEntities(name)}</a></li>`).join('')}</ul>`;

export const cartBody = '<button id="checkout">Check out</button>';
export const checkoutBody = (more = '') =>
  `<form onsubmit="return false"><input name="card"><button id="pay" ${more}>Pay now</button></form>`;
