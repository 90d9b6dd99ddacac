import { load } from '../load.ts';
import { on } from '../page.ts';
import { recall } from '../storage.ts';

/** Forms with an email field are the job of a plugin, loaded when a visitor who agreed to marketing enters or sends one. */
export const captureForms = () =>
  ['focusin', 'submit'].forEach((type) => {
    on(
      type,
      () => recall().choice?.marketing && document.querySelector('form [type=email]') && load('forms'),
    );
  });
