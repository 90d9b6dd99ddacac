import type { Options } from './api.ts';

/** The settings in force. Set once, before anything else runs. */
export let options: Options = {};

export const configure = (settings: Options) => {
  options = settings;
};

/**
 * Reads the settings of the script tag: its attributes, then the query of its `src`, for platforms that accept only a
 * URL. `base` is where it came from: `https://h/x` for `https://h/x/s.js` and for `https://h/x/s/1.2.3.js`.
 */
export const readTag = () => {
  const { src, dataset } = document.currentScript as HTMLScriptElement;
  const [address, query] = src.split('?') as [string, string?];
  options = {
    base: address.replace(/(\/s(?=\/\d))?\/[^/]*$/, ''),
    ...Object.fromEntries(new URLSearchParams(query)),
    ...dataset,
  };
};
