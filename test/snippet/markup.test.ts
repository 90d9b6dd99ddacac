// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  answerNothing,
  capturing,
  freshBrowser,
  onPage,
  type Reported,
  waiting,
} from '../support/snippet.ts';

async function capture(html: string): Promise<Reported[]> {
  document.body.innerHTML = html;
  const { reported } = await capturing(
    () => import('../../client/snippet/capture/data-attributes.ts'),
    ({ captureDataAttributes }) => captureDataAttributes,
  );
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

describe('forms', () => {
  const YES = { marketing: true, analytics: false, advertising: false };
  async function submit(html: string, choice?: Record<string, boolean>, attributes = {}) {
    document.body.innerHTML = html;
    if (choice) localStorage.setItem('_sb', JSON.stringify({ choice }));
    const { captureForms } = await onPage(attributes, () => import('../../client/snippet/capture/forms.ts'));
    answerNothing();
    captureForms();
    element('form').dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
    vi.unstubAllGlobals();
    return waiting().map(({ traits }) => traits);
  }
  const EMAIL = '<input type="email" value="alice@example.com">';

  test.each([
    { what: 'newsletter', html: `<form class="newsletter-form">${EMAIL}</form>` },
    { what: 'sign-up', html: `<form action="/user/signUp">${EMAIL}<input type="tel" value=""></form>` },
    { what: 'log-in', html: `<form>${EMAIL}<input type="password" value="secret"></form>` },
  ])('a $what form says who it is', async ({ html }) => {
    expect(await submit(html, YES)).toMatchObject([{ email: 'alice@example.com' }]);
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
