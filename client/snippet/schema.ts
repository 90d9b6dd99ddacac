import { simplify } from './schema/simplify.ts';

/** Reads schema.org data that is not as simple as `json-ld.js` expects it, which loads this file after `repair.js` then. */
window.storebeacon?.capture('schema', (_report, tools) => {
  tools.simplify = simplify;
  tools.onRepair?.();
});
