import { isObject } from '../../shared/is-object.ts';
import type { Contacts, Identity, Json, JsonObject, ProtectedEvent } from '../../shared/protected-event.ts';
import { containerOf, fieldOf } from './fields.ts';
import { isSha256 } from './hash.ts';

/** A person as an erasure or an export looks for them. */
export interface Person {
  /** User ids, and SHA-256 digests of emails and phones. */
  ids: ReadonlySet<string>;
  /** Anonymous ids of browsers that are theirs alone, or were named. */
  browsers: ReadonlySet<string>;
}

/** `own`: an event of the person. `mentioned`: somebody else's event that carries an id or a digest of theirs. */
export type Relation = 'own' | 'mentioned' | 'none';

/** Fields and objects of people who are often not the one who acts. */
const NOT_THE_ACTOR = /^(?:billing|shipping|delivery|recipient|receiver|invitee|friend)/i;
const CONTENTS = ['traits', 'properties', 'context'] as const;

/**
 * The contacts by which an event says who acted. Beside a user id that the shop system states, those of the account alone:
 * anybody's can be typed at a checkout. A digest that stands only in fields of another person (`billing_email`,
 * `recipient_email`) is not among them.
 */
export function contactsOf(event: ProtectedEvent): Contacts {
  const { userId, emailSha256, phoneSha256 } = event.identity;
  if (event.source === 'platform' && userId !== undefined && !isMessageReport(event))
    return event.account ?? {};
  const isOwn = (digest: string | undefined) => digest !== undefined && !isOnlyOfAnother(event, digest);
  return {
    ...(isOwn(emailSha256) && { emailSha256 }),
    ...(isOwn(phoneSha256) && { phoneSha256 }),
  } as Contacts;
}

/** True for what Customer.io's signed webhooks report, and not for a page that uses the same words. */
export const isMessageReport = ({ source, properties }: ProtectedEvent): boolean =>
  source === 'platform' && properties.metric !== undefined;

/** The user id and the digests, in every form, by which an event says who acted. */
export function claimsOf(event: ProtectedEvent): string[] {
  const contacts = contactsOf(event);
  const { userId, emailDotlessSha256, phoneDigitsSha256 } = withOwnForms(event.identity, contacts);
  return [userId, ...Object.values(contacts), emailDotlessSha256, phoneDigitsSha256].filter(
    (id) => id !== undefined,
  );
}

/** An identity without the further digests of an email or phone that is none of these contacts. */
export function withOwnForms(identity: Identity, { emailSha256, phoneSha256 }: Contacts): Identity {
  const { emailDotlessSha256, phoneDigitsSha256, ...rest } = identity;
  const isSame = (one: string | undefined, other: string | undefined) => one !== undefined && one === other;
  return {
    ...rest,
    ...(emailDotlessSha256 !== undefined &&
      isSame(identity.emailSha256, emailSha256) && { emailDotlessSha256 }),
    ...(phoneDigitsSha256 !== undefined &&
      isSame(identity.phoneSha256, phoneSha256) && { phoneDigitsSha256 }),
  };
}

/** What of an event is about a person. An event with the user id of another is that one's, whatever else it carries. */
export function relate(event: ProtectedEvent, { ids, browsers }: Person): Relation {
  const { anonymousId, userId } = event.identity;
  if (userId !== undefined && ids.has(userId)) return 'own';
  const isHere = anonymousId !== undefined && browsers.has(anonymousId);
  if (isHere && (event.source === 'browser' || userId === undefined)) return 'own';
  if (userId === undefined && claimsOf(event).some((id) => ids.has(id))) return 'own';
  return isHere || mentions(event, ids) ? 'mentioned' : 'none';
}

/** Somebody else's event without what of it is about the person. */
export function withoutPerson(event: ProtectedEvent, { ids, browsers }: Person): ProtectedEvent {
  const { anonymousId, ...identity } = event.identity;
  const isHere = anonymousId !== undefined && browsers.has(anonymousId);
  const context = isHere ? { traits: event.context.traits } : event.context;
  const others = without(identity as JsonObject, ids) as Identity;
  return {
    ...event,
    identity: {
      ...(anonymousId !== undefined && !isHere && { anonymousId }),
      ...without(withOwnForms(identity, others) as JsonObject, ids),
    },
    ...(event.account && { account: without(event.account as JsonObject, ids) }),
    context: without(context as JsonObject, ids),
    properties: without(event.properties, ids),
    traits: without(event.traits, ids),
  };
}

function mentions({ identity, ...event }: ProtectedEvent, ids: ReadonlySet<string>): boolean {
  const { previousId } = identity;
  if (previousId !== undefined && ids.has(previousId)) return true;
  return [identity, event.account, ...CONTENTS.map((part) => event[part])].some((part) =>
    hasDigest(part, ids),
  );
}

function hasDigest(value: unknown, ids: ReadonlySet<string>): boolean {
  if (typeof value === 'string') return digestsIn(value).some((digest) => ids.has(digest));
  if (Array.isArray(value)) return value.some((item) => hasDigest(item, ids));
  return isObject(value) && Object.values(value).some((item) => hasDigest(item, ids));
}

const DIGEST = 64;

/**
 * Every SHA-256 digest in a text, also those within an address. Reads every 64th character: a digest covers one of them.
 * A regular expression takes twenty times as long, and an erasure reads every stored event.
 */
export function digestsIn(text: string): string[] {
  const found: string[] = [];
  for (let at = DIGEST - 1, from = 0; at < text.length; at += DIGEST) {
    if (at < from || !isHex(text.charCodeAt(at))) continue;
    let start = at;
    while (start > from && isHex(text.charCodeAt(start - 1))) start--;
    let end = at + 1;
    while (end < text.length && isHex(text.charCodeAt(end))) end++;
    for (; end - start >= DIGEST; start += DIGEST) found.push(text.slice(start, start + DIGEST));
    from = end;
  }
  return found;
}

const isHex = (code: number) => (code >= 48 && code <= 57) || (code >= 97 && code <= 102);

function isOnlyOfAnother(event: ProtectedEvent, digest: string): boolean {
  const found = CONTENTS.flatMap((part) => ownersOf(event[part], digest, true));
  return found.length > 0 && !found.includes(true);
}

/** For each place of the digest, whether it is a field of the one who acted. */
function ownersOf(value: unknown, digest: string, isOwn: boolean, key = ''): boolean[] {
  if (value === digest) return [isOwn && isOwnField(key)];
  if (Array.isArray(value)) return value.flatMap((item) => ownersOf(item, digest, isOwn, key));
  if (!isObject(value)) return [];
  const isInside = isOwn && !NOT_THE_ACTOR.test(key);
  return Object.entries(value).flatMap(([name, item]) => ownersOf(item, digest, isInside, name));
}

const isOwnField = (key: string) =>
  !NOT_THE_ACTOR.test(key) && (fieldOf(key, true)?.owner ?? 'other') !== 'other';

/** Without these digests, and without what else an object says of the same other person. */
function without(object: JsonObject, ids: ReadonlySet<string>): JsonObject {
  const prefixes = Object.entries(object).flatMap(([key, value]) =>
    hasDigest(value, ids) ? (NOT_THE_ACTOR.exec(key)?.[0].toLowerCase() ?? []) : [],
  );
  const kept = Object.entries(object).flatMap(([key, value]): [string, Json][] => {
    const isBeside = prefixes.some((prefix) => key.toLowerCase().startsWith(prefix));
    if (isBeside && fieldOf(key, true)?.isHashed) return [];
    const rest = withoutIn(key, value, ids);
    return rest === undefined ? [] : [[key, rest]];
  });
  return Object.fromEntries(kept);
}

function withoutIn(key: string, value: Json, ids: ReadonlySet<string>): Json | undefined {
  if (typeof value === 'string') {
    if (ids.has(value) && (isSha256(value) || key === 'previousId')) return undefined;
    return digestsIn(value).reduce((text, one) => (ids.has(one) ? text.replaceAll(one, '') : text), value);
  }
  if (Array.isArray(value)) return value.flatMap((item) => withoutIn(key, item, ids) ?? []);
  if (!isObject(value)) return value;
  const isPersonOrAddress = containerOf(key) !== undefined;
  const isTheirs = isPersonOrAddress && Object.values(value).some((item) => hasDigest(item, ids));
  return isTheirs ? undefined : without(value as JsonObject, ids);
}
