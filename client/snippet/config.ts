import type { Options } from './api.ts';

/** The settings in force, set once, before anything else of ours runs. */
export let options: Options = {};

export const configure = (settings: Options) => {
  options = settings;
};

/**
 * What the script tag says: its attributes, and before them the query of its address, for platforms that take an
 * address only. It came from `base`: `https://h/x/s.js` and `https://h/x/s/1.2.3.js` both give `https://h/x`.
 */
export const readTag = () => {
  const { src, dataset } = document.currentScript as HTMLScriptElement;
  const [address, query] = src.split('?') as [string, string?];
  configure({
    base: address.replace(/(\/s(?=\/\d))?\/[^/]*$/, ''),
    ...Object.fromEntries(new URLSearchParams(query)),
    ...dataset,
  });
};
