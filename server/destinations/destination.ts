import type { ZodType } from 'zod';
import type { NoticeCode } from '../../shared/advice/notice.ts';
import type { Purpose } from '../../shared/consent.ts';
import type { MatchKey, ValueKey } from '../../shared/match-keys.ts';
import type { ProtectedEvent, RawPii } from '../../shared/protected-event.ts';
import type { RetryReason, SkipReason } from '../../shared/reasons.ts';
import type { HttpRequest, HttpResponse } from '../lib/http-client.ts';

export type { HttpResponse };

/**
 * A system we deliver to: data and pure functions, without HTTP, clock or configuration of its own.
 * To add one, create a folder here and a line in `registry.ts`.
 */
export interface Destination<Payload = unknown, Settings = unknown> {
  /** Lower-case and stable: it is part of the consumer's name in the store. Further instances: `<name>:<suffix>`. */
  name: string;
  /** Its name in a message's `integrations`. */
  integration: string;
  /** Other names of it there, as Segment's catalogue and shops write them. Case, spaces and punctuation do not matter. */
  integrationAliases: readonly string[];
  purpose: Purpose;
  /** The environment variable behind each setting. `settings` says which are required and what they default to. */
  variables: { [Setting in keyof Settings]-?: string };
  /** The destination is configured when one of these variables is set; then all required settings must be. */
  switches: readonly string[];
  settings: ZodType<Settings>;
  /** `raw-pii`: the worker decrypts the event's personal data for `map`. */
  needs(settings: Settings): readonly Need[];
  /** True: `map` is given events without city, state and country of people and addresses, except in `identity`. */
  withoutPlaces?(settings: Settings): boolean;
  /** What the API accepts; every payload is checked before it is sent. */
  payload: ZodType<Payload>;
  limits: Limits;

  /** Maps an event to one or more payloads of this API, or to the reason why none is sent. */
  map(event: ProtectedEvent, settings: Settings, facts: Facts): Payload[] | Skip;
  /** A payload that `payload` refused, cut to the API's size; one that is refused for another reason stays as it is. */
  shorten?(payload: Payload): Payload;
  /** By what the API can match a person whom this payload is about; a key may be named twice. Counted when it is accepted. */
  matchKeys?(payload: Payload): readonly MatchKey[];
  /** Which of these a payload carries, where the API has a place for them. Recorded when it is accepted. */
  valueKeys?(payload: Payload): readonly ValueKey[];
  /** Which stages of an order the API is sent its sale with. Absent: the placement. */
  saleStages?(settings: Settings): readonly SaleStage[];
  /** How many lines of the event are sent under another id than the one configured; counted when it is sent. */
  contentIdFallbacks?(event: ProtectedEvent, settings: Settings): number;
  /** The part of a payload that a request contains. Absent: all of it. */
  item?(payload: Payload): unknown;
  /** Payloads with different keys are sent in different requests. Absent: all may share one. */
  groupKey?(payload: Payload): string;
  /** @param items JSON texts, one per payload. An empty list yields the envelope, whose size is measured. */
  request(items: readonly string[], parts: RequestParts<Settings>): PostRequest;
  /** Instances, of all shops, that the API counts against one limit of requests have one key. Absent: each has its own limit. */
  rateKey?(settings: Settings): string;
  /** Reads the response: one outcome for the whole batch, or one per payload where the API answers per item. */
  classify(response: HttpResponse, batch: readonly Payload[]): Outcome | Outcome[];

  /** What of a response the delivery history keeps beside its status: the API's code, and its id of the request. */
  describeAnswer?(response: HttpResponse): { code?: string; requestId?: string };

  /** A key for payloads that must be accepted only once ever; delivery keeps the ledger of keys. */
  once?(payload: Payload): string | undefined;
  /** The `once` key of an earlier payload whose remote id `map` needs as `facts.remoteId`. */
  refersTo?(event: ProtectedEvent, settings: Settings): string | undefined;
  /** How long the API itself recognises a repeated payload. Absent: it never does. */
  dedupWindowMs?: number;
  /** Events wait while an earlier identify of the same person is unsettled. */
  waitsForIdentify?: boolean;
  /** What an erasure cannot remove there; `shared/advice` has the words for the person. Absent: `User Suppressed` erases it. */
  cannotErase?: NoticeCode;

  /**
   * Settings under which what is sent shows up as a test and does not count.
   *
   * @param code of the API's test page; absent: the one that is configured.
   * @returns undefined where there is none, and what is sent would count.
   */
  asTest?(settings: Settings, code?: string): Settings | undefined;

  /** Input and expected output with a title; the tests run them, and they document the mapping. */
  examples: readonly Example<Payload, Settings>[];
}

/** A payload as the JSON text that `request` takes. */
export const toItem = <Payload>(
  destination: { item?(payload: Payload): unknown },
  payload: Payload,
): string => JSON.stringify(destination.item ? destination.item(payload) : payload);

/** Of an order: that it was placed, which `Order Completed` reports; or that it was paid, as `Order Updated` reports later. */
export type SaleStage = 'placed' | 'paid';
export const saleStagesOf = ({ destination, settings }: { destination: Destination; settings: unknown }) =>
  destination.saleStages?.(settings) ?? (['placed'] as const);

export type Need = 'raw-pii';
/** True when this destination receives personal data in clear, as it is configured. */
export const needsRawPii = ({ destination, settings }: { destination: Destination; settings: unknown }) =>
  destination.needs(settings).includes('raw-pii');

export interface Limits {
  maxEvents: number;
  /** Of the request body, UTF-8. */
  maxBytes: number;
  /** How long an event may wait for others to share its request. */
  maxBatchDelayMs: number;
  requestsPerSecond: number;
  /** How many requests may be sent at once after a pause; default `requestsPerSecond`. */
  burst?: number;
  /** How many requests may be in flight at once. */
  requestsInFlight: number;
  /** Older events (by `timestamp`) are skipped. */
  maxAgeMs?: number;
}

/** What a request is built from beside its payloads. */
export interface RequestParts<Settings = unknown> {
  settings: Settings;
  /** When it is sent, epoch ms. */
  nowMs: number;
}

export interface Facts {
  /** Only for a destination that needs `raw-pii`, and only while the encrypted values are kept. */
  raw?: RawPii;
  /** The API's id of the payload that `refersTo` names. */
  remoteId?: string;
}

/** Another destination of the same kind in one shop, such as `tiktok:eu`. Everything is apart by its name. */
export const instanceOf = (destination: Destination, suffix: string): Destination => ({
  ...destination,
  name: `${destination.name}:${suffix}`,
});
/** What a person reads: `TikTok`, and `TikTok (eu)` for a further instance. */
export function titleOf({ name, integration }: Destination): string {
  const [, suffix] = name.split(':');
  return suffix === undefined ? integration : `${integration} (${suffix})`;
}
/** The name in the registry of a destination or of an instance of it. */
export const baseName = ({ name }: Pick<Destination, 'name'>): string => name.split(':')[0] ?? name;

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
  /** `warning`: the API's remark on what it accepted. `remoteId`: the API's id of the payload. */
  | { kind: 'delivered'; remoteId?: string; warning?: string }
  /** The payload may be accepted later. */
  | { kind: 'retry'; reason: RetryReason; wait?: Wait; answer?: string }
  /** Token, permission or configuration is wrong: delivery to the destination pauses with an alert, its events wait. */
  | { kind: 'paused'; answer: string }
  /** The payload will never be accepted. For a batch: at least one payload in it. */
  | { kind: 'rejected'; answer: string };

/** How long the API asked us to wait. */
export type Wait = { ms: number } | 'until-midnight-utc';

export interface Example<Payload, Settings = unknown> {
  title: string;
  event: ProtectedEvent;
  settings: Settings;
  facts?: Facts;
  expected: Payload[] | Skip;
}
