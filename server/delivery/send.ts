import type { Destination, HttpResponse, Outcome } from '../destinations/destination.ts';
import { type Http, NoAnswer } from '../lib/http-client.ts';
import type { InFlight } from './prepare.ts';
import { retryAfterMs, waitMs } from './retry.ts';

/** The outcome of one payload. */
export type SendResult = Outcome & {
  /** The wait that the API asked for, in milliseconds; 0 when it asked for none. */
  afterMs: number;
  /** The API's words, or ours where there is no response. */
  answer: string;
  /** It was not sent, so its earlier attempts do not lengthen its wait. */
  isUnsent?: true;
};

/** One event with its payloads and the result of each, in the same order. */
export interface Sent {
  delivery: InFlight;
  payloads: unknown[];
  results: SendResult[];
}

export interface Sendable {
  payload: unknown;
  item: string;
}

/** One request that was sent, with what it carried. `response` is absent when there was none. */
export interface Exchange<One> {
  batch: readonly One[];
  atMs: number;
  ms: number;
  response?: HttpResponse;
  worst: SendResult;
  /** One for the whole batch, or one for each of it. */
  results: readonly SendResult[];
}

export interface SendParts<One> {
  destination: Destination;
  settings: unknown;
  http: Http;
  /** Resolves when the next request is allowed; with a result when none may be sent any more. */
  waitForTurn: () => Promise<NotSent | undefined>;
  /** False for what may not be sent as it was prepared any more; asked immediately before a request. */
  isCurrent: (one: One) => boolean;
  nowMs: () => number;
  /** Called after each request. */
  onSent: (exchange: Exchange<One>) => void;
}

/** Not sent for a reason of our own: certainly not accepted, and no evidence about the destination. */
export type NotSent = SendResult & { reason: 'deferred' };
const notSent = (answer: string): NotSent => ({
  kind: 'retry',
  reason: 'deferred',
  afterMs: 0,
  answer,
  isUnsent: true,
});
export const STOPPING = notSent('not sent: the collector is stopping');
export const DEFERRED = notSent(
  'not sent: the destination failed or asked to wait meanwhile, or the round took too long',
);
export const CONSENT_CHANGED = notSent('not sent: consent was denied since the event was prepared');
/** True for a result after which nothing more is sent. What was not sent by consent says nothing of the destination. */
export const isFailure = (result: SendResult): boolean =>
  result !== CONSENT_CHANGED && (result.kind === 'retry' || result.kind === 'paused');
/** For what would have followed a failed request: it waits as long. */
export const notSentAfter = ({ afterMs }: SendResult): SendResult => ({ ...DEFERRED, afterMs });

const MAX_ANSWER_CHARACTERS = 2_000;

/**
 * Sends one batch. Where the API rejects a batch without naming the payload at fault, halves are sent until that
 * payload is alone: about 2·log2(n) more requests for one bad payload. A failure that a retry can fix ends the search;
 * what was not sent by then waits as long.
 *
 * @returns one result per payload, in order. Never rejects.
 */
export async function send<One extends Sendable>(
  parts: SendParts<One>,
  batch: readonly One[],
): Promise<SendResult[]> {
  const results = await sendOnce(parts, batch);
  if (!results) return sendCurrent(parts, batch);
  const isRejectedAsAWhole = results.length === 1 && results[0]?.kind === 'rejected' && batch.length > 1;
  if (!isRejectedAsAWhole)
    return results.length === batch.length ? results : batch.map(() => results[0] as SendResult);
  const middle = Math.ceil(batch.length / 2);
  const first = await send(parts, batch.slice(0, middle));
  const failure = first.find(isFailure);
  const rest = batch.slice(middle);
  return [...first, ...(failure ? rest.map(() => notSentAfter(failure)) : await send(parts, rest))];
}

/** The others are prepared anew. */
async function sendCurrent<One extends Sendable>(
  parts: SendParts<One>,
  batch: readonly One[],
): Promise<SendResult[]> {
  const current = batch.filter(parts.isCurrent);
  const sent = current.length > 0 ? await send(parts, current) : [];
  const results = new Map(current.map((one, index) => [one, sent[index]]));
  return batch.map((one) => results.get(one) ?? CONSENT_CHANGED);
}

/**
 * One request. One result for the whole batch, or one per payload where the API answers per item. Undefined: not all of
 * it may be sent any more, and nothing was.
 */
async function sendOnce<One extends Sendable>(
  parts: SendParts<One>,
  batch: readonly One[],
): Promise<SendResult[] | undefined> {
  const refusal = await parts.waitForTurn();
  if (refusal) return [refusal];
  if (!batch.every(parts.isCurrent)) return undefined;
  const atMs = parts.nowMs();
  const startedAtMs = performance.now();
  const { results, response } = await request(parts, batch);
  const ms = performance.now() - startedAtMs;
  parts.onSent({ batch, atMs, ms, results, worst: worst(results), ...(response && { response }) });
  return results;
}

async function request<One extends Sendable>(
  parts: SendParts<One>,
  batch: readonly One[],
): Promise<{ results: SendResult[]; response?: HttpResponse }> {
  const { destination, settings, http, nowMs } = parts;
  const items = batch.map(({ item }) => item);
  try {
    const response = await http(destination.request(items, { settings, nowMs: nowMs() }));
    return { results: resultsOf(parts, batch, response), response };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { results: [noOutcome(error.wasSent ? 'no-answer' : 'unreachable', error.message)] };
  }
}

function resultsOf<One extends Sendable>(
  { destination, nowMs }: SendParts<One>,
  batch: readonly One[],
  response: HttpResponse,
): SendResult[] {
  const payloads = batch.map(({ payload }) => payload);
  const outcome = destination.classify(response, payloads);
  if (Array.isArray(outcome) && outcome.length !== batch.length)
    return [noOutcome('invalid-response', `${outcome.length} results for ${batch.length} events`)];
  const retryAfter = retryAfterMs(response.headers['retry-after'], nowMs());
  const body = response.body.slice(0, MAX_ANSWER_CHARACTERS);
  return [outcome].flat().map((found) => ({
    ...found,
    afterMs: found.kind === 'retry' ? Math.max(waitMs(found.wait, nowMs()), retryAfter) : 0,
    answer: ('answer' in found && found.answer) || body,
  }));
}

const noOutcome = (reason: 'invalid-response' | 'no-answer' | 'unreachable', answer: string): SendResult => ({
  kind: 'retry',
  reason,
  afterMs: 0,
  answer,
});

/** An event with several payloads is retried if any of them must be, else rejected if any was. */
export function worst(results: readonly SendResult[]): SendResult {
  return results.reduce((found, next) => (WEIGHTS[next.kind] > WEIGHTS[found.kind] ? next : found));
}
const WEIGHTS: Record<Outcome['kind'], number> = { delivered: 0, rejected: 1, paused: 2, retry: 3 };
