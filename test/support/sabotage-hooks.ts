import { registerHooks } from 'node:module';
import { edited, findSabotage } from './sabotage.ts';

/** Preloaded into every thread of a collector process; the query of this module's URL is the sabotage's name. */
const { edits } = findSabotage(new URL(import.meta.url).search.slice(1));
const byUrl = new Map(edits.map((edit) => [new URL(`../../${edit.file}`, import.meta.url).href, edit]));

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const edit = byUrl.get(url);
    if (!edit) return loaded;
    const text = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source);
    return { ...loaded, source: edited(text, edit) };
  },
});
