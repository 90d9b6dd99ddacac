import type { Storebeacon } from './api.ts';

/** Loads a further file of a plugin, from beside `s.js`. */
export const loadPart = (name: string) => {
  const script = document.createElement('script');
  script.src = `${(window.storebeacon as Storebeacon).options.base}/${name}.js`;
  document.head.append(script);
};
