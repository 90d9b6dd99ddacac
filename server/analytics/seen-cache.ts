import type { Link } from './facts.ts';
import type { Gathered } from './gather.ts';
import { latestSeen, uniqueBy } from './store/unique.ts';

/** A visitor's row holds when they were last seen, which need not be exact to the second. */
const SEEN_EVERY_MS = 10 * 60_000;
const MAX_LINKS = 50_000;
const MAX_VISITORS = 20_000;

/** Remembers what was recorded already, within bounds, so that a visitor's tenth event costs no write. */
export interface SeenCache {
  /** The same without what is known to be recorded. */
  only(gathered: Gathered): Gathered;
  /** These are recorded now. */
  add(gathered: Gathered): void;
  clear(): void;
}

export function createSeenCache(): SeenCache {
  const links = new Set<string>();
  const visitors = new Map<string, number>();

  return {
    only: ({ facts, visitors: seen }) => ({
      facts: { ...facts, links: facts.links.filter((link) => !links.has(keyOf(link))) },
      visitors: uniqueBy(
        seen.filter(({ anonymousId, seenAtMs }) => {
          const known = visitors.get(anonymousId);
          return known === undefined || seenAtMs > known + SEEN_EVERY_MS;
        }),
        ({ anonymousId }) => anonymousId,
        latestSeen,
      ),
    }),
    add({ facts, visitors: seen }) {
      if (links.size > MAX_LINKS) links.clear();
      if (visitors.size > MAX_VISITORS) visitors.clear();
      for (const link of facts.links) links.add(keyOf(link));
      for (const { anonymousId, seenAtMs } of seen) visitors.set(anonymousId, seenAtMs);
    },
    clear() {
      links.clear();
      visitors.clear();
    },
  };
}

/** A link that was claimed is another than the same link proven. */
const keyOf = ({ one, other, isProven }: Link) =>
  `${isProven ? '!' : '?'}${one < other ? `${one}\n${other}` : `${other}\n${one}`}`;
