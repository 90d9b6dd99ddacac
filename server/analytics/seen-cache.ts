import type { Link } from './facts.ts';
import type { Gathered } from './gather.ts';
import { latestSaid, uniqueBy } from './store/unique.ts';
import type { Visitor } from './store.ts';

/** A visitor's row says when they were last seen; nobody needs that to the second. */
const SEEN_EVERY_MS = 10 * 60_000;
const MOST_LINKS = 50_000;
const MOST_VISITORS = 20_000;

/** Remembers what was kept already, within bounds, so that a visitor's tenth event costs no write. */
export interface SeenCache {
  /** The same without what is known to be kept. */
  only(gathered: Gathered): Gathered;
  /** These are kept now. */
  known(gathered: Gathered): void;
  /** Nothing is known to be kept. */
  forget(): void;
}

export function createSeenCache(): SeenCache {
  const links = new Set<string>();
  const visitors = new Map<string, { said: string; seenMs: number; isAssumed: boolean }>();

  const isNewLink = (link: Link) => !links.has(keyOf(link));
  function isNewVisitor(visitor: Visitor): boolean {
    const kept = visitors.get(visitor.anonymousId);
    const seenMs = Date.parse(visitor.seenAt);
    if (!kept || (kept.isAssumed && !visitor.isAssumed)) return true;
    return seenMs > kept.seenMs && (seenMs > kept.seenMs + SEEN_EVERY_MS || kept.said !== sayingOf(visitor));
  }
  return {
    only: ({ facts, visitors: seen }) => ({
      facts: { ...facts, links: facts.links.filter(isNewLink) },
      visitors: uniqueBy(seen.filter(isNewVisitor), ({ anonymousId }) => anonymousId, latestSaid),
    }),
    known({ facts, visitors: seen }) {
      if (links.size > MOST_LINKS) links.clear();
      if (visitors.size > MOST_VISITORS) visitors.clear();
      for (const link of facts.links) links.add(keyOf(link));
      for (const visitor of seen)
        visitors.set(visitor.anonymousId, {
          said: sayingOf(visitor),
          seenMs: Date.parse(visitor.seenAt),
          isAssumed: visitor.isAssumed === true,
        });
    },
    forget() {
      links.clear();
      visitors.clear();
    },
  };
}

const keyOf = ({ one, other }: Link) => (one < other ? `${one}\n${other}` : `${other}\n${one}`);
const sayingOf = ({ seenAt: _, ...said }: Visitor) => JSON.stringify(said);
