import type { DeliveryState, Selected, SelectedPage, Selection } from '../../search.ts';
import { readBefore, toCursor } from './cursor.ts';
import type { Indexer } from './indexer.ts';
import type { Outcomes } from './outcomes.ts';
import type { Scan } from './scan.ts';
import { createIsWanted } from './wanted-outcome.ts';

const MAX_PAGE = 1_000;
/** What does not wait already. */
const SETTLED: readonly DeliveryState[] = ['delivered', 'skipped', 'dead', 'none'];

interface Parts {
  outcomes: Outcomes;
  scan: Scan;
  indexer: Pick<Indexer, 'progress'>;
}

/** What a replay or a discard is about: pairs of an event and a consumer. */
export function createSelect({ outcomes, scan, indexer }: Parts) {
  return function* select(
    selection: Selection,
    limit: number,
    cursor: string | undefined,
  ): Generator<undefined, SelectedPage> {
    const wanted = { ...selection, states: selection.states ?? SETTLED };
    const { consumers } = wanted;
    const { found, before } = yield* scan.page(wanted, Math.min(limit, MAX_PAGE), readBefore(cursor));
    const destinations = outcomes.destinations(selection.shop).filter(({ name }) => consumers.includes(name));
    const isWanted = createIsWanted(wanted) ?? (() => true);
    const read = (isLate: boolean) => ({
      historyId: indexer.progress().historyId,
      selected: found.flatMap((event) =>
        destinations
          .map((one) => outcomes.of(one, event, isLate))
          .filter(isWanted)
          .map(({ consumer, state, reason }): Selected => {
            return { consumer, seq: event.seq, state, ...(reason !== undefined && { reason }) };
          }),
      ),
    });
    return {
      ...scan.snapshot(read),
      ...(before !== undefined && { nextCursor: toCursor(before) }),
    };
  };
}
