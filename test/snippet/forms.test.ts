// @vitest-environment jsdom
// @vitest-environment-options { "url": "https://shop.example/" }
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { emptyBrowser, forgetPageAfterEachTest, loadPlugins, openBuiltPage } from '../support/built-page.ts';
import { waiting } from '../support/snippet.ts';

const CHOICE = { advertising: false, analytics: false, marketing: true };
const EMAIL = '<input type="email" name="email" value="alice@example.com">';
const button = (text: string) => `<button>${text}</button>`;

beforeEach(emptyBrowser);
forgetPageAfterEachTest();

/** The traits by which a visitor who agreed to marketing is identified when they submit this form. */
async function submit(html: string) {
  localStorage.setItem('_sb', JSON.stringify({ choice: CHOICE }));
  const sent: Record<string, unknown>[] = [];
  document.body.innerHTML = html;
  await openBuiltPage({ captures: 'forms' });
  window.storebeacon?.listen((...[kind, , message]) => {
    if (kind === 'message' && typeof message === 'object' && 'traits' in message)
      sent.push(message.traits as never);
  });
  const form = document.querySelector('form') as Element;
  for (const type of ['focusin', 'submit']) {
    form.dispatchEvent(new Event(type, { bubbles: true, cancelable: true }));
    loadPlugins();
  }
  vi.advanceTimersByTime(1_000);
  expect(sent.length + waiting().length).toBeLessThanOrEqual(2);
  return sent;
}
const ALICE = [{ email: 'alice@example.com' }];

describe('forms that sign somebody up', () => {
  test.each([
    `<form class="footer__newsletter" action="/contact#signup" id="ContactFooter">${EMAIL}</form>`,
    `<form id="newsletterForm">${EMAIL}</form>`,
    `<form action="/user/signUp">${EMAIL}</form>`,
    `<form action="/account"><input type="password" value="secret">${EMAIL}</form>`,
    `<form data-form="subscribe">${EMAIL}</form>`,
    `<form><input type="email" value="alice@example.com" placeholder="Subscribe to our emails"></form>`,
    `<form>${EMAIL}${button('Sign up')}</form>`,
    `<form>${EMAIL}${button('Log in')}</form>`,
    `<form>${EMAIL}${button('Create an account')}</form>`,
    `<form>${EMAIL}<input type="submit" value="Register"></form>`,
    `<form><h3>Join our mailing list</h3>${EMAIL}${button('OK')}</form>`,
    `<form>${EMAIL}${button('Anmelden')}</form>`,
    `<form>${EMAIL}${button('Newsletter abonnieren')}</form>`,
    `<form>${EMAIL}${button('Konto erstellen')}</form>`,
    `<form>${EMAIL}${button('S’inscrire')}</form>`,
    `<form>${EMAIL}${button('S’abonner')}</form>`,
    `<form>${EMAIL}${button('Se connecter')}</form>`,
    `<form>${EMAIL}${button('Suscríbete')}</form>`,
    `<form>${EMAIL}${button('Regístrate')}</form>`,
    `<form>${EMAIL}${button('Iniciar sesión')}</form>`,
    `<form>${EMAIL}${button('Iscriviti')}</form>`,
    `<form>${EMAIL}${button('Inscreva-se')}</form>`,
    `<form>${EMAIL}${button('訂閱電子報')}</form>`,
    `<form>${EMAIL}${button('註冊')}<button type="button">取消</button></form>`,
    `<form>${EMAIL}${button('会员登录')}</form>`,
    `<form>${EMAIL}${button('加入會員')}</form>`,
    `<form>${EMAIL}${button('メルマガ登録')}</form>`,
    `<form>${EMAIL}${button('ログイン')}</form>`,
    `<form>${EMAIL}${button('구독하기')}</form>`,
  ])('%s', async (html) => {
    expect(await submit(html)).toEqual(ALICE);
  });

  test.each(['action', 'id', 'title', 'elements', 'name', 'method', 'attributes', 'children', 'className'])(
    'with a field that is called %s',
    async (name) => {
      const html = `<form class="newsletter"><input name="${name}" value="x">${EMAIL}</form>`;
      expect(await submit(html)).toEqual(ALICE);
    },
  );

  test('with the email twice, for confirmation', async () => {
    const again = '<input type="email" name="confirm" value="Alice@example.com ">';
    expect(await submit(`<form id="signup">${EMAIL}${again}</form>`)).toEqual(ALICE);
  });

  test('with a field that visitors do not see', async () => {
    const trap =
      '<div style="position:absolute;left:-9999px"><input type="email" value="bot@example.com"></div>';
    expect(await submit(`<form id="signup">${trap}${EMAIL}</form>`)).toEqual(ALICE);
  });
});

describe('forms that identify nobody', () => {
  test.each([
    `<form class="unsubscribe">${EMAIL}</form>`,
    `<form class="newsletter" action="/newsletter/unsubscribe">${EMAIL}</form>`,
    `<form class="newsletter">${EMAIL}${button('Unsubscribe')}</form>`,
    `<form class="newsletter">${EMAIL}${button('Abmelden')}</form>`,
    `<form class="newsletter">${EMAIL}${button('Newsletter abbestellen')}</form>`,
    `<form class="newsletter">${EMAIL}${button('Se désabonner')}</form>`,
    `<form class="newsletter">${EMAIL}${button('Se désinscrire')}</form>`,
    `<form class="newsletter">${EMAIL}${button('Darse de baja')}</form>`,
    `<form class="newsletter">${EMAIL}${button('Cancelar suscripción')}</form>`,
    `<form class="newsletter">${EMAIL}${button('取消訂閱')}</form>`,
    `<form class="newsletter">${EMAIL}${button('退订')}</form>`,
    `<form class="newsletter">${EMAIL}${button('配信停止')}</form>`,
    `<form class="newsletter">${EMAIL}${button('登録解除')}</form>`,
    `<form id="gift-registry">${EMAIL}</form>`,
    `<form action="/registry/login">${EMAIL}<input type="password" value="x"></form>`,
    `<form id="baby-registry-signup">${EMAIL}</form>`,
    `<form id="design-upload">${EMAIL}</form>`,
    `<form class="neon-sign-upload">${EMAIL}</form>`,
    `<form id="design-inspiration">${EMAIL}</form>`,
    `<form id="resign">${EMAIL}${button('Resign')}</form>`,
    `<form action="/blog-in-brief">${EMAIL}</form>`,
    `<form id="refer-a-friend-signup">${EMAIL}</form>`,
    `<form class="subscribe"><label>Your friend’s email ${EMAIL}</label></form>`,
    `<form class="signup"><input type="email" name="recipient_email" value="bob@example.com"></form>`,
    `<form class="signup"><label for="e">好友的電子郵件</label><input id="e" type="email" value="bob@example.com"></form>`,
    `<form class="login">${EMAIL}<input type="email" name="friend" value="bob@example.com"></form>`,
    `<form class="signup">${EMAIL}<input type="email" name="other" value="bob@example.com"></form>`,
    `<form class="newsletter gift-card">${EMAIL}${button('Send gift card')}</form>`,
    `<form action="/contact">${EMAIL}<textarea>hello</textarea>${button('Send')}</form>`,
    `<form action="/contact">${EMAIL}<textarea></textarea><label><input type="checkbox"> Subscribe to our newsletter</label></form>`,
    `<form action="/contact">${EMAIL}<label><input type="checkbox"> Subscribe to our newsletter</label>${button('Send')}</form>`,
    `<form action="/search">${EMAIL}${button('Search')}</form>`,
    `<form action="/checkout">${EMAIL}${button('Log in and pay')}</form>`,
    `<form action="/checkout/register">${EMAIL}<input type="password" value="x"></form>`,
    '<form id="signup"><input type="email" hidden value="shop@shop.example"></form>',
    `<form class="track-order">${EMAIL}${button('Track')}</form>`,
  ])('%s', async (html) => {
    expect(await submit(html)).toEqual([]);
  });
});

describe('phones', () => {
  const phoneOf = async (field: string) =>
    (await submit(`<form id="signup">${EMAIL}${field}</form>`))[0]?.phone;
  test.each([
    ['<input type="tel" name="phone" value="0912 345 678">', '0912 345 678'],
    ['<input type="tel" autocomplete="tel" value="+886912345678">', '+886912345678'],
    ['<input type="tel" value="">', undefined],
    ['<input type="tel" autocomplete="cc-number" value="4111111111111111">', undefined],
    ['<input type="tel" autocomplete="section-a billing cc-csc" value="1234567">', undefined],
    ['<input type="tel" name="cardnumber" value="371449635398431">', undefined],
    ['<input type="tel" name="cvv" value="1234567">', undefined],
    ['<input type="tel" id="otp-code" value="1234567">', undefined],
    ['<input type="tel" value="4111 1111 1111 1111">', undefined],
    ['<input type="tel" name="postcode" value="1234567">', undefined],
    ['<input type="tel" name="phone" hidden value="0912345678">', undefined],
    [
      '<input type="tel" autocomplete="cc-number" value="4111111111111"><input type="tel" value="0912345678">',
      '0912345678',
    ],
  ])('%s: %s', async (field, phone) => {
    expect(await phoneOf(field)).toBe(phone);
  });

  test('nothing else of a form is sent: no password, card or name', async () => {
    const traits = await submit(
      `<form id="signup">${EMAIL}<input name="name" value="Alice"><input type="password" value="secret">
       <input type="hidden" name="token" value="t0ken"><input type="tel" autocomplete="cc-exp" value="1229"></form>`,
    );
    expect(traits).toEqual(ALICE);
  });
});
