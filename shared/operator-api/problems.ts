import { z } from 'zod';
import { DestinationName, OutcomeFilter, Reason, Time, TimeText, Words } from './common.ts';

/** `GET /admin/dead-letters/groups`. */
export const GroupQuery = z.strictObject({
  ...OutcomeFilter.pick({
    shop: true,
    destination: true,
    settledFrom: true,
    settledTo: true,
  }).shape,
  state: z.enum(['dead', 'skipped']).optional(),
});

/** Dead letters or skipped events of one destination with one reason and one answer. */
export const ProblemGroup = z.object({
  shop: z.string(),
  destination: DestinationName,
  title: z.string(),
  state: z.enum(['dead', 'skipped']),
  reason: Reason,
  /** The API's words; ids and numbers but its error code are `#`, so that answers which differ by them are one group. */
  words: z.string().optional(),
  count: z.int(),
  oldestAt: Time,
  newestAt: Time,
  /** At most ten. */
  messageIds: z.array(z.string()),
  advice: Words,
  /** False: such events are never sent in a group. */
  canReplay: z.boolean(),
});
export type ProblemGroup = z.infer<typeof ProblemGroup>;
export const GroupList = z.object({ groups: z.array(ProblemGroup) });
export type GroupList = z.infer<typeof GroupList>;

/**
 * What `POST /admin/replay` and `/admin/discard` are about: everything that all given fields match. Without `state` these are
 * dead letters, and with `ids`, `order` or `reason` skipped events as well; `none`: what a destination was never given, because it
 * was added later. Only dead letters can be discarded.
 */
export const Selection = z
  .strictObject({
    ids: z.array(z.string().min(1).max(512)).min(1).max(10_000).optional(),
    order: z.string().min(1).max(200).optional(),
    ...OutcomeFilter.shape,
    state: z.enum(['dead', 'skipped', 'none']).optional(),
    from: TimeText.optional(),
    to: TimeText.optional(),
    name: z.string().max(255).optional(),
  })
  .refine(
    ({ shop: _, words: __, state: ___, ...naming }) =>
      Object.values(naming).some((value) => value !== undefined),
    'name at least one of ids, order, destination, reason, name, from, to, settledFrom and settledTo',
  );
export type Selection = z.infer<typeof Selection>;

/** `POST /admin/replay` and `/admin/discard`. `dryRun`: counts, and changes nothing. */
export const ActionRequest = z.strictObject({
  selection: Selection,
  note: z.string().max(500).optional(),
  dryRun: z.boolean().default(false),
});
export type ActionRequest = z.input<typeof ActionRequest>;

/** `count`: deliveries (an event at one destination) that are sent again, discarded, or would be. */
export const ActionAnswer = z.object({
  count: z.int(),
  byDestination: z.array(z.object({ shop: z.string(), destination: DestinationName, count: z.int() })),
  refused: z.array(z.object({ reason: Reason, count: z.int(), advice: Words.optional() })),
  isDryRun: z.boolean(),
});
export type ActionAnswer = z.infer<typeof ActionAnswer>;

/** `GET /admin/audit`. */
export const AuditQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(100),
  before: z.coerce.number().int().optional(),
});
export const AuditRow = z.object({
  id: z.int(),
  at: Time,
  /** `replay`, `discard`, `erase`, `login` … */
  action: z.string(),
  /** What it was applied to: `tiktok · rejected · 2026-11-28 to 2026-11-29`. */
  selection: z.string().optional(),
  /** How many events or records it reached. */
  count: z.int().optional(),
  note: z.string().optional(),
  who: z.enum(['token', 'session', 'nobody']),
  /** Of sending again and discarding: under way, or ended before the last step; `count` is what was reached. */
  state: z.enum(['running', 'interrupted']).optional(),
});
export type AuditRow = z.infer<typeof AuditRow>;
export const AuditList = z.object({ actions: z.array(AuditRow) });
