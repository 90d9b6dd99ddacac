import type { ZodType } from 'zod';
import type { Purpose } from '../../shared/consent.ts';
import type { ProtectedEvent, RawPii } from '../../shared/protected-event.ts';
import type { RetryReason, SkipReason } from '../../shared/reasons.ts';
import type { HttpRequest, HttpResponse } from '../lib/http-client.ts';

export type { HttpResponse };

/**
 * A system we deliver to: data plus pure functions, no HTTP, no clock, no configuration of its own.
 * Adding one: a folder here, a line in `registry.ts`.
 */
export interface Destination<Payload = unknown, Settings = unknown> {
  /** Lower-case, stable: it names the consumer in the log. */
  name: string;
  /** The name by which `integrations` chooses it. */
  integration: string;
  purpose: Purpose;
  /** The environment variable behind each setting. `settings` says which are required and what they default to. */
  variables: { [Setting in keyof Settings]-?: string };
  /** Variables that mean "this destination is wanted": none set = not configured, some set = the rest is missing. */
  switches: readonly string[];
  settings: ZodType<Settings>;
  /** `raw-pii`: the worker opens the event's seal and hands it to `map`. */
  needs(settings: Settings): readonly Need[];
  /** Every outgoing payload is checked against what the API accepts. */
  payload: ZodType<Payload>;
  limits: Limits;

  /** Our event in this API's words: none, one or several payloads, or why not. */
  map(event: ProtectedEvent, settings: Settings, facts: Facts): Payload[] | Skip;
  /** What of a payload goes into a request. Absent: all of it. */
  item?(payload: Payload): unknown;
  /** @param items JSON texts, one per payload: each is written once, counted, and sent as it is. */
  request(items: readonly string[], settings: Settings): PostRequest;
  /** Reads status and body. One outcome for the whole batch, or one per payload when the API answers per item. */
  classify(response: HttpResponse, batch: readonly Payload[]): Outcome | Outcome[];

  /** A key for payloads that must be accepted only once ever; the dispatcher keeps the ledger. */
  once?(payload: Payload): string | undefined;
  /** The `once` key of an earlier payload whose remote id `map` wants as `facts.remoteId`. */
  refersTo?(event: ProtectedEvent, settings: Settings): string | undefined;
  /** How long the API itself recognises a repeat. Absent: it never does. */
  dedupWindowMs?: number;
  /** A track waits while an earlier identify of the same person is unsettled. */
  waitsForIdentify?: boolean;
  /** What an erasure cannot take back there, in words for the person who asked. Absent: `User Suppressed` erases. */
  cannotErase?: string;

  /** Titled in → out pairs: the tests and the documentation. */
  examples: readonly Example<Payload, Settings>[];
}

/** A payload as the JSON text that `request` takes. */
export const toItem = <Payload>(
  destination: { item?(payload: Payload): unknown },
  payload: Payload,
): string => JSON.stringify(destination.item ? destination.item(payload) : payload);

export type Need = 'raw-pii';
/** True when this destination, so configured, is told personal data in clear. */
export const needsRawPii = ({ destination, settings }: { destination: Destination; settings: unknown }) =>
  destination.needs(settings).includes('raw-pii');

export interface Limits {
  maxEvents: number;
  /** Of the request body, UTF-8. */
  maxBytes: number;
  /** How long a first event may wait for company. */
  maxWaitMs: number;
  requestsPerSecond: number;
  /** How many requests may go at once after a pause; default `requestsPerSecond`. */
  burst?: number;
  /** How many requests may wait for their answers together. */
  requestsInFlight: number;
  /** Older events (by `timestamp`) are skipped. */
  maxAgeMs?: number;
}

export interface Facts {
  /** Only for a destination that declared the need, and only while the seal exists. */
  raw?: RawPii;
  /** What the API called the payload `refersTo` named. */
  remoteId?: string;
}

export interface Skip {
  skip: SkipReason;
}
export const skip = (reason: SkipReason): Skip => ({ skip: reason });
export const isSkip = (mapped: unknown[] | Skip): mapped is Skip => !Array.isArray(mapped);

export interface PostRequest extends HttpRequest {
  method: 'POST';
  body: string;
}

export type Outcome =
  /** `warning`: accepted, but the API had something to say. `remoteId`: what it calls the payload. */
  | { kind: 'delivered'; remoteId?: string; warning?: string }
  /** Nothing is wrong with the payload; wait and try again. */
  | { kind: 'retry'; reason: RetryReason; wait?: Wait; answer?: string }
  /** Token, permission or configuration: the whole destination stops, its events wait, someone is told. */
  | { kind: 'paused'; answer: string }
  /** The payload is wrong and will stay wrong. In a batch: something in it is. */
  | { kind: 'rejected'; answer: string };

/** How long the API asked us to stay away. */
export type Wait = { ms: number } | 'until-midnight-utc';

export interface Example<Payload, Settings = unknown> {
  title: string;
  event: ProtectedEvent;
  settings: Settings;
  facts?: Facts;
  expected: Payload[] | Skip;
}
