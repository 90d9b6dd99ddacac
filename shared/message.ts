import { z } from 'zod';
import { COMMERCE_PROPERTIES, known, optional } from './commerce.ts';
import { isObject } from './is-object.ts';
import { Address, countUpTo, Flag, Grant, Id, Name, Open, Switch, Text, Time, textId } from './kinds.ts';
import type { MessageType } from './names.ts';
import { type Note, type Reader, readerOf } from './read-fields.ts';

/** TikTok's ids from the browser. `ttclid_at` is when the click was captured. */
const TikTok = known({
  ttclid: optional(textId(1024)),
  ttclid_at: optional(Time),
  ttp: optional(textId(256)),
  /** What the page's mirrored pixel gave this message as its id. */
  event_id: optional(textId(600)),
  /** `mirror`: a pixel on the page is sent the same events, under the ids of `eventIdOf`. */
  pixel: optional(Text),
  limited_data_use: optional(Flag),
});

/** The circumstances of a message. Every field is optional; unknown fields pass through. */
export const Context = known({
  ip: optional(Text),
  userAgent: optional(Text),
  locale: optional(Text),
  timezone: optional(Text),
  page: optional(
    known({
      url: optional(Address),
      path: optional(Address),
      referrer: optional(Address),
      search: optional(Address),
      title: optional(Text),
    }),
  ),
  campaign: optional(
    known({
      name: optional(Text),
      source: optional(Text),
      medium: optional(Text),
      term: optional(Text),
      content: optional(Text),
    }),
  ),
  traits: optional(Open),
  tiktok: optional(TikTok),
  consent: optional(
    known({
      categoryPreferences: optional(z.record(z.string(), Grant)),
      gpc: optional(Flag),
      /** True while nobody has chosen: the categories are the tag's default. */
      assumed: optional(Flag),
    }),
  ),
  /** Set by the collector only: the user agent is a robot's. */
  bot: optional(Flag),
});
export type Context = z.infer<typeof Context>;

const Integrations = optional(z.record(z.string(), Switch));

/** All types have all of them, because senders set them on all: a wrong one costs only itself there as well. */
const common = {
  messageId: optional(textId(100)),
  anonymousId: optional(Id),
  userId: optional(Id),
  groupId: optional(Id),
  previousId: optional(Id),
  timestamp: optional(Time),
  originalTimestamp: optional(Time),
  sentAt: optional(Time),
  context: optional(Context),
  integrations: Integrations,
  properties: optional(Open),
  traits: optional(Open),
};
const page = { ...common, name: optional(Text), category: optional(Text) };

export const Track = known({ ...common, type: z.literal('track'), event: Name });
export const Page = known({ ...page, type: z.literal('page') });
export const Screen = known({ ...page, type: z.literal('screen') });
export const Identify = known({ ...common, type: z.literal('identify') });
export const Group = known({ ...common, type: z.literal('group') });
export const Alias = known({ ...common, type: z.literal('alias') });

/** One of Segment's six message types, as Segment-compatible SDKs send them. */
export const Message = z.discriminatedUnion('type', [Track, Page, Screen, Identify, Group, Alias]);
export type Message = z.infer<typeof Message>;

/** More than a browser can hold between two responses. */
const MAX_LOST = 100_000;

/** What a batch says once for all of its messages. */
const root = {
  context: optional(Open),
  integrations: Integrations,
  sentAt: optional(Time),
  writeKey: optional(Text),
  /** Messages the snippet dropped since the last response: queue full, or older than a week. */
  lost: optional(countUpTo(MAX_LOST)),
};
const Root = known(root);
type Root = z.infer<typeof Root>;

/** The body of `/v1/batch`. Items are read one by one, so that an unusable one does not affect the others. */
export const Batch = known({ batch: z.array(z.unknown()).min(1), ...root });

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

/** A message that can be used, and which of its known fields were not exact. */
export interface Parsed {
  message: Message;
  notes: readonly Note[];
}

/**
 * Unknown → a typed message, or what makes it unusable: no type, no event name, nobody it is about. Every other known field
 * costs only itself. The properties of the 28 commerce events are read by their own tables; other events' and unknown
 * properties pass through.
 *
 * @param type the type in the request path, for messages without one.
 */
export function parseMessage(value: unknown, type?: MessageType): Parsed | { issues: Issue[] } {
  const notes: Note[] = [];
  const typed = isObject(value) ? withType(value, type, notes) : value;
  const reader = isObject(typed) && readerFor(typed);
  if (!reader) return { issues: issuesOf(Message, typed) };
  const message = reader(typed, '', undefined, notes) as Message;
  const isNameless = message.type === 'track' && message.event === undefined;
  const nameless = isNameless ? issuesOf(Name, isObject(typed) ? typed.event : undefined, 'event') : [];
  const issues = isNameless || deniesAll(message) ? nameless : identityIssues(message);
  // What was left out may be the reason: an id that is a placeholder.
  if (issues.length > 0) return { issues: [...issues, ...notes.map(noteToIssue)].slice(0, MAX_ISSUES) };
  return { message, notes };
}

/** With the type of the path where it has none, and with its own in any case and without spaces around it. */
function withType(value: Record<string, unknown>, type: MessageType | undefined, notes: Note[]) {
  const own = value.type;
  if (BY_TYPE.has(own)) return value;
  if (own == null || own === '') return type ? { ...value, type } : value;
  const meant = typeof own === 'string' ? own.trim().toLowerCase() : undefined;
  if (!BY_TYPE.has(meant)) return value;
  notes.push({ path: 'type', code: 'field-coerced', describe: () => 'one of the types, in lower case' });
  return { ...value, type: meant };
}

const readerFor = ({ type, event }: Record<string, unknown>): Reader | undefined =>
  (type === 'track' && typeof event === 'string' && BY_EVENT.get(event.trim())) || BY_TYPE.get(type);

const BY_TYPE = new Map<unknown, Reader>(
  [Track, Page, Screen, Identify, Group, Alias].map((schema) => [
    schema.in.shape.type.value,
    readerOf(schema),
  ]),
);
/** A track message of each commerce event, with the event's own properties. */
const BY_EVENT = new Map<string, Reader>(
  Object.entries(COMMERCE_PROPERTIES).map(([event, properties]) => [
    event,
    readerOf(known({ ...Track.in.shape, properties: optional(properties) })),
  ]),
);
const readRoot = readerOf(Root);

/** The root of a batch; its messages are read one by one. Fields that it does not know are left out. */
export function parseRoot(value: Readonly<Record<string, unknown>>): { root: Root; notes: readonly Note[] } {
  const notes: Note[] = [];
  const fields = Object.fromEntries(Object.keys(root).map((name) => [name, value[name]]));
  return { root: readRoot(fields, '', undefined, notes) as Root, notes };
}

const noteToIssue = ({ path, code, describe }: Note): Issue => ({ path, code, message: describe() });

const issuesOf = (schema: z.ZodType, value: unknown, path = ''): Issue[] =>
  (schema.safeParse(value).error?.issues ?? []).slice(0, MAX_ISSUES).map(toIssue(path));
