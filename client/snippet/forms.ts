import type { Storebeacon } from './api.ts';

/** Matches the markup of sign-up, log-in and newsletter forms. Checkout forms are left to the order. */
const OURS = /newsl|subscri|sign.?up|regist|login/i;

/**
 * Identifies visitors by the email in sign-up, log-in and newsletter forms. The core loads this file once a visitor who
 * agreed to marketing enters a form with an email field, and passes on copies of the forms that are submitted.
 */
window.storebeacon?.capture('forms', (_report, { onForm }) =>
  onForm((copy, form) => {
    const find = (selector: string) => copy.querySelector<HTMLInputElement>(selector);
    /** Only fields of these two types are read, never passwords or card numbers. */
    const email = find('[type=email]');
    if (email?.value && (find('[type=password]') || OURS.test((form.cloneNode() as Element).outerHTML)))
      (window.storebeacon as Storebeacon).identify({ email: email.value, phone: find('[type=tel]')?.value });
  }),
);
