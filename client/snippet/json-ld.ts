import type { Action, OnTexts, Properties, Storebeacon } from './api.ts';
import { fromJson } from './json.ts';
import { read } from './json-ld/read.ts';
import { isA, unpack } from './json-ld/thing.ts';
import { list } from './thing.ts';

/** The end of a key under which texts were stored: its time and the page's id, or the latter alone. */
const ID_CHARACTERS = 32;
const PAGE_CHARACTERS = 14;

/**
 * What needs `repair.js` and `schema.js`: variants, offers that are sold out or named by an address, earlier orders; amounts as
 * people write them, entities in names, what the collector's contract refuses. Of `1.299` it is not plain what it means. Words
 * of a description, and `&` in a name, need none.
 */
const ODD =
  /hasV|eSpecif|OutOf|SoldO|[?&](varian|sku)|[smy]":\s*\{\s*"@id":\s*"[^"]*"\s*\}|orderD|Order[CDIRT]|\.\d{3}"|rice":\s*"\d*[^\d".]|ency":\s*"(?![A-Z]{3}")|"name":\s*"[^"]*&[#\w]+;|"data:|:\s*\d{16}/;
const MAX_WAIT_MS = 3_000;

/** The actions at one visit of a URL, and what was last reported of each event there. */
type Visit = Action[] & { reported?: Record<string, Properties> };

/** Reports what a page's schema.org data describes. The core loads this file once a page has such a script. */
window.storebeacon?.capture('json-ld', (report, tools) => {
  const { base, key: writeKey } = (window.storebeacon as Storebeacon).options;
  const parse = tools.guard((text: string) => fromJson(text || 'null'));

  /** What was reported at each URL of an earlier page: its stored texts each have a copy. */
  const actionsAt: Record<string, Visit> = {};
  const readTexts: OnTexts = (texts, seen, key, isTaken) => {
    const { page, timestamp } = seen;
    const at = key && key.slice(-PAGE_CHARACTERS) + page.url;
    const actions: Visit = (at && actionsAt[at]) || seen.actions;
    if (at) actionsAt[at] = actions;
    actions.reported ??= {};
    const { reported } = actions;
    const things = texts.map((text) => (tools.parse || parse)(text));
    read(tools.simplify?.(things, page, timestamp) || things).forEach(
      ([event, properties, offers], index) => {
        for (const each of [properties, ...(offers || [])]) tools.fit?.(each);
        const last = reported[event];
        if (last && (last.product_id === properties.product_id || last.name === properties.name)) {
          // Data that is filled in later, or by another app, belongs to the same report.
          for (const name in properties) last[name] ??= properties[name];
          return;
        }
        reported[event] = properties;
        // Of a list, the currency alone.
        if (page.path === location.pathname)
          tools.pageProduct = () => ({
            currency: list(properties.products)[0]?.currency,
            ...properties,
            offers,
          });
        const messageId = key && `${key.slice(-ID_CHARACTERS)}.${index}`;
        // For the other sources of this page it is reported.
        if (isTaken) actions.push([{}, event, +timestamp]);
        else report(event, properties, { ...seen, actions, messageId });
      },
    );
  };

  /** What waits for the two files, once they are asked for. */
  const waiting: Parameters<OnTexts>[] = [];
  /** 1 when they are asked for, 2 when they have arrived or did not in time. */
  let state = 0;
  const onRepair = () => {
    state = 2;
    for (const texts of waiting.splice(0)) readTexts(...texts);
  };
  tools.onRepair = onRepair;
  tools.watch((isLeaving) => isLeaving && state === 1 && onRepair());
  /** Several descriptions may be those of one product, or only one of them what the page is about. */
  const isOdd = (texts: string[]): unknown => {
    const parsed = texts.map((text) => (ODD.test(text) ? undefined : parse(text)));
    return parsed.includes(undefined) || unpack(parsed).filter((thing) => isA(thing, /^(Product|Order)/))[1];
  };
  const onTexts: OnTexts = (...found) => {
    if (!state && isOdd(found[0])) {
      state = 1;
      setTimeout(onRepair, MAX_WAIT_MS);
      for (const name of ['repair', 'schema']) {
        const script = document.createElement('script');
        script.src = `${base}/${name}.js`;
        script.async = false;
        document.head.append(script);
      }
    }
    if (state === 1) waiting.push(found);
    else readTexts(...found);
  };
  tools.onJsonLd(onTexts);
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
