import type { Attempt } from '../../../shared/operator-api/index.ts';
import type { Format } from '../format.ts';
import type { Column } from '../parts/table.tsx';
import type { Words } from '../words/words.ts';

/** One request and its answer, as columns of a table. */
export const attemptColumns = (words: Words, format: Format): Column<Attempt>[] => [
  { head: words.common.time, kind: 'time', cell: ({ at }) => format.time(at) },
  { head: '#', kind: 'number', cell: ({ attempt }) => attempt },
  { head: words.common.outcome, cell: ({ outcome }) => words.events.attemptOutcomes[outcome] },
  {
    head: words.events.answer,
    cell: ({ status, code }) => [status, code].filter((part) => part !== undefined).join(' · ') || '–',
  },
  { head: words.events.took, kind: 'number', cell: ({ ms }) => format.duration(ms) },
  { head: words.events.requestId, kind: 'code', cell: ({ requestId }) => requestId ?? '–' },
];
