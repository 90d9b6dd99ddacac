import { z } from 'zod';
import {
  ConsentRecord,
  DestinationName,
  EventSource,
  EvidenceState,
  IndexState,
  NextCursor,
  Outcome,
  OutcomeFilter,
  Purposes,
  Reason,
  State,
  Time,
  TimeText,
  Words,
} from './common.ts';

const Digest = z
  .string()
  .regex(
    /^[0-9a-fA-F]{64}$/,
    'expected the SHA-256 in hex: addresses are logged, so a clear value is refused',
  );

/** By which events and orders are found. */
export const IdsQuery = z.strictObject({
  visitor: z.string().max(512).optional().meta({ description: 'An anonymous id or a user id.' }),
  user: z.string().max(512).optional(),
  email: Digest.optional().meta({ description: 'SHA-256 (hex) of the email, trimmed and in lower case.' }),
  phone: Digest.optional().meta({ description: 'SHA-256 (hex) of the phone number as `+886912345678`.' }),
  message: z.string().max(512).optional(),
});

/** `GET /admin/events`. */
export const EventQuery = IdsQuery.extend({
  ...OutcomeFilter.shape,
  order: z.string().max(200).optional(),
  name: z.string().max(255).optional(),
  type: z.string().max(20).optional(),
  source: EventSource.optional(),
  outcome: State.optional(),
  from: TimeText.optional(),
  to: TimeText.optional(),
  q: z.string().max(512).optional().meta({ description: 'Any of the ids above, an order or a name.' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
});
export type EventQuery = z.input<typeof EventQuery>;

/** One event of a list. */
export const EventRow = z.object({
  messageId: z.string(),
  shop: z.string(),
  type: z.string(),
  /** Of a track event its name, of a page its title or `Page`. */
  name: z.string(),
  source: EventSource,
  receivedAt: Time,
  timestamp: Time,
  orderId: z.string().optional(),
  value: z.number().optional(),
  currency: z.string().optional(),
  path: z.string().optional(),
  consent: Purposes,
  outcomes: z.array(Outcome),
});
export type EventRow = z.infer<typeof EventRow>;

export const EventList = z.object({
  events: z.array(EventRow),
  nextCursor: NextCursor,
  indexedUntil: IndexState,
});
export type EventList = z.infer<typeof EventList>;

/** One request that carried the event. */
export const Attempt = z.object({
  at: Time,
  ms: z.number(),
  /** Of this event: `skipped` and `dead` were settled without a request. */
  outcome: z.enum(['delivered', 'retry', 'paused', 'rejected', 'skipped', 'dead']),
  attempt: z.int(),
  /** HTTP; absent when there was no answer. */
  status: z.int().optional(),
  /** The API's own code. */
  code: z.string().optional(),
  /** The API's id of the request, as its support asks for it. */
  requestId: z.string().optional(),
  /** The API's words, or ours where there was no answer. */
  words: z.string().optional(),
});
export type Attempt = z.infer<typeof Attempt>;

/** One destination of the event. */
export const EventDelivery = z.object({
  destination: DestinationName,
  title: z.string(),
  state: State,
  reason: Reason.optional(),
  /** The API's words with a dead letter. */
  words: z.string().optional(),
  advice: Words.optional(),
  at: Time.optional(),
  attempts: z.array(Attempt),
  nextAttemptAt: Time.optional(),
  /** What was sent, or would be today. */
  payloads: z.array(z.unknown()).optional(),
  /**
   * `exact`: what was sent, by its digest. `changed`: settings, mapping or consent have changed since. `unsent`: nothing was
   * sent; it is what would be. `unavailable`: it cannot be computed any more. `clear`: the destination is sent personal data in
   * clear, which its worker alone decrypts.
   */
  payloadState: z.enum(['exact', 'changed', 'unsent', 'unavailable', 'clear']),
  /** A command line that sends the payload; secrets are names of variables. */
  curl: z.string().optional(),
  /** `POST /admin/replay` would send it again. */
  canReplay: z.boolean(),
});
export type EventDelivery = z.infer<typeof EventDelivery>;

/** One step between the page and the store. */
export const EventStep = z.object({
  step: z.enum(['happened', 'received', 'protected', 'stored', 'joined']),
  at: Time.optional(),
  /** For `protected`: fields that hold a digest in place of the value. */
  hashed: z.array(z.string()).optional(),
  /** Fields that were coerced or left out, as far as is known. */
  warnings: z.array(z.object({ path: z.string(), code: z.string() })).optional(),
});

export type EventStep = z.infer<typeof EventStep>;

/** `GET /admin/events/:messageId`. */
export const EventAnswer = z.object({
  row: EventRow,
  /** As it is stored. */
  event: z.record(z.string(), z.unknown()),
  /** What delivery uses now: what the event says, under the record of those it is about. `row.consent` is what the event says. */
  consentToday: Purposes,
  /** The records of those it is about. Empty: what the event says decides. */
  consentRecords: z.array(ConsentRecord),
  captured: z.object({
    source: EventSource,
    page: z.string().optional(),
    referrer: z.string().optional(),
    warnings: z.array(z.object({ path: z.string(), code: z.string() })).optional(),
  }),
  steps: z.array(EventStep),
  /** Of a browser's report of an order where its word makes none: no destination is sent it. */
  evidence: z
    .object({
      status: EvidenceState,
      orderId: z.string().optional(),
      advice: Words.optional(),
    })
    .optional(),
  deliveries: z.array(EventDelivery),
});
export type EventAnswer = z.infer<typeof EventAnswer>;
