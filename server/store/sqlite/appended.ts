/** Who wants to know that events of a shop were stored, or are due again. */
export interface Appended {
  /** @param shop of whose events; default: of any shop. Returns a function that removes the listener. */
  on(listener: () => void, shop?: string): () => void;
  /** Calls the listeners of these shops, and those of any shop. */
  notify(shops: Iterable<string>): void;
}

export function createAppended(): Appended {
  const ofAny = new Set<() => void>();
  const byShop = new Map<string, Set<() => void>>();
  return {
    on(listener, shop) {
      const listeners = shop === undefined ? ofAny : (byShop.get(shop) ?? new Set());
      if (shop !== undefined) byShop.set(shop, listeners);
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    notify(shops) {
      for (const shop of shops) for (const listener of byShop.get(shop) ?? []) listener();
      for (const listener of ofAny) listener();
    },
  };
}
