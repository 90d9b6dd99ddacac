import { z } from 'zod';
import { PURPOSES } from '../consent.ts';
import { EVIDENCE_STATUSES } from '../evidence.ts';

/** ISO 8601, UTC. */
export const Time = z
  .string()
  .meta({ description: 'ISO 8601, UTC.', examples: ['2026-11-29T08:15:30.000Z'] });

export const STATES = ['waiting', 'retry', 'delivered', 'skipped', 'dead', 'none'] as const;
/**
 * What became of one event at one destination. `waiting`: not tried yet, or held; `retry`: tried, and due again; `none`: settled
 * before the history began or after it was removed, or stored before the destination was added.
 */
export const State = z.enum(STATES);
export type State = z.infer<typeof State>;

export const SOURCES = ['browser', 'server', 'platform', 'operator'] as const;
export const EventSource = z.enum(SOURCES);

/** A destination of a shop by its name: `tiktok`, or `tiktok:eu` for a further instance. */
export const DestinationName = z.string();

/** What became of a browser's report of an order where its word makes none. `open` waits for the report of a stronger voice. */
export const EvidenceState = z.enum(EVIDENCE_STATUSES);

/** Why it was not delivered, as one of the closed lists in `shared/reasons.ts` names it. */
export const Reason = z.string();

export const Purposes = z.record(z.enum(PURPOSES), z.boolean());

/** Of the purposes something was said about. */
export const Consents = z.partialRecord(z.enum(PURPOSES), z.boolean());
/** What is recorded of one person or browser, and by whom and when it was last stated. Without `id` it is of an id that is not shown. */
export const ConsentRecord = z.object({
  id: z.string().optional(),
  at: Time,
  source: EventSource,
  consent: Consents,
});
export type ConsentRecord = z.infer<typeof ConsentRecord>;

/** One destination's outcome of one event. `at`: of its latest attempt. */
export const Outcome = z.object({
  destination: DestinationName,
  state: State,
  reason: Reason.optional(),
  at: Time.optional(),
  attempt: z.int().optional(),
  /** Of what waits. */
  dueAt: Time.optional(),
});
export type Outcome = z.infer<typeof Outcome>;

/** What is wrong and what to do, in English. The same words by reason and language: `shared/advice`. */
export const Words = z.object({ means: z.string(), todo: z.string() });

/** By the placeholders of the words. Texts are shown as they are; numbers and times as the reader's language writes them. */
export const NoticeValues = z.record(z.string(), z.union([z.string(), z.number()]));
export type NoticeValues = z.infer<typeof NoticeValues>;

/** What is the case, without words: `shared/advice` has those of each code, by language, with a place for each value. */
export const Notice = z.object({ code: z.string(), values: NoticeValues });
export type Notice = z.infer<typeof Notice>;

/** How far the search index has followed the store. `lag`: events that are stored and cannot be found yet. */
export const IndexState = z.object({ seq: z.int(), lag: z.int() });

/** Present while there is a further page: to be sent as `cursor`. */
export const NextCursor = z.string().optional();

const isTime = (text: string) => !Number.isNaN(Date.parse(text));
/** A time in a query. */
export const TimeText = z
  .string()
  .refine(isTime, 'expected a time such as 2026-11-29T08:00:00Z, or a day such as 2026-11-29')
  .meta({ description: 'ISO 8601; a day alone is its first moment in UTC.' });

/** A day in a query. */
export const Day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/, 'expected a day such as 2026-11-29')
  .refine(
    (text) => isTime(text) && new Date(text).toISOString().startsWith(text),
    'expected a day that there is',
  );

/** One shop of several; default: all of them. */
export const OfShop = z.object({
  shop: z.string().optional().meta({ description: 'One shop; default: all of them.' }),
});

/** Which deliveries (an event at one destination) are meant: the same for lists, groups, sending again and discarding. */
export const OutcomeFilter = z.object({
  shop: z.string().optional(),
  destination: DestinationName.optional(),
  reason: Reason.optional(),
  words: z.string().max(10_000).optional().meta({
    description:
      'Of a group of dead letters: its words as the list of groups has them; empty for one that has none.',
  }),
  settledFrom: TimeText.optional().meta({
    description: 'It came to its outcome at this time or later. Of skipped events the whole hour is meant.',
  }),
  settledTo: TimeText.optional().meta({
    description: 'It came to its outcome before this time. Of skipped events the whole hour is meant.',
  }),
});
export type OutcomeFilter = z.infer<typeof OutcomeFilter>;
