import type { Moment, OnTexts } from '../api.ts';
import { MAX_CHARACTERS, newKey, remove, retain } from '../batch.ts';
import { isAllowed, resolved } from '../consent.ts';
import { toJson } from '../json.ts';
import { load } from '../load.ts';
import { moment } from '../once.ts';
import { watch } from '../page.ts';
import { store } from '../storage.ts';
import { visitor } from '../track.ts';

/** How long texts of earlier pages are tried where the plugin cannot be loaded: an ad blocker never lets it in. */
const RETRY_MS = 3_600_000;

/** Texts of this page that no plugin has read. `key`: where they are stored, empty when they did not fit. */
export const unread: [texts: string[], moment: Moment, key?: string][] = [];
let onTexts: OnTexts = (texts, seen) => unread.push([texts, seen]);

/**
 * Stores what is unread, so that the visitor's next page can report it. As with messages, nothing is stored before the
 * visitor's choice, or in a theme editor.
 */
export const keepUnread = (isLeaving?: unknown) => {
  const consent = unread[0] && resolved();
  if (!consent || !isAllowed(consent)) return;
  for (const entry of unread) {
    const [texts, seen, key = newKey('j')] = entry;
    // On leaving, again: other sources may have reported since. Not what another page has read, or did not fit.
    if (entry[2] != null && !(isLeaving && store[key])) continue;
    entry[2] ||= '';
    const text = toJson([texts, { ...seen, visitor: visitor(seen.page, consent) }]);
    if (text.length < MAX_CHARACTERS)
      try {
        // Not `write`, which gives localStorage up for this page when it is full.
        store[key] = text;
        entry[2] = key;
      } catch {}
  }
  retain('j');
};

/** Passes every schema.org text of this page on, beginning with those found before the plugin was loaded. */
export const onJsonLd = (callback: OnTexts) => {
  onTexts = callback;
  for (const [texts, seen, key] of unread.splice(0))
    callback(texts, seen, key, key && !(store[key] && remove(key)));
};

/**
 * Finds schema.org scripts, also those added later, and records where and when. Parsing them is the job of a plugin,
 * which is loaded as soon as there is one, or one of an earlier page is unread.
 */
export const captureJsonLd = () => {
  let known: string[] = [];
  const find = (isWanted?: unknown) => {
    const scripts = [...document.querySelectorAll('[type="application/ld+json"]')];
    if (isWanted || scripts[0]) load('json-ld', 1, () => retain('j', RETRY_MS));
    return scripts.map((script) => script.textContent as string);
  };
  // Before the document is parsed, so that the plugin arrives sooner. Scripts may still be incomplete then.
  find(retain('j')[0]);
  watch(() => {
    // Found by an earlier look, so the plugin is late. Of a tab closed while it loads, Chrome fires no event.
    keepUnread();
    const texts = find();
    // Many routers leave the data of the previous page in place: it does not describe this page.
    const added = texts.filter((text) => !known.includes(text));
    known = texts;
    if (added.length) onTexts(added, moment());
  });
};
