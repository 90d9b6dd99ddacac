import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BUNDLE_DIR, BUNDLED } from './bundle-kysely.ts';

// Preloaded by `--import`: every process and thread of a run imports kysely from its bundle.
registerHooks({
  resolve(specifier, context, next) {
    const file = BUNDLED.get(specifier);
    if (!file) return next(specifier, context);
    return { url: pathToFileURL(join(BUNDLE_DIR, file)).href, format: 'module', shortCircuit: true };
  },
});
