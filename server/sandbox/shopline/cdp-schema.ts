import { z } from 'zod';

const Text = z.string().min(1);
/** A whole number above 2^53 has lost digits, so it must be a string. */
const Scalar = z.union(
  [
    z.string(),
    z.boolean(),
    z.number().refine((value) => !Number.isInteger(value) || Number.isSafeInteger(value)),
  ],
  { error: 'must be a string, a boolean or an exact number; nothing nested' },
);
const Values = z.record(z.string(), Scalar).optional();

const Identity = z
  .strictObject({
    channel_type: Text.optional(),
    type: z.enum(['idCard', 'email', 'mobilePhone', 'uid', 'anonymousId']),
    value: Text,
  })
  .refine(({ type, value }) => type !== 'mobilePhone' || /^00[1-9]\d{6,14}$/.test(value), {
    error: 'must be digits with the 00 prefix and no plus',
    path: ['value'],
  });

const Event = z.strictObject({
  event_code: Text,
  event_date: z.int('not an integer').min(1e12, 'not 13 digits of milliseconds').max(9_999_999_999_999),
  parent_event_id: Text.optional(),
  user_id: z.array(Identity).min(1).max(32),
  user_traits: Values,
  attrs: Values,
});
export type Event = z.infer<typeof Event>;

/** A wrong shape refuses the whole request; checks against the CDP's metadata are answered per event. */
export const Track = z.strictObject({
  channel_id: Text,
  events: z.array(Event).min(1).max(128),
});
export type Track = z.infer<typeof Track>;
