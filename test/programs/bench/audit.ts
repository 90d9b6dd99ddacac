import { setImmediate } from 'node:timers/promises';
import { type Place, storedRows } from '../../support/stored-rows.ts';
import type { LoadResult } from './load.ts';

/** What one run promised: every event of an answered request. */
export interface Promised {
  prefix: string;
  eventsPerRequest: number;
  /** Absent: every one of `requests`. */
  result: Pick<LoadResult, 'requests' | 'unanswered'>;
}

export interface Audit {
  /** Events answered 200. */
  promised: number;
  /** One line for each kind of broken promise. */
  broken: string[];
}

/** What several stores came to. */
export const together = (audits: readonly Audit[]): Audit => ({
  promised: audits.reduce((sum, { promised }) => sum + promised, 0),
  broken: audits.flatMap(({ broken }) => broken),
});

/** Between two of these progress can be shown. */
const ROWS_AT_ONCE = 20_000;
const CLEAR = ['@example.com', '0912 345 678', '0912345678'];

/**
 * Reads the log of a collector that is gone and holds it against what was answered: each promised event is there, none
 * twice, each hashed, none with an address or number in clear. An event without an answer may be there or not.
 */
export async function audit(place: Place, runs: readonly Promised[]): Promise<Audit> {
  const rows = new Map(
    runs.map(({ prefix, eventsPerRequest, result }) => [
      prefix,
      new Uint8Array(result.requests * eventsPerRequest),
    ]),
  );
  const found = { unknown: 0, clear: 0, unhashed: 0 };
  let read = 0;
  for (const { body: text, isCopy } of storedRows(place)) {
    if (isCopy) continue;
    if (++read % ROWS_AT_ONCE === 0) await setImmediate();
    const [, prefix = '', number] = /"messageId":"(.+?)-(\d{12})"/.exec(text) ?? [];
    const counts = rows.get(prefix);
    const index = Number(number);
    if (counts && index < counts.length) counts[index] = (counts[index] ?? 0) + 1;
    else found.unknown++;
    if (CLEAR.some((clear) => text.includes(clear))) found.clear++;
    if (!text.includes('"emailSha256":"')) found.unhashed++;
  }

  let [promised, lost, twice] = [0, 0, 0];
  for (const { prefix, eventsPerRequest, result } of runs) {
    const unanswered = new Set(result.unanswered);
    for (const [index, count] of rows.get(prefix)?.entries() ?? []) {
      if (count > 1) twice++;
      if (unanswered.has(Math.floor(index / eventsPerRequest))) continue;
      promised++;
      if (count === 0) lost++;
    }
  }
  const counted: [number, string][] = [
    [lost, 'answered 200 but not in the log'],
    [twice, 'stored twice'],
    [found.unhashed, 'stored without a hash'],
    [found.clear, 'stored with an address or number in clear'],
    [found.unknown, 'stored but never sent'],
  ];
  return {
    promised,
    broken: counted.filter(([count]) => count > 0).map(([n, what]) => `${n} events ${what}`),
  };
}
