import type { Destination, Outcome } from '../destinations/destination.ts';
import { type Http, NoAnswer } from '../lib/http-client.ts';
import { retryAfterMs, waitMs } from './retry.ts';

/** What one payload came to, with the wait in milliseconds and the API's words. */
export type Result = Outcome & {
  afterMs: number;
  words: string;
  /** It stayed here: how often it was taken before says nothing about it. */
  wasKept?: true;
};

/** What of a payload the sending needs. */
export interface Sendable {
  payload: unknown;
  item: string;
}

export interface SendParts {
  destination: Destination;
  settings: unknown;
  http: Http;
  /** Resolves when the next request may go, with why it must not go after all. */
  turn: () => Promise<NotSent | undefined>;
  nowMs: () => number;
  /** Told how long the API took for one request, and the worst that came of it. */
  timed: (ms: number, kind: Outcome['kind']) => void;
}

/** Not sent, for a reason of our own: known for certain not to have arrived, and no word about the destination. */
export type NotSent = Result & { reason: 'deferred' };
const notSent = (words: string): NotSent => ({
  kind: 'retry',
  reason: 'deferred',
  afterMs: 0,
  words,
  wasKept: true,
});
export const STOPPING = notSent('the collector is stopping');
export const DEFERRED = notSent(
  'not sent: the destination failed meanwhile, asked for quiet, or took too long',
);
/** What was to follow a failure: it waits as long, but its own outcome is known. */
export const notSentAfter = ({ afterMs }: Result): Result => ({ ...DEFERRED, afterMs });

const WORDS_MAX = 2_000;

/**
 * Sends one batch and says what each payload came to. Where the API refuses a batch without saying which payload is
 * at fault, halves are sent until the culprit stands alone: about 2·log2(n) more requests for one bad payload.
 * A failure that waiting can mend ends the round: what was not sent yet waits as long.
 *
 * @returns one result per payload, in order. Never rejects.
 */
export async function send(parts: SendParts, batch: readonly Sendable[]): Promise<Result[]> {
  const results = await sendOnce(parts, batch);
  const isAtFault = results.length === 1 && results[0]?.kind === 'rejected' && batch.length > 1;
  if (!isAtFault) return results.length === batch.length ? results : batch.map(() => results[0] as Result);
  const middle = Math.ceil(batch.length / 2);
  const first = await send(parts, batch.slice(0, middle));
  const stopped = first.find(({ kind }) => kind === 'retry' || kind === 'paused');
  const rest = batch.slice(middle);
  return [...first, ...(stopped ? rest.map(() => notSentAfter(stopped)) : await send(parts, rest))];
}

/** One request. One result for the whole batch, or one per payload when the API said so. */
async function sendOnce(parts: SendParts, batch: readonly Sendable[]): Promise<Result[]> {
  const refusal = await parts.turn();
  if (refusal) return [refusal];
  const sentAtMs = performance.now();
  const results = await exchange(parts, batch);
  parts.timed(performance.now() - sentAtMs, worst(results).kind);
  return results;
}

async function exchange(parts: SendParts, batch: readonly Sendable[]): Promise<Result[]> {
  const { destination, settings, http, nowMs } = parts;
  try {
    const request = destination.request(
      batch.map(({ item }) => item),
      settings,
    );
    const response = await http(request);
    const payloads = batch.map(({ payload }) => payload);
    const outcome = destination.classify(response, payloads);
    if (Array.isArray(outcome) && outcome.length !== batch.length) {
      const short = `the answer speaks of ${outcome.length} of ${batch.length} events`;
      return [{ kind: 'retry', reason: 'invalid-response', afterMs: 0, words: short }];
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

/** What waiting can mend outweighs what it cannot, which outweighs success: nothing is settled too early. */
export function worst(results: readonly Result[]): Result {
  return results.reduce((found, next) => (WEIGHTS[next.kind] > WEIGHTS[found.kind] ? next : found));
}
const WEIGHTS: Record<Outcome['kind'], number> = { delivered: 0, rejected: 1, paused: 2, retry: 3 };
