import type { Options } from './api.ts';

/** The settings in force. Set once, before anything else runs. */
export let options: Options = {};

export const configure = (settings: Options) => {
  options = settings;
};

/** The end of the address of a script of ours, under a version too. */
const OURS = /\/s(?:\/\d[^/]*)?\.js(?:\?|$)/;

/**
 * Reads the settings of the script tag: its attributes, then the query of its `src`, for platforms that accept only a
 * URL. `base` is where it came from: `https://h/x` for `https://h/x/s.js` and for `https://h/x/s/1.2.3.js`. Of modules, evaluated
 * text and what an optimiser runs, the browser names no tag or another: then it is the first one of ours.
 */
export const readTag = () => {
  for (const script of [document.currentScript, ...document.scripts] as HTMLScriptElement[]) {
    const { src = '', dataset } = script || {};
    const [base, query] = src.split(OURS) as [string, string?];
    if (query == null) continue;
    options = { base, ...Object.fromEntries(new URLSearchParams(query)), ...dataset };
    if (options.key) return;
  }
};
