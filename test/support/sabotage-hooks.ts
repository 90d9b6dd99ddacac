import { registerHooks } from 'node:module';
import { findSabotage, sabotaged } from './sabotage.ts';

/** Preloaded into every thread of a collector process; the query of this module's URL is the sabotage's name. */
const sabotage = findSabotage(new URL(import.meta.url).search.slice(1));
const target = new URL(`../../${sabotage.file}`, import.meta.url).href;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (url !== target) return loaded;
    const text = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source);
    return { ...loaded, source: sabotaged(text, sabotage) };
  },
});
