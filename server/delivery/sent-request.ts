import type { Destination } from '../destinations/destination.ts';
import { DIGEST_BYTES, type SentOutcome, type SentRequest } from '../store/history.ts';
import type { InFlight } from './prepare.ts';
import { type Exchange, worst } from './send.ts';

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
