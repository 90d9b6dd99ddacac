import { z } from 'zod';
import { LIMITS } from '../../../shared/names.ts';

const Id = z.string().min(1);
const Text = z.string().min(1);
const Open = z.record(z.string(), z.unknown());
/** A digest as `email` would create a profile that cannot receive messages. */
const Traits = Open.refine(
  ({ email }) => email === undefined || (typeof email === 'string' && email.includes('@')),
  'email must be an address',
);
/** The collector's own fields and TikTok's ids are not sent. */
const Context = z.looseObject({ bot: z.never().optional(), tiktok: z.never().optional() });

const common = {
  messageId: z.string().min(1).max(100),
  timestamp: z.iso.datetime(),
  context: Context.optional(),
};
/** The person, the visitor, or both. Only `identify` joins the two; in other messages `userId` takes precedence. */
const who = { userId: Id.optional(), anonymousId: Id.optional() };
const view = {
  ...common,
  ...who,
  name: Text.optional(),
  category: Text.optional(),
  properties: Open.optional(),
};

const Item = z.discriminatedUnion('type', [
  z.strictObject({
    ...common,
    ...who,
    type: z.literal('track'),
    event: Text,
    groupId: Id.optional(),
    properties: Open.optional(),
  }),
  z.strictObject({ ...view, type: z.literal('page') }),
  z.strictObject({ ...view, type: z.literal('screen') }),
  z.strictObject({ ...common, ...who, type: z.literal('identify'), traits: Traits.optional() }),
  z.strictObject({ ...common, ...who, type: z.literal('group'), groupId: Id, traits: Open.optional() }),
  z.strictObject({ ...common, type: z.literal('alias'), previousId: Id, userId: Id }),
]);

const hasIdentity = (item: z.infer<typeof Item>) =>
  Boolean(item.userId) ||
  ('anonymousId' in item && Boolean(item.anonymousId)) ||
  (item.type === 'track' && Boolean(item.groupId));

/** One entry of `batch[]`: unknown keys (`integrations` among them) are refused. At most 32 KB of UTF-8. */
export const Payload = Item.refine(hasIdentity, 'userId or anonymousId is needed').refine(
  (item) => Buffer.byteLength(JSON.stringify(item)) <= LIMITS.messageBytes,
  `at most ${LIMITS.messageBytes} bytes`,
);
export type Payload = z.infer<typeof Payload>;
