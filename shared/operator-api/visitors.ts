import { z } from 'zod';
import { Consents, DestinationName, EventSource, Time } from './common.ts';

/** What an erasure cannot remove, in words for the person; the same by `code` and language: `shared/advice`. */
const Remains = z.array(z.object({ destination: DestinationName, code: z.string(), why: z.string() }));

/** `GET /admin/visitors/:id`, for one shop: the first 200 of each list, and how many there are. Their events: `GET /admin/events?visitor=`. */
export const Visitor = z.object({
  shop: z.string(),
  /** The asked id as it is stored, and what the backend or a paid order linked to it. */
  ids: z.array(z.string()),
  /** Browsers that claimed to be nobody else. */
  browsers: z.array(z.string()),
  consents: z.array(
    z.object({
      id: z.string(),
      at: Time,
      consent: Consents,
      history: z.array(z.object({ at: Time, receivedAt: Time, source: EventSource, consent: Consents })),
    }),
  ),
  links: z.object({
    /** Stated by the backend, or by a paid order of a logged-in customer. */
    evidenced: z.array(z.object({ userId: z.string(), key: z.string(), at: Time })),
    /** Claimed by browsers alone; nothing follows them. */
    claimed: z.object({ userIds: z.array(z.string()), browsers: z.array(z.string()) }),
  }),
  /** Canonical ids, the latest first. */
  orders: z.array(z.string()),
  /** `events`: theirs; `mentions`: of others that carry an id or a digest of theirs. */
  counts: z.object({
    ...{ events: z.int(), mentions: z.int(), orders: z.int(), browsers: z.int() },
    ...{ evidenced: z.int(), claimed: z.int() },
  }),
  remains: Remains,
});
export type Visitor = z.infer<typeof Visitor>;
export const VisitorList = z.object({ visitors: z.array(Visitor) });
export type VisitorList = z.infer<typeof VisitorList>;

const Ids = z.array(z.string().min(1).max(512)).max(10_000).default([]);
/** More ids of the same person, in clear if need be, and browsers that an answer listed as claimed. */
export const NamedPerson = z.strictObject({ ids: Ids, browsers: Ids }).prefault({});

/** `DELETE /admin/visitors/:id`, for one shop. */
export const ErasureAnswer = z.object({
  shop: z.string(),
  found: z.boolean(),
  events: z.int(),
  mentions: z.int(),
  orders: z.int(),
  ids: z.array(z.string()),
  claimed: z.object({ userIds: z.array(z.string()), browsers: z.array(z.string()) }),
  suppressed: z.array(z.string()),
  remains: Remains,
});
export const ErasureList = z.object({ erasures: z.array(ErasureAnswer) });
export type ErasureList = z.infer<typeof ErasureList>;
