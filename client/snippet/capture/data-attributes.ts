import { load } from '../load.ts';
import { watch } from '../page.ts';
import type { Thing } from '../thing.ts';

/**
 * The shop's own markup, `data-sb-event` on any element, is the job of a plugin, which is loaded where there is any; on
 * SHOPLINE by `precedence.js`, because its reports wait for SHOPLINE's there.
 */
export const captureDataAttributes = () =>
  watch(
    () =>
      document.querySelector('[data-sb-event]') && load((window as Thing).Shopline ? 'precedence' : 'markup'),
  );
