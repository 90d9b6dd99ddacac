import type { Action, OnTexts, Properties, Storebeacon } from './api.ts';
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
  const onTexts: OnTexts = (texts, seen, key, isTaken) => {
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
  };
  tools.onJsonLd(onTexts);
  const { key: writeKey } = (window.storebeacon as Storebeacon).options;
  const isStored = (key: string) => key.startsWith(`_sb_j.${writeKey}.`);
  // What earlier pages stored, oldest first. The core has removed what is too old or too much.
  const readStored = tools.guard((key: string) => {
    const text = localStorage[key];
    delete localStorage[key];
    const [texts, seen] = fromJson(text);
    onTexts(texts, { ...seen, timestamp: new Date(seen.timestamp) }, key);
  });
  for (const key of Object.keys(localStorage).filter(isStored).sort()) readStored(key);
});
