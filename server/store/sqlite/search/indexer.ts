import { prepare } from '../prepare.ts';
import type { Figures } from './figures.ts';
import type { IndexEvents } from './index-events.ts';
import type { IndexEvidence } from './index-evidence.ts';
import type { IndexHistory } from './index-history.ts';
import type { IndexTexts } from './index-texts.ts';
import type { Names } from './names.ts';
import type { ReadOrderFacts } from './order-facts.ts';
import type { IndexTables } from './tables.ts';

/** Of events and of history rows: they take some ten milliseconds. */
const EVENTS = 500;
const ROWS = 50;

export interface Progress {
  seq: number;
  historyId: number;
}
/** `hasMore`: another step would add something. */
export interface Indexed extends Progress {
  hasMore: boolean;
}

/** Follows the store in steps, each a transaction that also records how far it came. */
export function createIndexer(
  { connection, transaction }: Pick<IndexTables, 'connection' | 'transaction'>,
  {
    names,
    figures,
    events,
    evidence,
    history,
    texts,
    facts,
  }: {
    names: Names;
    figures: Figures;
    events: IndexEvents;
    evidence: Pick<IndexEvidence, 'addSome'>;
    history: IndexHistory;
    texts: Pick<IndexTexts, 'addNext'>;
    facts: Pick<ReadOrderFacts, 'keepSome'>;
  },
) {
  const read = prepare<Progress>(connection, 'SELECT seq, history_id AS historyId FROM progress');
  const write = prepare(connection, 'UPDATE progress SET seq = ?, history_id = ?');
  const progress = (): Progress => read.get() ?? { seq: 0, historyId: 0 };

  function advance(): Indexed {
    const before = progress();
    const added = events.addAfter(before.seq, EVENTS);
    const hasOrders = facts.keepSome(added.orderIds);
    const hasEvidence = evidence.addSome();
    events.addSomeComposed();
    const hasTexts = texts.addNext(EVENTS);
    // Events that left the store before they were read are waited for no more.
    const readTo = added.count < EVENTS ? Number.MAX_SAFE_INTEGER : added.seq;
    const rows = history.addAfter(before.historyId, ROWS, readTo);
    figures.write();
    if (added.seq !== before.seq || rows.id !== before.historyId) write.run(added.seq, rows.id);
    return {
      ...{ seq: added.seq, historyId: rows.id },
      hasMore: added.count === EVENTS || hasTexts || rows.hasMore || hasOrders || hasEvidence,
    };
  }

  return {
    progress,
    step(): Indexed {
      try {
        return transaction(advance);
      } catch (error) {
        names.forget();
        figures.forget();
        throw error;
      }
    },
  };
}
export type Indexer = ReturnType<typeof createIndexer>;
