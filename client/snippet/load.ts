import { options } from './config.ts';
import { guard } from './page.ts';

/**
 * Loads a plugin: a script beside `s.js`.
 *
 * @param isAsync false: runs after the plugins that were loaded before it in this way.
 */
export const load = guard<[name: string, isAsync?: boolean], void>((name, isAsync = true) => {
  const script = document.createElement('script');
  script.src = `${options.base}/${name}.js`;
  script.async = isAsync;
  document.head.append(script);
});
