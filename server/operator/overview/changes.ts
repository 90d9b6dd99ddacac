import type { FoundEvent, Search } from '../../store/search.ts';

/** How far back from the newest event outcomes are followed. */
const FOLLOWED = 100;

/** What is new among the newest events, or has another outcome than before. */
export interface Changes {
  /** Looks at what is there: nothing of it is new. */
  begin(): Promise<void>;
  /** Oldest first. */
  next(): Promise<FoundEvent[]>;
}

export function createChanges(search: Pick<Search, 'events'>): Changes {
  /** The outcomes of an event as they were last, by its number. */
  let known = new Map<number, string>();

  async function look(): Promise<FoundEvent[]> {
    const { events } = await search.events({ limit: FOLLOWED });
    const now = new Map(events.map(({ seq, outcomes }) => [seq, JSON.stringify(outcomes)]));
    const changed = events.filter(({ seq }) => known.get(seq) !== now.get(seq));
    known = now;
    return changed.reverse();
  }

  return {
    async begin() {
      known = new Map();
      // Without an index everything is new once there is one.
      await look().catch(() => []);
    },
    next: look,
  };
}
