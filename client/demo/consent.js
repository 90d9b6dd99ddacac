/** The shop's consent banner. Asks once, passes the choice to the snippet, and sets `_ttp` as TikTok's pixel would. */
import { element, find } from './dom.js';
import { randomText } from './random.js';

const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';
const CHOICE = 'dewleaf.consent';
const PURPOSES = {
  advertising: 'Advertising: to see which ads bring visitors',
  analytics: 'Analytics: to see what visitors view and buy',
  marketing: 'Marketing: to send you relevant emails',
};
const all = (allowed) => Object.fromEntries(Object.keys(PURPOSES).map((purpose) => [purpose, allowed]));
const stored = () => JSON.parse(localStorage.getItem(CHOICE) ?? 'null');

/** TikTok's own first-party cookie: an opaque value of 27 characters. It must be set before held events are released. */
function setTtp(allowed) {
  const has = /(^|; )_ttp=/.test(document.cookie);
  if (allowed === has) return;
  const value = randomText(27, CHARACTERS);
  // biome-ignore lint/suspicious/noDocumentCookie: the pixel writes it this way, and Safari has no cookieStore before 18.4.
  document.cookie = `_ttp=${value}; path=/; SameSite=Lax; max-age=${allowed ? 390 * 86_400 : 0}`;
}

function decide(choice) {
  localStorage.setItem(CHOICE, JSON.stringify(choice));
  setTtp(choice.advertising);
  window.storebeacon.consent(choice);
  find('.consent').remove();
}

function checkbox(purpose) {
  const checked = stored()?.[purpose] ?? false;
  const input = element('input', {
    type: 'checkbox',
    name: purpose,
    checked,
    'data-test': `consent-${purpose}`,
  });
  return element('label', {}, input, PURPOSES[purpose]);
}

function banner() {
  const button = (name, text, click, look = '') =>
    element('button', { type: 'button', class: look, 'data-test': `consent-${name}`, click }, text);
  const choices = element(
    'fieldset',
    { hidden: true },
    element('legend', {}, 'I agree to'),
    ...Object.keys(PURPOSES).map(checkbox),
  );
  const save = () =>
    decide(
      Object.fromEntries(
        Array.from(choices.querySelectorAll('input'), (input) => [input.name, input.checked]),
      ),
    );
  const choose = button(
    'choose',
    'Choose',
    () => {
      choices.hidden = false;
      choose.replaceWith(button('save', 'Save choices', save, 'quiet'));
      find('input', choices).focus();
    },
    'quiet',
  );
  return element(
    'section',
    { class: 'consent', 'aria-labelledby': 'consent-title', 'data-test': 'consent' },
    element('h2', { id: 'consent-title' }, 'May we use cookies?'),
    element(
      'p',
      {},
      'They show us which ads and which teas people like. Nothing is recorded until you choose.',
    ),
    choices,
    element(
      'div',
      { class: 'actions' },
      button('accept', 'Accept all', () => decide(all(true))),
      button('decline', 'Decline', () => decide(all(false))),
      choose,
    ),
  );
}

export function askConsent() {
  find('.consent')?.remove();
  document.body.append(banner());
}
export function askConsentOnce() {
  if (!stored()) askConsent();
}
export function reopenConsent() {
  askConsent();
  find('.consent button').focus();
}
