import { PATIENCE_MS } from './rules.ts';

let waiting: [action: () => void, dueAt: number][] = [];

/** Puts something off for a moment, so that others may speak first; no longer than the page lasts. */
export const later = (action: () => void) => waiting.push([action, Date.now() + PATIENCE_MS]);

/** Does what is due, or all that waits. */
export const settle = (isLeaving?: unknown) => {
  waiting = waiting.filter(([action, dueAt]) => {
    if (!isLeaving && dueAt > Date.now()) return true;
    action();
    return false;
  });
};
