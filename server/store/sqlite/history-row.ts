import type { HistoryRow } from '../history.ts';
import { countOf } from './ranges.ts';

/** A row of the delivery history as it is stored. */
export interface StoredHistoryRow {
  id: number;
  consumer: string;
  atMs: number;
  ms: number;
  outcome: HistoryRow['outcome'];
  attempt: number;
  status: number | null;
  code: string | null;
  requestId: string | null;
  words: string | null;
  events: string;
  results: string | null;
}

/** Of `delivery_history h` and its `consumers c`. */
export const HISTORY_COLUMNS = `h.id, c.name AS consumer, h.at AS atMs, h.ms, h.outcome, h.attempt, h.status, h.code,
  h.request_id AS requestId, h.words, h.events, h.results`;

/** What every reader of the history shows of a row: when, what it came to, and the answer. */
export function shownOf(row: StoredHistoryRow): Omit<HistoryRow, 'results' | 'match' | 'messageIds'> {
  const { id, consumer, atMs, ms, outcome, attempt, status, code, requestId, words, events } = row;
  return {
    ...{ id, consumer, atMs, ms, outcome, attempt },
    ...(status !== null && { status }),
    ...(code !== null && { code }),
    ...(requestId !== null && { requestId }),
    ...(words !== null && { words }),
    count: countOf(events),
  };
}
