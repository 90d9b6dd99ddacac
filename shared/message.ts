import { z } from 'zod';
import { COMMERCE_PROPERTIES, known, Open as OpenObject, optional } from './commerce.ts';
import { isObject } from './is-object.ts';
import type { MessageType } from './names.ts';

/** Visitor, user and group ids. SDKs send null for unknown ids, and some send numbers; blank ids are absent. */
const Id = optional(
  z.union([z.string().max(512), z.int()]).transform((id) => String(id).trim() || undefined),
);
const Text = optional(z.string().max(8192));
/** ISO 8601 date and time; UTC without an offset. */
const Time = optional(z.iso.datetime({ offset: true, local: true }));
const Open = optional(OpenObject);

/** TikTok's ids from the browser. `ttclid_at` is when the click was captured. */
const TikTok = known({
  ttclid: optional(z.string().max(1024)),
  ttclid_at: Time,
  ttp: optional(z.string().max(256)),
  /** What the page's mirrored pixel gave this message as its id. */
  event_id: optional(z.string().max(600)),
  /** `mirror`: a pixel on the page is sent the same events, under the ids of `eventIdOf`. */
  pixel: optional(z.string().max(100)),
  limited_data_use: optional(z.boolean()),
});

/** The circumstances of a message. Every field is optional; unknown fields pass through. */
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
      /** True while nobody has chosen: the categories are the tag's default. */
      assumed: optional(z.boolean()),
    }),
  ),
  /** Set by the collector only: the user agent is a robot's. */
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
  /** Spaces around it are removed, as Customer.io does: the event is the same one everywhere. */
  event: z.string().trim().min(1).max(255),
  groupId: Id,
  properties: Open,
});
export const Page = known({ ...page, type: z.literal('page') });
export const Screen = known({ ...page, type: z.literal('screen') });
export const Identify = known({ ...common, type: z.literal('identify'), traits: Open });
export const Group = known({ ...common, type: z.literal('group'), groupId: Id, traits: Open });
export const Alias = known({ ...common, type: z.literal('alias'), previousId: Id });

/** One of Segment's six message types, as Segment-compatible SDKs send them. */
export const Message = z.discriminatedUnion('type', [Track, Page, Screen, Identify, Group, Alias]);
export type Message = z.infer<typeof Message>;

/** More than a browser can hold between two responses. */
const MAX_LOST = 100_000;

/** The body of `/v1/batch`. Items are validated one by one, so that an invalid one does not affect the others. */
export const Batch = known({
  batch: z.array(z.unknown()).min(1),
  context: Open,
  integrations: Open,
  sentAt: Time,
  writeKey: optional(z.string().max(256)),
  /** Messages the snippet dropped since the last response: queue full, or older than a week. Invalid values count as 0. */
  lost: optional(z.int().min(0).max(MAX_LOST)).catch(undefined),
});
export type Batch = z.infer<typeof Batch>;

/** What is wrong, and where. Never holds a received value. */
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

/** Issues of one message that are described: a message can have thousands, and each takes time. */
export const MAX_ISSUES = 20;

const needs = (path: string, message: string): Issue[] => [{ path, code: 'custom', message }];

/** It needs no id: nothing of it is stored as an event. Whether its categories are all of the shop's is not known here. */
export function deniesAll({ context }: Message): boolean {
  const answers = Object.values(context?.consent?.categoryPreferences ?? {});
  return answers.length > 0 && answers.every((isGranted) => !isGranted);
}

/** A message needs an id of the person it is about. */
export function identityIssues(message: Message): Issue[] {
  if (message.userId || message.anonymousId) {
    return message.type === 'alias' && !message.previousId
      ? needs('previousId', 'alias requires previousId')
      : [];
  }
  if ((message.type === 'track' || message.type === 'group') && message.groupId) return [];
  if (message.type === 'identify' && typeof message.traits?.email === 'string') return [];
  return needs('anonymousId', 'userId or anonymousId is required');
}

/**
 * Unknown → a typed message, or its issues, at most `MAX_ISSUES`. The properties of the 28 commerce events are validated against their
 * own schemas; other events and unknown properties pass through.
 *
 * @param type the type in the request path, for messages without one.
 */
export function parseMessage(value: unknown, type?: MessageType): { message: Message } | { issues: Issue[] } {
  const typed = type && isObject(value) && value.type == null ? { ...value, type } : value;
  const parsed = schemaOf(typed).safeParse(typed);
  if (!parsed.success) return { issues: parsed.error.issues.slice(0, MAX_ISSUES).map(toIssue('')) };
  const message = parsed.data;
  const issues = deniesAll(message) ? [] : identityIssues(message);
  const commerce = message.type === 'track' ? BY_EVENT.get(message.event) : undefined;
  if (message.type === 'track' && commerce) {
    const properties = commerce.safeParse(message.properties ?? {});
    if (properties.success) message.properties = properties.data as Record<string, unknown>;
    else issues.push(...properties.error.issues.slice(0, MAX_ISSUES).map(toIssue('properties')));
  }
  return issues.length ? { issues: issues.slice(0, MAX_ISSUES) } : { message };
}

/** Compiled once, because every event is validated with them. */
const BY_TYPE = new Map<unknown, z.ZodType<Message>>(
  [Track, Page, Screen, Identify, Group, Alias].map((schema) => [
    schema.in.shape.type.value,
    z.compile(schema),
  ]),
);
const BY_EVENT = new Map<string, z.ZodType>(
  Object.entries(COMMERCE_PROPERTIES).map(([event, schema]) => [event, z.compile(schema)]),
);

/** The schema of the type is equivalent to the union and faster. */
const schemaOf = (value: unknown): z.ZodType<Message> =>
  (isObject(value) && BY_TYPE.get(value.type)) || Message;
