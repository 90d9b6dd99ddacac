import { z } from 'zod';

export const CALLS = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const;
export type Call = (typeof CALLS)[number];

const Text = z.string().optional();
const Flag = z.boolean().optional();
const Required = z.string().min(1);
const Time = z.iso.datetime({ offset: true, error: 'not an ISO 8601 time with a zone' }).optional();
const Open = z.record(z.string(), z.unknown()).optional();
const SetByServer = z.never('is set by the server').optional();

/** Further keys are allowed: the API defines none for ad clicks, for example. */
const Context = z.looseObject({
  ip: Text,
  userAgent: Text,
  locale: Text,
  timezone: Text,
  active: Flag,
  channel: Text,
  page: z
    .looseObject({
      url: Text,
      path: Text,
      referrer: Text,
      search: Text,
      title: Text,
      keywords: z.array(z.string()).optional(),
    })
    .optional(),
  campaign: z.record(z.string(), z.string()).optional(),
  library: z.looseObject({ name: Text, version: Text }).optional(),
  device: z
    .looseObject({
      id: Text,
      token: Text,
      advertisingId: Text,
      manufacturer: Text,
      model: Text,
      name: Text,
      type: z.enum(['android', 'ios']).optional(),
      version: Text,
    })
    .optional(),
  app: z.looseObject({ name: Text, version: Text, build: Text, namespace: Text }).optional(),
  os: z.looseObject({ name: Text, version: Text }).optional(),
  network: z.looseObject({ bluetooth: Flag, carrier: Text, cellular: Flag, wifi: Flag }).optional(),
  traits: Open,
});

const common = {
  userId: z.string().nullish(),
  anonymousId: z.string().nullish(),
  messageId: Required.max(100).optional(),
  timestamp: Time,
  originalTimestamp: Time,
  sentAt: Time,
  receivedAt: SetByServer,
  version: SetByServer,
  context: Context.optional(),
  integrations: z.record(z.string(), z.boolean()).optional(),
};

const Traits = z.looseObject({
  email: Text,
  createdAt: Time,
  unsubscribed: z.union([z.boolean(), z.string().regex(/^(true|false|0|1)$/i)]).optional(),
  cio_subscription_preferences: z
    .looseObject({
      topics: z.record(z.string().regex(/^topic_\d+$/), z.boolean()).optional(),
      channels: z
        .partialRecord(
          z.enum(['email', 'sms', 'push', 'in_app', 'whatsapp', 'slack', 'line', 'inbox']),
          z.boolean(),
        )
        .optional(),
    })
    .optional(),
});

/** `track` events with a special meaning at Customer.io, which need a user. */
const DEVICE_EVENTS = new Set(['Device Created or Updated', 'Device Deleted']);
const NEEDS_USER = new Set(['User Deleted', 'User Suppressed', 'User Unsuppressed', ...DEVICE_EVENTS]);

const hasAny = (...ids: unknown[]) => ids.some((id) => typeof id === 'string' && id !== '');
const noIdentity = { error: 'userId or anonymousId is required', path: ['userId'] };

const page = z
  .looseObject({ ...common, name: Text, category: Text, properties: Open })
  .refine(({ userId, anonymousId }) => hasAny(userId, anonymousId), noIdentity);

/** The schema of each call. Unknown keys are allowed, because the API's own SDKs send some. */
export const MESSAGES: Record<Call, z.ZodType> = {
  identify: z
    .looseObject({ ...common, traits: Traits.optional() })
    .refine(({ userId, anonymousId, traits }) => hasAny(userId, anonymousId, traits?.email), noIdentity),
  track: z
    .looseObject({ ...common, event: Required, groupId: Text, properties: Open })
    .refine(({ userId, anonymousId, groupId }) => hasAny(userId, anonymousId, groupId), noIdentity)
    .refine(({ event, userId }) => !NEEDS_USER.has(event) || hasAny(userId), {
      error: 'userId is required for this event',
      path: ['userId'],
    })
    .refine(({ event, context }) => !DEVICE_EVENTS.has(event) || hasAny(context?.device?.token), {
      error: 'is required for device events',
      path: ['context', 'device', 'token'],
    }),
  page,
  screen: page,
  group: z
    .looseObject({ ...common, groupId: Required, traits: Open })
    .refine(({ userId, anonymousId }) => hasAny(userId, anonymousId), noIdentity),
  alias: z.looseObject({ ...common, userId: Required, previousId: Required }),
};

/** The body of a batch; its messages are checked one by one. */
export const Batch = z.looseObject({
  batch: z.array(z.unknown()).min(1),
  context: Context.optional(),
  integrations: common.integrations,
});
