import { on } from '../page.ts';
import { recall } from '../storage.ts';
import { identify } from '../track.ts';

/** Matches the markup of sign-up, log-in and newsletter forms. Checkout forms are left to the order. */
const OURS = /newsl|subscri|sign.?up|regist|login/i;

/** Identifies visitors by the email in sign-up, log-in and newsletter forms, with consent to marketing. */
export const captureForms = () => {
  on(document, 'submit', ({ target }) => {
    const find = (selector: string) => (target as Element).querySelector<HTMLInputElement>(selector);
    /** Only fields of these two types are read, never passwords or card numbers. */
    const email = find('[type=email]');
    if (
      email?.value &&
      recall().choice?.marketing &&
      (find('[type=password]') || OURS.test(((target as Element).cloneNode() as Element).outerHTML))
    ) {
      identify('', { email: email.value, phone: find('[type=tel]')?.value });
    }
  });
};
