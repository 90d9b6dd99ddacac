import type { Storebeacon } from './api.ts';
import { readForm } from './forms/read.ts';

/**
 * Identifies visitors by the email in sign-up, log-in and newsletter forms. The core loads this file once a visitor who
 * agreed to marketing enters a form with an email field, and passes on copies of the forms that are submitted.
 */
window.storebeacon?.capture('forms', (_report, { onForm }) =>
  onForm((copy) => {
    const traits = readForm(copy);
    if (traits) (window.storebeacon as Storebeacon).identify(traits);
  }),
);
