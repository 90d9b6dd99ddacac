import { DEFER_MS } from './rules.ts';

let deferred: [action: () => void, dueAtMs: number][] = [];

/** Runs `action` after `DEFER_MS`, or earlier when the page is left. */
export const defer = (action: () => void) => deferred.push([action, Date.now() + DEFER_MS]);

/** Runs what is due, or everything when the page is left. */
export const flushDeferred = (isLeaving?: unknown) => {
  deferred = deferred.filter(([action, dueAtMs]) => (!isLeaving && dueAtMs > Date.now()) || action());
};
