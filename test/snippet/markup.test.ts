// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  answerNothing,
  capturing,
  freshBrowser,
  onPage,
  type Reported,
  sending,
  waiting,
} from '../support/snippet.ts';

/** The core, and the plugin that it loads where there is such markup. */
async function capture(html: string): Promise<Reported[]> {
  document.body.innerHTML = html;
  const { reported } = await capturing(() => import('../../client/snippet/markup.ts'));
  return reported;
}
const element = (selector: string) => document.querySelector(selector) as HTMLElement;
/** jsdom lays nothing out: this is where things would be. */
const standAt = (top: number) => {
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue({ top, bottom: top + 100 } as DOMRect);
};
beforeEach(() => {
  freshBrowser();
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('data-sb-event', () => {
  test('is reported on a click anywhere inside, also when the shop stops the event', async () => {
    const reported = await capture(
      '<button data-sb-event="Product Added" data-sb-product-id="007" data-sb-price="9.90" data-sb-quantity="2"><b>+</b></button>',
    );
    element('button').addEventListener('click', (event) => event.stopPropagation());
    element('b').click();
    expect(reported).toEqual([
      ['Product Added', { product_id: '007', price: 9.9, quantity: 2, value: 19.8 }],
    ]);
  });

  test('takes the rest from the nearest data-sb-product, and its own attributes win', async () => {
    const reported = await capture(
      `<ul data-sb-product='{"product_id":"list"}'><li data-sb-product='{"product_id":"1","name":"Cup","price":30}'>
<i data-sb-event="Product Removed" data-sb-name="Blue cup"></i></li></ul>`,
    );
    element('i').click();
    expect(reported).toEqual([
      ['Product Removed', { product_id: '1', name: 'Blue cup', price: 30, value: 30 }],
    ]);
  });

  test('a form reports when it is submitted, if it says so', async () => {
    const reported = await capture(
      '<form data-sb-event="Coupon Entered" data-sb-on="submit" data-sb-coupon_id="TEA"><input><button></button></form>',
    );
    element('input').click();
    expect(reported).toEqual([]);
    element('form').dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
    expect(reported).toEqual([['Coupon Entered', { coupon_id: 'TEA' }]]);
  });

  test('a view is reported once, when it comes into sight, also for what is put in later', async () => {
    standAt(5000);
    const reported = await capture(
      '<p data-sb-event="Promotion Viewed" data-sb-on="view" data-sb-promotion_id="1"></p>',
    );
    element('p').click();
    vi.advanceTimersByTime(1000);
    expect(reported).toEqual([]);
    standAt(100);
    vi.advanceTimersByTime(2000);
    expect(reported).toHaveLength(1);
    document.body.insertAdjacentHTML(
      'beforeend',
      '<p data-sb-event="Promotion Viewed" data-sb-on="view" data-sb-promotion_id="2"></p>',
    );
    vi.advanceTimersByTime(2000);
    expect(reported.map(([, { promotion_id }]) => promotion_id)).toEqual(['1', '2']);
  });

  test('broken JSON costs the product, not the event', async () => {
    const reported = await capture(
      '<b data-sb-event="Product Added" data-sb-product="{broken" data-sb-sku="s-1"></b>',
    );
    element('b').click();
    expect(reported).toEqual([['Product Added', { sku: 's-1' }]]);
  });
});

describe('before the file for markup has arrived', () => {
  const open = async (html: string) => {
    document.body.innerHTML = html;
    answerNothing();
    vi.setSystemTime(Date.parse('2026-11-21T08:00:00Z'));
    const page = { consent: 'granted', captures: 'data-attributes' };
    await onPage(page, () => import('../../client/snippet/index.ts'));
    vi.advanceTimersByTime(0);
    expect([...document.querySelectorAll('script')].map(({ src }) => src)).toEqual([
      'https://collect.shop.example/markup.js',
    ]);
  };
  const BUTTON = '<b data-sb-event="Product Added" data-sb-sku="s-1" data-sb-price="NT$1,280"></b>';

  test('a click waits for it, with its time', async () => {
    await open(BUTTON);
    element('b').click();
    element('b').remove();
    vi.advanceTimersByTime(4000);
    expect(waiting()).toEqual([]);
    await import('../../client/snippet/markup.ts');
    expect(waiting()).toMatchObject([
      { event: 'Product Added', timestamp: '2026-11-21T08:00:00.000Z', properties: { price: 1280 } },
    ]);
  });

  test('where nothing is marked, no file is fetched', async () => {
    document.body.innerHTML = '<p data-sb-product="{}"></p>';
    await onPage({ captures: 'data-attributes' }, () => import('../../client/snippet/index.ts'));
    vi.advanceTimersByTime(2000);
    expect(document.querySelector('script')).toBeNull();
  });
});

test('a click inside an open shadow root finds the product around its host', async () => {
  const reported = await capture(`<div data-sb-product='{"product_id":"1","price":30}'><p></p></div>`);
  const root = element('p').attachShadow({ mode: 'open' });
  root.innerHTML = '<button data-sb-event="Product Added"><b>+</b></button>';
  root.querySelector('b')?.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true }));
  expect(reported).toEqual([['Product Added', { product_id: '1', price: 30, value: 30 }]]);
});

describe('what is out of view is not viewed', () => {
  const VIEW = (style = '') =>
    `<p style="${style}" data-sb-event="Promotion Viewed" data-sb-on="view">Spring</p>`;
  const rect = (left: number, top: number, width: number, height: number) =>
    ({ left, top, right: left + width, bottom: top + height }) as DOMRect;

  test.each([
    { what: 'below the window', html: VIEW(), place: rect(0, 900, 100, 100) },
    { what: 'beside the window', html: VIEW(), place: rect(1100, 0, 100, 100) },
    { what: 'of no size', html: VIEW(), place: rect(0, 0, 0, 100) },
    { what: 'hidden', html: VIEW('visibility: hidden'), place: rect(0, 0, 100, 100) },
    { what: 'in something hidden', html: `<div style="visibility: hidden">${VIEW()}</div>` },
    { what: 'in a closed fold', html: `<details><summary></summary>${VIEW()}</details>` },
    { what: 'faded out', html: VIEW('opacity: 0'), place: rect(0, 0, 100, 100) },
    { what: 'cut off', html: `<div style="overflow: hidden">${VIEW()}</div>`, place: rect(300, 0, 100, 100) },
  ])('$what', async ({ html, place = rect(0, 0, 100, 100) }) => {
    vi.spyOn(Element.prototype, 'getBoundingClientRect').mockImplementation(function (this: Element) {
      return this.tagName === 'P' ? place : rect(0, 0, 300, 300);
    });
    const reported = await capture(html);
    vi.advanceTimersByTime(1000);
    expect(reported).toEqual([]);
  });
});

describe('forms', () => {
  const YES = { marketing: true, analytics: false, advertising: false };
  async function submit(html: string, choice?: Record<string, boolean>, attributes = {}) {
    document.body.innerHTML = html;
    if (choice) localStorage.setItem('_sb', JSON.stringify({ choice }));
    const sent = sending();
    await onPage({ captures: 'forms', ...attributes }, () => import('../../client/snippet/index.ts'));
    // Else the core does not load it.
    if (choice?.marketing) await import('../../client/snippet/forms.ts');
    element('form').dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
    return sent().map(({ traits }) => traits);
  }
  const EMAIL = '<input type="email" value="alice@example.com">';

  test.each([
    { what: 'newsletter', html: `<form class="newsletter-form">${EMAIL}</form>` },
    { what: 'sign-up', html: `<form action="/user/signUp">${EMAIL}<input type="tel" value=""></form>` },
    { what: 'log-in', html: `<form>${EMAIL}<input type="password" value="secret"></form>` },
  ])('a $what form says who it is', async ({ html }) => {
    expect(await submit(html, YES)).toMatchObject([{ email: 'alice@example.com' }]);
  });

  test('one that was sent before the file arrived says who it is', async () => {
    document.body.innerHTML = `<form class="newsletter-form">${EMAIL}</form>`;
    localStorage.setItem('_sb', JSON.stringify({ choice: YES }));
    await onPage({ captures: 'forms' }, () => import('../../client/snippet/index.ts'));
    const sent = sending();
    vi.advanceTimersByTime(0);
    element('form').dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
    expect(document.querySelector('script')?.src).toBe('https://collect.shop.example/forms.js');
    await import('../../client/snippet/forms.ts');
    expect(Object.values(localStorage).join()).not.toContain('alice');
    expect(sent()).toMatchObject([{ traits: { email: 'alice@example.com' } }]);
  });

  test.each([
    { html: `<form>${EMAIL}</form>`, choice: YES, isFetched: true },
    { html: `<form>${EMAIL}</form>`, choice: { ...YES, marketing: false }, isFetched: false },
    { html: '<form><input></form>', choice: YES, isFetched: false },
  ])('$html, after $choice: fetched $isFetched, once', async ({ html, choice, isFetched }) => {
    document.body.innerHTML = html;
    localStorage.setItem('_sb', JSON.stringify({ choice }));
    await onPage({ captures: 'forms' }, () => import('../../client/snippet/index.ts'));
    vi.advanceTimersByTime(0);
    expect(document.querySelector('script')).toBeNull();
    for (const _ of ['once', 'twice'])
      element('input').dispatchEvent(new Event('focusin', { bubbles: true }));
    expect(document.querySelectorAll('script')).toHaveLength(isFetched ? 1 : 0);
  });

  test.each([
    { what: 'before a choice', choice: undefined, attributes: {} },
    {
      what: 'where the shop grants but the visitor has not',
      choice: undefined,
      attributes: { consent: 'granted' },
    },
    {
      what: 'after a no to marketing',
      choice: { ...YES, marketing: false, analytics: true },
      attributes: {},
    },
  ])('nothing is read $what', async ({ choice, attributes }) => {
    expect(await submit(`<form id="newsletter">${EMAIL}</form>`, choice, attributes)).toEqual([]);
  });

  test.each([
    { what: 'a search', html: '<form class="search"><input type="search" value="alice@example.com"></form>' },
    { what: 'a contact form', html: `<form action="/contact">${EMAIL}<textarea>hello</textarea></form>` },
    { what: 'an empty field', html: '<form id="newsletter"><input type="email" value=""></form>' },
  ])('$what is not a sign-up', async ({ html }) => {
    expect(await submit(html, YES)).toEqual([]);
  });

  test('passwords and card numbers are never read', async () => {
    const traits = await submit(
      `<form id="signup">${EMAIL}<input type="password" value="secret"><input autocomplete="cc-number" value="4111111111111111"></form>`,
      YES,
    );
    expect(JSON.stringify(traits)).not.toMatch(/secret|4111/);
    expect(traits).toHaveLength(1);
  });
});
