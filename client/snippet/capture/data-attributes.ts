import { load } from '../load.ts';
import { watch } from '../page.ts';

/** The shop's own markup, `data-sb-event` on any element, is the job of a plugin, which is loaded where there is any. */
export const captureDataAttributes = () =>
  watch(() => document.querySelector('[data-sb-event]') && load('markup'));
