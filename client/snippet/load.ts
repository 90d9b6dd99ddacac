import { options } from './config.ts';
import { guard } from './page.ts';

const loaded: Record<string, unknown> = {};

/**
 * Loads a plugin, once: a script beside `s.js`.
 *
 * @param isOrdered runs after the plugins that were loaded before it in this way.
 * @param onFailure called when it cannot be loaded.
 */
export const load = guard<[name: string, isOrdered?: unknown, onFailure?: () => unknown], void>(
  (name, isOrdered, onFailure) => {
    if (loaded[name]) return;
    loaded[name] = 1;
    document.head.append(
      Object.assign(document.createElement('script'), {
        src: `${options.base}/${name}.js`,
        async: !isOrdered,
        onerror: onFailure,
      }),
    );
  },
);
