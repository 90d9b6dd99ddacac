import type { Destination, Outcome } from '../destinations/destination.ts';
import { type Http, NoAnswer } from './http.ts';
import { retryAfterMs, waitMs } from './retry.ts';

/** What one payload came to, with the wait in milliseconds and the API's words. */
export type Result = Outcome & { afterMs: number; words: string };

export interface SendParts {
  destination: Destination;
  settings: unknown;
  http: Http;
  /** Resolves when the next request may go. */
  pace: () => Promise<void>;
  isStopping: () => boolean;
  nowMs: () => number;
}

/** What was not sent because the collector stops: known for certain not to have arrived. */
export const STOPPING: Result = {
  kind: 'retry',
  reason: 'unreachable',
  afterMs: 0,
  words: 'the collector is stopping',
};

const WORDS_MAX = 2_000;

/**
 * Sends one batch and says what each payload came to. Where the API refuses a batch without saying which payload is
 * at fault, halves are sent until the culprit stands alone: about 2·log2(n) more requests for one bad payload.
 * A failure that waiting can mend ends the round: what was not sent yet shares its result.
 *
 * @returns one result per payload, in order. Never rejects.
 */
export async function send(parts: SendParts, batch: readonly unknown[]): Promise<Result[]> {
  const results = await sendOnce(parts, batch);
  const isAtFault = results.length === 1 && results[0]?.kind === 'rejected' && batch.length > 1;
  if (!isAtFault) return results.length === batch.length ? results : batch.map(() => results[0] as Result);
  const middle = Math.ceil(batch.length / 2);
  const first = await send(parts, batch.slice(0, middle));
  const stopped = first.find(({ kind }) => kind === 'retry' || kind === 'paused');
  const rest = batch.slice(middle);
  return [...first, ...(stopped ? rest.map(() => stopped) : await send(parts, rest))];
}

/** One request. One result for the whole batch, or one per payload when the API said so. */
async function sendOnce(parts: SendParts, batch: readonly unknown[]): Promise<Result[]> {
  const { destination, settings, http, nowMs, isStopping } = parts;
  await parts.pace();
  // Stopping ends the wait for a turn early, and whatever would follow has no turn.
  if (isStopping()) return [STOPPING];
  try {
    const response = await http(destination.request(batch, settings));
    const outcome = destination.classify(response, batch);
    if (Array.isArray(outcome) && outcome.length !== batch.length) {
      const short = `the answer speaks of ${outcome.length} of ${batch.length} events`;
      return [{ kind: 'retry', reason: 'unreadable-answer', afterMs: 0, words: short }];
    }
    const words = response.body.slice(0, WORDS_MAX);
    return [outcome].flat().map((found) => {
      const asked = found.kind === 'retry' ? waitMs(found.wait, nowMs()) : 0;
      const afterMs =
        found.kind === 'retry' ? Math.max(asked, retryAfterMs(response.headers['retry-after'], nowMs())) : 0;
      return { ...found, afterMs, words: ('answer' in found && found.answer) || words };
    });
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return [
      {
        kind: 'retry',
        reason: error.wasSent ? 'no-answer' : 'unreachable',
        afterMs: 0,
        words: error.message,
      },
    ];
  }
}
