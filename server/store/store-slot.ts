import { LogUnavailable } from './errors.ts';
import type { Store } from './store.ts';

/** Where requests find the store, which is closed and opened again when the configuration is reloaded. */
export interface StoreSlot {
  /** Requests that wait are stored now. */
  fill(log: Store): void;
  /** What requests ask of the store waits for the next one. */
  empty(): void;
  /** There is no next one: what waits rejects with `LogUnavailable`. */
  close(): void;
  /** A store whose requests do not end with it. */
  through(log: Store): Store;
}

export function createStoreSlot(): StoreSlot {
  const waiting = () => {
    const next = Promise.withResolvers<Store>();
    // Nobody may be waiting.
    next.promise.catch(() => {});
    return next;
  };
  let next = waiting();
  return {
    fill: (log) => next.resolve(log),
    empty() {
      next = waiting();
    },
    close: () => next.reject(new LogUnavailable('closed')),
    through: (log) => ({
      ...log,
      accept: async (entries) => (await next.promise).accept(entries),
      deny: async (denials) => (await next.promise).deny(denials),
      hasGrant: async (event) => (await next.promise).hasGrant(event),
      check: async () => (await next.promise).check(),
    }),
  };
}
