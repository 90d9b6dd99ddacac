import { isOther, isSignUp } from './words.ts';

/** Fields that a visitor does not see hold what a script or a robot wrote. */
const UNSEEN =
  '[style*="display: none"],[style*="display:none"],[style*="left:-"],[hidden],[style*="visibility: hidden"],[style*="left: -"],[tabindex="-1"],[style*="visibility:hidden"],[aria-hidden=true],[inert]';
/** Names of numbers that are no phone: cards, codes, dates, postcodes. */
const NO_PHONE =
  /cc-|card|cvv|birth|carte|cvc|karte|csc|expir|iban|otp|code|pin|zip|ablauf|geburt|plz|tarjeta|fax|konto|码|番号|卡|碼/i;
/** A number of a country, without or with its prefix. */
const PHONE = /^\D{0,3}(\d\D{0,3}){6,14}\d\D{0,3}$/;

/** The markup of an element's own tag, without what was typed. */
const tagOf = (element: Element) =>
  [...(element.cloneNode() as Element).attributes]
    .map(({ name, value }) => (name === 'value' ? '' : `${name} ${value}`))
    .join(' ');

const textOf = (elements: Iterable<Element>) => [...elements].map(({ textContent }) => textContent).join(' ');

/**
 * Who a submitted form identifies: the email, and the phone, of the person who signs up, registers or logs in with it.
 * Undefined for any other form, and where it is not sure whose email it is.
 *
 * @param form a copy: its fields may be called `id`, `action` or `elements`.
 */
export const readForm = (form: Element): { email: string; phone?: string } | undefined => {
  const find = <E extends Element>(selector: string) =>
    [...form.querySelectorAll<E>(selector)].filter((element) => !element.closest(UNSEEN));
  const emails = find<HTMLInputElement>('[type=email]').filter(({ value }) => value.trim());
  const [email] = emails;
  // An address beside a message is a contact form's.
  if (!email || form.querySelector('textarea')) return undefined;
  const address = email.value.trim();
  // Twice the same is a confirmation. Of two others it is not known whose they are.
  if (emails.some(({ value }) => value.trim().toLowerCase() !== address.toLowerCase())) return undefined;

  const labelled = find<HTMLLabelElement>('label').filter(
    (label) => label.contains(email) || label.htmlFor === email.getAttribute('id'),
  );
  const buttons = find<HTMLInputElement>(
    'button:not([type=button]):not([type=reset]),[type=submit],[type=image]',
  );
  const text = [
    tagOf(form),
    tagOf(email),
    textOf([...labelled, ...buttons, ...find('h1,h2,h3,h4,h5,h6,legend')]),
    ...buttons.map((button) => `${tagOf(button)} ${button.value}`),
  ].join(' ');
  if (isOther(text) || !(form.querySelector('[type=password]') || isSignUp(text))) return undefined;
  const phone = find<HTMLInputElement>('[type=tel]').find(
    (field) => PHONE.test(field.value) && !NO_PHONE.test(tagOf(field)),
  );
  return { email: address, ...(phone && { phone: phone.value }) };
};
