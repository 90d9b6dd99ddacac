import type { Early } from './api.ts';
import { moment } from './once.ts';
import { on } from './page.ts';

const MAX_EARLY = 20;

/** The first clicks and submits of this page, for plugins that arrive later. */
export const early: Early[] = [];

export const startRemembering = () => {
  ['click', 'submit'].forEach((type) => {
    on(
      type,
      (event) => early[MAX_EARLY] || early.push([event, event.composedPath() as HTMLElement[], moment()]),
    );
  });
};
