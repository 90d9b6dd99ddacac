import { on } from '../page.ts';
import { recall } from '../storage.ts';
import { identify } from '../track.ts';

/** Sign-up, log-in and newsletter forms say so in their names; a checkout form is the order's business. */
const OURS = /newsl|subscri|sign.?up|regist|login/i;

/** Emails typed into sign-up, log-in and newsletter forms, once the visitor has said yes to marketing. */
export const captureForms = () => {
  on(document, 'submit', ({ target }) => {
    const form = target as HTMLFormElement;
    const find = (selector: string) => form.querySelector<HTMLInputElement>(selector);
    /** Only fields of these kinds are ever read: a password or card field is none of them. */
    const email = find('[type=email]');
    const phone = find('[type=tel]');
    if (
      email?.value &&
      recall().choice?.marketing &&
      (find('[type=password]') || OURS.test((form.cloneNode() as Element).outerHTML))
    ) {
      identify('', { email: email.value, phone: phone?.value });
    }
  });
};
