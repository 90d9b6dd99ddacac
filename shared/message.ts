import { z } from 'zod';
import { COMMERCE_PROPERTIES, known, Open as OpenObject, optional } from './commerce.ts';
import type { MessageType } from './names.ts';

/** Visitor, user and group ids. SDKs send null for "not known", some send numbers; blank is missing. */
const Id = optional(
  z.union([z.string().max(512), z.int()]).transform((id) => String(id).trim() || undefined),
);
const Text = optional(z.string().max(8192));
/** ISO 8601 with date and time; without an offset it is UTC. */
const Time = optional(z.iso.datetime({ offset: true, local: true }));
const Open = optional(OpenObject);

/** Ids TikTok needs from the browser. `ttclid_at` is when the click was captured. */
const TikTok = known({
  ttclid: optional(z.string().max(1024)),
  ttclid_at: Time,
  ttp: optional(z.string().max(256)),
  /** What the page's mirrored pixel gave this message as its id. */
  event_id: optional(z.string().max(600)),
  limited_data_use: optional(z.boolean()),
});

/** The facts around a message. Everything is optional; what is not named here passes through. */
export const Context = known({
  ip: Text,
  userAgent: Text,
  locale: Text,
  timezone: Text,
  page: optional(known({ url: Text, path: Text, referrer: Text, search: Text, title: Text })),
  campaign: optional(known({ name: Text, source: Text, medium: Text, term: Text, content: Text })),
  traits: Open,
  tiktok: optional(TikTok),
  consent: optional(
    known({
      categoryPreferences: optional(z.record(z.string(), z.boolean())),
      gpc: optional(z.boolean()),
    }),
  ),
  /** Set by the collector alone: the user agent is a robot's. */
  bot: optional(z.boolean()),
});
export type Context = z.infer<typeof Context>;

const common = {
  messageId: optional(z.string().max(100)),
  anonymousId: Id,
  userId: Id,
  timestamp: Time,
  originalTimestamp: Time,
  sentAt: Time,
  context: optional(Context),
  integrations: Open,
};
const page = { ...common, name: Text, category: Text, properties: Open };

export const Track = known({
  ...common,
  type: z.literal('track'),
  event: z.string().min(1).max(255),
  groupId: Id,
  properties: Open,
});
export const Page = known({ ...page, type: z.literal('page') });
export const Screen = known({ ...page, type: z.literal('screen') });
export const Identify = known({ ...common, type: z.literal('identify'), traits: Open });
export const Group = known({ ...common, type: z.literal('group'), groupId: Id, traits: Open });
export const Alias = known({ ...common, type: z.literal('alias'), previousId: Id });

/** One of Segment's six messages, in the shape every SDK of that family sends. */
export const Message = z.discriminatedUnion('type', [Track, Page, Screen, Identify, Group, Alias]);
export type Message = z.infer<typeof Message>;

/** More than a browser can have held between two answers is no count but a nuisance. */
const MAX_LOST = 100_000;

/** The body of `/v1/batch`. Items are validated one by one, so that a bad one costs only itself. */
export const Batch = known({
  batch: z.array(z.unknown()).min(1),
  context: Open,
  integrations: Open,
  sentAt: Time,
  writeKey: optional(z.string().max(256)),
  /** Messages the snippet had to drop since it was last answered: no room, or older than a week. Nonsense is none. */
  lost: optional(z.int().min(0).max(MAX_LOST)).catch(undefined),
});
export type Batch = z.infer<typeof Batch>;

/** What was wrong, where. Never holds a received value. */
export interface Issue {
  path: string;
  code: string;
  message: string;
}

const toIssue =
  (prefix: string) =>
  (found: z.core.$ZodIssue): Issue => ({
    path: [prefix, ...found.path.map(String)].filter(Boolean).join('.'),
    code: found.code,
    message: found.message,
  });

const needs = (path: string, message: string): Issue[] => [{ path, code: 'custom', message }];

/** Who a message is about. Each row says which id is missing, or that enough is there. */
function identityIssues(message: Message): Issue[] {
  if (message.userId || message.anonymousId) {
    return message.type === 'alias' && !message.previousId
      ? needs('previousId', 'alias needs the former id')
      : [];
  }
  if ((message.type === 'track' || message.type === 'group') && message.groupId) return [];
  if (message.type === 'identify' && typeof message.traits?.email === 'string') return [];
  return needs('anonymousId', 'one of userId and anonymousId is needed');
}

/**
 * Unknown → a typed message, or every reason why not. The properties of the 28 ecommerce events are checked against
 * their own schemas; other events and extra properties pass through.
 *
 * @param type what the path said, for a message that does not say it.
 */
export function parseMessage(value: unknown, type?: MessageType): { message: Message } | { issues: Issue[] } {
  const typed = type && isObject(value) && value.type == null ? { ...value, type } : value;
  const parsed = schemaOf(typed).safeParse(typed);
  if (!parsed.success) return { issues: parsed.error.issues.map(toIssue('')) };
  const message = parsed.data;
  const issues = identityIssues(message);
  const commerce = message.type === 'track' ? BY_EVENT.get(message.event) : undefined;
  if (message.type === 'track' && commerce) {
    const properties = commerce.safeParse(message.properties ?? {});
    if (properties.success) message.properties = properties.data as Record<string, unknown>;
    else issues.push(...properties.error.issues.map(toIssue('properties')));
  }
  return issues.length ? { issues } : { message };
}

/** The same schemas, turned into code once: every event passes here. */
const BY_TYPE = new Map<unknown, z.ZodType<Message>>(
  [Track, Page, Screen, Identify, Group, Alias].map((schema) => [
    schema.in.shape.type.value,
    z.compile(schema),
  ]),
);
const BY_EVENT = new Map<string, z.ZodType>(
  Object.entries(COMMERCE_PROPERTIES).map(([event, schema]) => [event, z.compile(schema)]),
);

/** The type's own schema says the same as the union, without trying. */
const schemaOf = (value: unknown): z.ZodType<Message> =>
  (isObject(value) && BY_TYPE.get(value.type)) || Message;

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
