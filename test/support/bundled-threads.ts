import { registerHooks } from 'node:module';

/**
 * Preloaded by `--import` into every process and thread of a run: threads start from their bundles, by the query of this
 * module's URL. Not where a sabotage changes the text of a module, which a bundle would not load.
 */
const bundles: Record<string, string> = JSON.parse(
  decodeURIComponent(new URL(import.meta.url).search.slice(1)),
);
const isSabotaged = process.execArgv.some((argument) => argument.includes('sabotage-hooks'));
if (!isSabotaged)
  registerHooks({ resolve: (specifier, context, next) => next(bundles[specifier] ?? specifier, context) });
