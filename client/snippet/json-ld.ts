import { start } from './json-ld/read.ts';

/** Reports what a page's schema.org data describes. The core loads this file once a page has such a script. */
window.storebeacon?.capture('json-ld', start);
