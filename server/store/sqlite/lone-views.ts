import { createCache } from '../../lib/cache.ts';

/** The only view of a token, as the tables have it. */
export interface LoneView {
  /** When the token was shown first, and when the view was written last; epoch ms. */
  firstAtMs: number;
  receivedAtMs: number;
  visitor: string;
  userId: string;
  body: string;
}

export type LoneViews = ReturnType<typeof createLoneViews>;

/** In tokens, those used last. */
const MAX_KNOWN = 5_000;

/**
 * Tokens that one visitor has shown, with their view, in memory: an order's report shows the tokens of the order, and
 * what they show is read when it is sent, moments later. Whoever removes views forgets all of them.
 */
export function createLoneViews() {
  const known = createCache<string, LoneView>(MAX_KNOWN);
  const keyOf = (shop: string, token: string) => `${shop}\n${token}`;
  return {
    get: (shop: string, token: string) => known.get(keyOf(shop, token)),
    set: (shop: string, token: string, view: LoneView) => void known.set(keyOf(shop, token), view),
    forget: (shop: string, token: string) => void known.delete(keyOf(shop, token)),
    forgetAll: () => known.clear(),
  };
}
