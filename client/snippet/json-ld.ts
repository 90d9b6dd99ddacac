import type { Action, Properties } from './api.ts';
import { fromJson } from './json.ts';
import { read } from './json-ld/read.ts';

/** The end of a key under which texts were stored: its time and the page's id, or the latter alone. */
const ID_CHARACTERS = 32;
const PAGE_CHARACTERS = 14;

/** Reports what a page's schema.org data describes. The core loads this file once a page has such a script. */
window.storebeacon?.capture('json-ld', (report, tools) => {
  let product: Properties = {};
  tools.pageProduct = () => product;
  const parse = tools.guard((text: string) => fromJson(text || 'null'));
  /** What was reported at each URL of an earlier page: its stored texts each have a copy. */
  const actionsAt: Record<string, Action[]> = {};
  tools.onJsonLd((texts, seen, key, isTaken) => {
    const { path, url } = seen.page;
    const at = key && key.slice(-PAGE_CHARACTERS) + url;
    const actions = (at && actionsAt[at]) || seen.actions;
    if (at) actionsAt[at] = actions;
    read(texts.map((text) => parse(text))).forEach(([event, properties], index) => {
      if (event === 'Product Viewed' && path === location.pathname) product = properties;
      const messageId = key && `${key.slice(-ID_CHARACTERS)}.${index}`;
      // For the other sources of this page it is reported.
      if (isTaken) actions.push([{}, event, +seen.timestamp]);
      else report(event, properties, { ...seen, actions, messageId });
    });
  });
});
