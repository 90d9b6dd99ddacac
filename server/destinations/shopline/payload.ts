import { z } from 'zod';

const Text = z.string().min(1);

/** The kinds of identity we send. `Z_store` marks the store's own customer id. */
const Identity = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('uid'), value: Text, channel_type: z.literal('Z_store') }),
  z.strictObject({ type: z.literal('anonymousId'), value: Text }),
  z.strictObject({ type: z.literal('email'), value: z.string().includes('@') }),
  z.strictObject({
    type: z.literal('mobilePhone'),
    value: z.string().regex(/^00\d{7,15}$/, 'digits with the prefix 00 and no plus'),
  }),
]);
export type Identity = z.infer<typeof Identity>;

/** True for `id`, `order_id`, `productId` and the like: SHOPLINE's ids exceed 2^53, so they are always text. */
export const isIdKey = (key: string): boolean => /(^id|_id|Id|ID)$/.test(key);

/** The CDP refuses a request with a number that has lost digits. */
const Exact = z
  .number()
  .gt(-(2 ** 53))
  .lt(2 ** 53);

const Attributes = z
  .record(Text, z.union([z.string(), Exact, z.boolean()]))
  .refine(
    (attributes) =>
      Object.entries(attributes).every(([key, value]) => !isIdKey(key) || typeof value === 'string'),
    'ids are text',
  );
export type Attributes = z.infer<typeof Attributes>;

const CdpEvent = z.strictObject({
  event_code: Text,
  /** Epoch ms: exactly 13 digits, so seconds are refused. */
  event_date: z.int().min(1e12).max(9_999_999_999_999),
  parent_event_id: Text.optional(),
  user_id: z.array(Identity).min(1).max(32),
  user_traits: Attributes.optional(),
  attrs: Attributes.optional(),
});

/** An event for the CDP, and the key of our ledger, which is not sent. The CDP does not recognise repeats. */
export const Payload = z.strictObject({ onceKey: Text.optional(), event: CdpEvent });
export type Payload = z.infer<typeof Payload>;
