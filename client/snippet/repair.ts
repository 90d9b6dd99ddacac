import { fit } from './repair/fit.ts';
import { parse } from './repair/parse.ts';

/** Reads texts of schema.org data that are not as plain as `json-ld.js` expects them, which loads this file then. */
window.storebeacon?.capture('repair', (_report, tools) => Object.assign(tools, { fit, parse }));
