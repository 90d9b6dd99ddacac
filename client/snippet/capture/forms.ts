import type { OnSubmit } from '../api.ts';
import { load } from '../load.ts';
import { on } from '../page.ts';
import { recall } from '../storage.ts';

/** What was submitted before the plugin arrived. */
const early: Parameters<OnSubmit>[] = [];
let onSubmit: OnSubmit = (...forms) => early.push(forms);

/** Passes on what is submitted, beginning with what was before the plugin was loaded. */
export const onForm = (callback: OnSubmit) => {
  onSubmit = callback;
  for (const forms of early.splice(0)) callback(...forms);
};

/**
 * Forms with an email field, of visitors who agreed to marketing. Which of them identify somebody is decided by a plugin,
 * which is loaded when a field is entered or filled in.
 */
export const captureForms = () => {
  let isLoaded: unknown;
  for (const type of ['focusin', 'change', 'submit'])
    on(document, type, ({ target }) => {
      const form = ((target as HTMLInputElement).form || target) as Element | null;
      if (!form?.querySelector?.('[type=email]') || !recall().choice?.marketing) return;
      if (!isLoaded) load('forms');
      isLoaded = 1;
      // Pages empty their forms once they are sent. In a document of its own, a copy runs and loads nothing.
      if (type === 'submit') onSubmit(new Document().importNode(form, true), form);
    });
};
