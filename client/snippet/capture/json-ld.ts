import type { Moment, OnTexts } from '../api.ts';
import { load } from '../load.ts';
import { moment } from '../once.ts';
import { watch } from '../page.ts';

const unread: [texts: string[], moment: Moment][] = [];
let onTexts: OnTexts = (...texts) => unread.push(texts);

/** Passes every schema.org text on, beginning with those found before the plugin was loaded. */
export const onJsonLd = (callback: OnTexts) => {
  onTexts = callback;
  for (const texts of unread) callback(...texts);
};

/**
 * Finds schema.org scripts, also those added later, and records where and when. Parsing them is the job of a plugin,
 * which is loaded as soon as there is one.
 */
export const captureJsonLd = () => {
  let known: string[] = [];
  let isLoaded = false;
  const find = () => {
    const scripts = [...document.querySelectorAll('[type="application/ld+json"]')];
    if (scripts[0] && !isLoaded) {
      isLoaded = true;
      load('json-ld', false);
    }
    return scripts.map((script) => script.textContent as string);
  };
  // Before the document is parsed, so that the plugin arrives sooner. Scripts may still be incomplete then.
  find();
  watch(() => {
    const texts = find();
    // Many routers leave the data of the previous page in place: it does not describe this page.
    const added = texts.filter((text) => !known.includes(text));
    known = texts;
    if (added.length) onTexts(added, moment());
  });
};
