import type { Destination } from '../destinations/destination.ts';
import { DIGEST_BYTES, type SentOutcome, type SentRequest } from '../store/history.ts';
import type { InFlight } from './prepare.ts';
import { type Exchange, type Sent, worst } from './send.ts';

/** One payload of a request, with its event. */
export interface Carried {
  delivery: InFlight;
  /** Of all payloads of its event. */
  digest: Uint8Array;
}

/** A request as the delivery history keeps it. */
export function toSentRequest(destination: Destination, exchange: Exchange<Carried>): SentRequest {
  const { batch, atMs, ms, response, worst: outcome } = exchange;
  const digests = new Map(batch.map(({ delivery, digest }) => [delivery.seq, digest]));
  const seqs = [...digests.keys()].sort((a, b) => a - b);
  const results = resultsOf(exchange);
  return {
    atMs,
    ms,
    outcome: outcome.kind,
    attempt: batch.reduce((latest, { delivery }) => Math.max(latest, delivery.attempt), 1),
    ...(response && { status: response.status, ...destination.describeAnswer?.(response) }),
    ...(outcome.answer !== '' && { words: outcome.answer }),
    seqs,
    digests: joined(seqs.flatMap((seq) => digests.get(seq) ?? [])),
    ...(results && { results }),
  };
}

function joined(digests: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(digests.length * DIGEST_BYTES);
  for (const [index, digest] of digests.entries()) all.set(digest, index * DIGEST_BYTES);
  return all;
}

/** Undefined when every event had the outcome of the request. */
function resultsOf({ batch, results, worst: outcome }: Exchange<Carried>): SentRequest['results'] {
  const [only] = results;
  // Where an API refuses a batch without naming the payload at fault, its halves are sent next.
  const isSentAgain = results.length === 1 && only?.kind === 'rejected' && batch.length > 1;
  if (isSentAgain) return { retry: batch.map(({ delivery }) => delivery.seq) };
  if (results.every(({ kind }) => kind === outcome.kind)) return undefined;
  const ofEvents = Map.groupBy(batch.keys(), (index) => batch[index]?.delivery.seq ?? 0);
  const found: Partial<Record<SentOutcome, number[]>> = {};
  for (const [seq, indexes] of ofEvents) {
    const { kind } = worst(indexes.flatMap((index) => results[index] ?? []));
    const alike = found[kind] ?? [];
    found[kind] = alike;
    alike.push(seq);
  }
  return found[outcome.kind]?.length === ofEvents.size ? undefined : found;
}

/**
 * The rows of one batch, with what became of events that had a payload in more than one of them, or in another batch.
 *
 * @param divided events with several payloads. @param settled those of which every payload has a result by now.
 */
export function withEnds(
  requests: readonly SentRequest[],
  divided: ReadonlySet<number>,
  settled: readonly Sent[],
): readonly SentRequest[] {
  if (divided.size === 0) return requests;
  const kinds = new Map(settled.map(({ delivery, results }) => [delivery.seq, worst(results).kind]));
  const marked: SentRequest[] = [];
  for (const request of requests.toReversed()) {
    const ended: Partial<Record<SentOutcome | 'open', number[]>> = {};
    const outcomeOf = outcomesIn(request);
    for (const seq of request.seqs) {
      if (!divided.has(seq)) continue;
      const kind = kinds.get(seq) ?? 'open';
      kinds.delete(seq);
      const own = outcomeOf(seq);
      const isEnd = own === 'delivered' || own === 'rejected';
      if (kind === own || (kind === 'open' && !isEnd)) continue;
      const alike = ended[kind] ?? [];
      ended[kind] = alike;
      alike.push(seq);
    }
    marked.push(Object.keys(ended).length > 0 ? { ...request, ended } : request);
  }
  return marked.toReversed();
}

function outcomesIn({ outcome, results = {} }: SentRequest): (seq: number) => SentOutcome {
  const other = new Map(
    Object.entries(results).flatMap(([kind, seqs]) => seqs.map((seq) => [seq, kind as SentOutcome] as const)),
  );
  return (seq) => other.get(seq) ?? outcome;
}
