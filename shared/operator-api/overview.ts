import { z } from 'zod';
import { DestinationName, IndexState, Notice, Reason, Time, TimeText, Words } from './common.ts';

/** `GET /admin/overview`. Default: the last hour by minute. */
export const OverviewQuery = z.strictObject({
  shop: z.string().optional(),
  from: TimeText.optional(),
  to: TimeText.optional(),
  /** Seconds; the server takes a larger one where there would be more than 1,500 points. */
  step: z.coerce.number().int().min(60).max(86_400).optional(),
});

/** One value for each of `times`. */
const Counts = z.array(z.number());
/** Over the whole time. */
const Quantiles = z.object({ p50: z.number(), p95: z.number() });

/** `open`: backing off after failures. `paused`: the API refused the access token. */
export const Breaker = z.enum(['closed', 'open', 'paused']);
export type Breaker = z.infer<typeof Breaker>;

/** A destination as it is now. */
export const DestinationNow = z.object({
  shop: z.string(),
  destination: DestinationName,
  title: z.string(),
  breaker: Breaker,
  waiting: z.int(),
  /** How long the oldest waits. */
  oldestAgeMs: z.number(),
  deadLetters: z.int(),
});
export type DestinationNow = z.infer<typeof DestinationNow>;

export const DestinationSeries = DestinationNow.extend({
  delivered: Counts,
  skipped: Counts,
  retried: Counts,
  dead: Counts,
  requests: Counts,
  /** From receipt to delivery, and of one request. Absent where nothing was delivered. */
  latencyMs: Quantiles.optional(),
  requestMs: Quantiles.optional(),
  /** Null where nothing was delivered. */
  latencyP95Ms: z.array(z.number().nullable()),
});
export type DestinationSeries = z.infer<typeof DestinationSeries>;

export const Overview = z.object({
  from: Time,
  to: Time,
  stepMs: z.number(),
  times: z.array(Time),
  events: z.array(z.object({ name: z.string(), counts: Counts })),
  destinations: z.array(DestinationSeries),
  /** Absent when the store does not answer. */
  storage: z.object({ synchronous: z.string(), gaps: z.int(), bytes: z.number().optional() }).optional(),
  /** The latest reports of statistics to SHOPLINE. */
  reports: z.array(
    z.object({ shop: z.string(), target: z.string(), at: Time.optional(), words: z.string().optional() }),
  ),
  indexedUntil: IndexState,
});
export type Overview = z.infer<typeof Overview>;

/**
 * `GET /admin/stream`, Server-Sent Events: `event` with an `EventRow` as it is indexed and when an outcome changes, `status`
 * with this every two seconds, `end` when the session ends.
 */
export const StreamStatus = z.object({
  at: Time,
  destinations: z.array(DestinationNow),
  alerts: z.int(),
  indexedUntil: IndexState,
});
export type StreamStatus = z.infer<typeof StreamStatus>;

/** `GET /admin/match-quality`. */
export const MatchQuery = z.strictObject({
  shop: z.string().optional(),
  days: z.coerce.number().int().min(1).max(35).default(7),
});

/** `key` is one of `shared/match-keys.ts`, or `value`, `currency`, `content_id`. `share` is 0 to 1. */
export const MatchGap = z.object({
  shop: z.string(),
  destination: DestinationName,
  event: z.string(),
  key: z.string(),
  share: z.number(),
  /** Delivered without it. */
  without: z.int(),
  advice: z.string(),
});
export type MatchGap = z.infer<typeof MatchGap>;

export const MatchQuality = z.object({
  days: z.array(z.string()),
  rows: z.array(
    z.object({
      shop: z.string(),
      destination: DestinationName,
      title: z.string(),
      event: z.string(),
      count: z.int(),
      keys: z.array(z.object({ key: z.string(), share: z.number(), byDay: z.array(z.number().nullable()) })),
    }),
  ),
  /** The worst first. */
  gaps: z.array(MatchGap),
  /** Orders that both a page and a stronger voice reported, as far as evidence shows. */
  duplicates: z.array(
    z.object({
      shop: z.string(),
      orders: z.int(),
      /** A page's pixel would have sent them under the same id. */
      joined: z.int(),
      /** A page reported them, and they joined no order. */
      apart: z.int(),
    }),
  ),
});
export type MatchQuality = z.infer<typeof MatchQuality>;

/** `GET /admin/alerts`. */
export const Alert = Notice.extend({
  id: z.string(),
  rule: z.string(),
  severity: z.enum(['warning', 'error']),
  shop: z.string().optional(),
  destination: DestinationName.optional(),
  reason: Reason.optional(),
  since: Time,
  /** Present once it has ended. */
  until: Time.optional(),
  words: Words,
});
export type Alert = z.infer<typeof Alert>;
export const AlertList = z.object({ alerts: z.array(Alert) });
