import type { Storebeacon } from '../api.ts';

/** Loads a plugin: a file beside `s.js`. */
export const load = (name: string) => {
  const script = document.createElement('script');
  script.src = `${(window.storebeacon as Storebeacon).options.base}/${name}.js`;
  document.head.append(script);
};
