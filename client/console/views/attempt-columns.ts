import type { Attempt } from '../../../shared/operator-api/index.ts';
import type { Format } from '../format.ts';
import type { Column } from '../parts/table.tsx';
import { reasonOf } from '../words/reason.ts';
import type { Words } from '../words/words.ts';

/** Settled without a request: its code is the reason. */
const isSettledUnsent = (outcome: Attempt['outcome']) => outcome === 'skipped' || outcome === 'dead';

/** One request and its answer, as columns of a table. */
export const attemptColumns = (words: Words, format: Format): Column<Attempt>[] => [
  { head: words.common.time, kind: 'time', cell: ({ at }) => format.time(at) },
  { head: '#', kind: 'number', cell: ({ attempt }) => attempt },
  { head: words.common.outcome, cell: ({ outcome }) => words.events.attemptOutcomes[outcome] },
  {
    head: words.events.answer,
    cell: ({ outcome, status, code }) =>
      isSettledUnsent(outcome) && code
        ? reasonOf(words, code).title
        : [status, code].filter((part) => part !== undefined).join(' · ') || '–',
  },
  {
    head: words.events.took,
    kind: 'number',
    cell: ({ outcome, ms }) => (isSettledUnsent(outcome) ? '–' : format.duration(ms)),
  },
  { head: words.events.requestId, kind: 'code', cell: ({ requestId }) => requestId ?? '–' },
];
