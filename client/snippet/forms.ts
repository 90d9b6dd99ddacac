import type { Storebeacon } from './api.ts';
import { readForm } from './forms/read.ts';

/** The visitor's choice, where the core stores it. */
const AGREED = /"marketing":true/;

/**
 * Identifies visitors by the email in sign-up, log-in and newsletter forms. The core loads this file on pages with such a
 * field for visitors who agreed to marketing.
 */
const { capture, identify } = window.storebeacon as Storebeacon;
capture('forms', (_report, { early, guard }) => {
  const look = guard(({ type, target }: Event) => {
    const traits = type === 'submit' && AGREED.test(localStorage._sb) && readForm(target as Element);
    if (traits) identify(traits);
  });
  for (const [event] of early) look(event);
  document.addEventListener('submit', look, true);
});
