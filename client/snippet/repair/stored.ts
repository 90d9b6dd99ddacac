import type { Action, Storebeacon, Tools } from '../api.ts';
import { fromJson } from '../json.ts';

/** The end of a key under which texts were stored: the id of their page. */
const PAGE_CHARACTERS = 14;

/** Reads the texts of earlier pages, oldest first. The core has removed what is too old or too much. */
export const readStored = (tools: Tools) => {
  const { key: writeKey } = (window.storebeacon as Storebeacon).options;
  /** What was reported at each URL of an earlier page: its stored texts each have a copy. */
  const actionsAt: Record<string, Action[]> = {};
  const read = tools.guard((key: string) => {
    const text = localStorage[key];
    delete localStorage[key];
    const [texts, seen] = fromJson(text);
    const at = key.slice(-PAGE_CHARACTERS) + seen.page.url;
    actionsAt[at] ??= seen.actions;
    const { pageProduct } = tools;
    tools.onTexts?.(texts, { ...seen, timestamp: new Date(seen.timestamp), actions: actionsAt[at] }, key);
    // This page is not about theirs.
    tools.pageProduct = pageProduct;
  });
  const isStored = (key: string) => key.startsWith(`_sb_j.${writeKey}.`);
  for (const key of Object.keys(localStorage).filter(isStored).sort()) read(key);
};
