import type { Options } from './api.ts';

/** The settings in force. Set once, before anything else runs. */
export let options: Options = {};

export const configure = (settings: Options) => {
  options = settings;
};

/** The end of the address of a file, with the folder of versions and the query. */
const FILE = /(?:\/s(?=\/\d))?\/[^/?]*(\?.*)?$/;

/**
 * Reads the settings of the script tag: its attributes, then the query of its `src`, for platforms that accept only a
 * URL. `base` is where it came from: `https://h/x` for `https://h/x/s.js` and for `https://h/x/s/1.2.3.js`. The file may have
 * another name. Of modules, evaluated text and what an optimiser runs, the browser names no tag or another: then it is the
 * first one that has our name and a key.
 */
export const readTag = () => {
  const { currentScript, scripts } = document;
  for (const script of [currentScript, ...scripts] as HTMLScriptElement[]) {
    const { src = '', dataset } = script || {};
    if (script !== currentScript && !/\/s[./]/.test(src)) continue;
    const [base, query] = src.split(FILE) as [string, string?];
    options = { base, ...Object.fromEntries(new URLSearchParams(query)), ...dataset };
    if (options.key) return;
  }
};
