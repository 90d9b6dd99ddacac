import { options } from './config.ts';
import { guard } from './page.ts';

/**
 * Loads a plugin: a script beside `s.js`.
 *
 * @param isOrdered runs after the plugins that were loaded before it in this way.
 * @param onFailure called when it cannot be loaded.
 */
export const load = guard<[name: string, isOrdered?: unknown, onFailure?: () => unknown], void>(
  (name, isOrdered, onFailure) => {
    const script = document.createElement('script');
    script.src = `${options.base}/${name}.js`;
    script.async = !isOrdered;
    script.onerror = onFailure as OnErrorEventHandler;
    document.head.append(script);
  },
);
