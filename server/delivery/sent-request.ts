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
  const found = Object.groupBy(
    ofEvents.keys(),
    (seq) => worst((ofEvents.get(seq) ?? []).flatMap((index) => results[index] ?? [])).kind,
  );
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
  // The last row of an event has what became of it.
  const marked = requests.toReversed().map((request) => {
    const outcomeOf = outcomesIn(request);
    const ends = request.seqs.flatMap((seq) => {
      if (!divided.has(seq)) return [];
      const kind = kinds.get(seq) ?? 'open';
      kinds.delete(seq);
      const own = outcomeOf(seq);
      const isEnd = own === 'delivered' || own === 'rejected';
      return kind === own || (kind === 'open' && !isEnd) ? [] : [{ kind, seq }];
    });
    const byKind = Map.groupBy(ends, ({ kind }) => kind);
    const ended = Object.fromEntries([...byKind].map(([kind, some]) => [kind, some.map(({ seq }) => seq)]));
    return ends.length > 0 ? { ...request, ended } : request;
  });
  return marked.reverse();
}

function outcomesIn({ outcome, results = {} }: SentRequest): (seq: number) => SentOutcome {
  const other = new Map(
    Object.entries(results).flatMap(([kind, seqs]) => seqs.map((seq) => [seq, kind as SentOutcome] as const)),
  );
  return (seq) => other.get(seq) ?? outcome;
}
