import type { Link } from './facts.ts';
import type { Gathered } from './gather.ts';
import { latestSaid, uniqueBy } from './store/unique.ts';
import type { Visitor } from './store.ts';

/** How exact the stored time of a visitor's last event is. */
const SEEN_EVERY_MS = 10 * 60_000;
const MAX_LINKS = 50_000;
const MAX_VISITORS = 20_000;

/** A bounded cache of links and visitors already stored: a visitor's tenth event costs no write. */
export interface SeenCache {
  /** The same without links and visitors that are already stored. */
  only(gathered: Gathered): Gathered;
  /** Records that these are stored. */
  add(gathered: Gathered): void;
  clear(): void;
}

export function createSeenCache(): SeenCache {
  const links = new Set<string>();
  const visitors = new Map<string, { said: string; seenMs: number; isAssumed: boolean }>();

  const isNewLink = (link: Link) => !links.has(keyOf(link));
  function isNewVisitor(visitor: Visitor): boolean {
    const stored = visitors.get(visitor.anonymousId);
    const seenMs = Date.parse(visitor.seenAt);
    if (!stored || (stored.isAssumed && !visitor.isAssumed)) return true;
    return (
      seenMs > stored.seenMs && (seenMs > stored.seenMs + SEEN_EVERY_MS || stored.said !== sayingOf(visitor))
    );
  }
  return {
    only: ({ facts, visitors: seen }) => ({
      facts: { ...facts, links: facts.links.filter(isNewLink) },
      visitors: uniqueBy(seen.filter(isNewVisitor), ({ anonymousId }) => anonymousId, latestSaid),
    }),
    add({ facts, visitors: seen }) {
      if (links.size > MAX_LINKS) links.clear();
      if (visitors.size > MAX_VISITORS) visitors.clear();
      for (const link of facts.links) links.add(keyOf(link));
      for (const visitor of seen)
        visitors.set(visitor.anonymousId, {
          said: sayingOf(visitor),
          seenMs: Date.parse(visitor.seenAt),
          isAssumed: visitor.isAssumed === true,
        });
    },
    clear() {
      links.clear();
      visitors.clear();
    },
  };
}

const keyOf = ({ one, other }: Link) => (one < other ? `${one}\n${other}` : `${other}\n${one}`);
const sayingOf = ({ seenAt: _, ...said }: Visitor) => JSON.stringify(said);
