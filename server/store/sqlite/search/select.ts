import type { DeliveryOutcome, DeliveryState, Selected, SelectedPage, Selection } from '../../search.ts';
import { readBefore, toCursor } from './cursor.ts';
import { squeeze } from './groups.ts';
import type { Outcomes } from './outcomes.ts';
import type { Scan } from './scan.ts';

const MAX_PAGE = 1_000;
/** What does not wait already. */
const SETTLED: readonly DeliveryState[] = ['delivered', 'skipped', 'dead', 'none'];

/** What a replay or a discard is about: pairs of an event and a consumer. */
export function createSelect({ outcomes, scan }: { outcomes: Outcomes; scan: Scan }) {
  return function* select(
    selection: Selection,
    limit: number,
    cursor: string | undefined,
  ): Generator<undefined, SelectedPage> {
    const { words, states = SETTLED, consumers, reason } = selection;
    const { found, before } = yield* scan.page(
      { ...selection, states },
      Math.min(limit, MAX_PAGE),
      readBefore(cursor),
    );
    const destinations = outcomes.destinations(selection.shop).filter(({ name }) => consumers.includes(name));
    const isWanted = (outcome: DeliveryOutcome) =>
      states.includes(outcome.state) &&
      (reason === undefined || outcome.reason === reason) &&
      (words === undefined || squeeze(outcome.words ?? '') === words);
    const selected = scan.snapshot((isLate) =>
      found.flatMap((event) =>
        destinations
          .map((one) => outcomes.of(one, event, isLate))
          .filter(isWanted)
          .map(({ consumer, state, reason }): Selected => {
            return { consumer, seq: event.seq, state, ...(reason !== undefined && { reason }) };
          }),
      ),
    );
    return { selected, ...(before !== undefined && { nextCursor: toCursor(before) }) };
  };
}
