import { isObject } from '../../shared/is-object.ts';
import type { Context, Message } from '../../shared/message.ts';
import type { Identity, JsonObject, RawPii } from '../../shared/protected-event.ts';
import type { DroppedField } from '../../shared/reasons.ts';
import { memoize } from '../lib/cache.ts';
import { RANKS } from './fields.ts';
import { type Finding, type Findings, noFindings } from './finding.ts';
import { sha256 } from './hash.ts';
import { normalizeEmail, withoutGmailDots } from './normalize.ts';
import { phoneOfId, protectId } from './protect-id.ts';
import { protectObject } from './protect-object.ts';
import { personalTraits, rawIds } from './raw-pii.ts';
import { redactId, redactText } from './redact.ts';
import { isSuspect } from './suspect.ts';

/** A message without personal data in clear, except in `raw`. */
export interface Protected {
  identity: Identity;
  context: Context;
  properties: JsonObject;
  traits: JsonObject;
  event?: string;
  name?: string;
  category?: string;
  /** Only with `keepRaw`, and when there is any. Must be encrypted before it is stored. */
  raw?: RawPii;
  /** One entry for each value that was left out: it could not be normalised, or the message holds too many. */
  dropped: DroppedField[];
}

/**
 * Hashes personal fields, leaves out secrets, redacts all other text, and collects the identity of the person who acted. Everything
 * but `raw` may be stored, logged and shown.
 *
 * @param options.country ISO 3166-1 alpha-2 of the shop, for local phone numbers without an address beside them.
 * @param options.keepRaw one of the shop's destinations needs the raw values.
 */
export function protect(message: Message, options: { country: string; keepRaw: boolean }): Protected {
  const findings = noFindings();
  const shopCountry = options.country;
  const read = (object: unknown, isPerson: boolean, rank?: number, isThing = false) =>
    isObject(object) ? protectObject({ object, isPerson, isThing, rank, shopCountry }, findings) : {};
  const { traits: contextTraits, ip, userAgent, ...others } = message.context ?? {};
  const { deviceToken, context } = withoutDeviceToken(others);
  // Name and email of a group belong to a company, not to the visitor.
  const isGroup = message.type === 'group';
  const result: Protected = {
    identity: {},
    traits: read(message.traits, !isGroup, isGroup ? undefined : RANKS.traits, isGroup),
    context: read(context, false) as Context,
    properties: read(message.properties, false, RANKS.properties),
    dropped: findings.dropped,
  };
  // The address and the user agent of the visitor are known for what they are; digits in them are no phone.
  if (ip !== undefined) result.context.ip = redactId(ip);
  if (userAgent !== undefined) result.context.userAgent = withoutEmails(userAgent);
  if (deviceToken !== undefined)
    Object.assign(result.context.device as JsonObject, { token: redactId(deviceToken) });
  if (contextTraits) result.context.traits = read(contextTraits, true, RANKS.contextTraits);
  if (message.type === 'track') result.event = redactText(message.event, shopCountry);
  if (message.type === 'page' || message.type === 'screen') {
    if (message.name) result.name = redactText(message.name, shopCountry);
    if (message.category) result.category = redactText(message.category, shopCountry);
  }
  const ids = protectIds(message, shopCountry, findings);
  const person = bestOf(findings.found);
  result.identity = { ...ids, ...person.identity };
  if (options.keepRaw) {
    const personal = personalTraits(
      { ...contextTraits, ...(isObject(message.traits) && message.traits) },
      shopCountry,
    );
    const raw: RawPii = {
      ...rawIds(message, shopCountry),
      ...person.raw,
      ...(personal && { traits: personal }),
    };
    if (Object.keys(raw).length > 0) result.raw = raw;
  }
  return result;
}

/** By its token a device is sent push messages: it is an id, and opens nothing. */
function withoutDeviceToken(context: Context): { deviceToken?: string; context: Context } {
  const { device } = context;
  if (!isObject(device) || typeof device.token !== 'string') return { context };
  const { token, ...rest } = device;
  return { deviceToken: token as string, context: { ...context, device: rest } };
}

/** User agents repeat with every event. */
const withoutEmails = memoize(2_000, redactId);

/**
 * A user or previous id that is an email or a phone becomes `emailSha256` or `phoneSha256` only; anonymous and group ids
 * become its digest.
 */
function protectIds(message: Message, country: string, { found }: Findings): Identity {
  const ids: Identity = {};
  for (const key of ['anonymousId', 'userId', 'previousId', 'groupId'] as const) {
    const id = message[key];
    if (id === undefined) continue;
    if (!isSuspect(id, true)) {
      ids[key] = id;
      continue;
    }
    const email = normalizeEmail(id);
    const phone = email === undefined ? phoneOfId(id, country) : undefined;
    const contact = email ?? phone;
    if (contact !== undefined && key !== 'groupId') {
      const rank = key === 'userId' ? RANKS.userId : RANKS.otherId;
      found.push({ kind: email ? 'email' : 'phone', value: sha256(contact), raw: contact, rank });
    }
    if (contact === undefined || key === 'anonymousId' || key === 'groupId')
      ids[key] = protectId(id, country);
  }
  return ids;
}

const IDENTITY_KEYS = {
  email: 'emailSha256',
  phone: 'phoneSha256',
  firstName: 'firstNameSha256',
  lastName: 'lastNameSha256',
  zip: 'zipSha256',
  city: 'city',
  state: 'state',
  country: 'country',
} as const;
const RAW_KINDS = new Set(['email', 'phone', 'firstName', 'lastName'] as const);

/** The best finding of each kind, and its raw value where it is known. */
function bestOf(found: Finding[]): { identity: Identity; raw: RawPii } {
  const identity: Identity = {};
  const raw: RawPii = {};
  for (const { kind, value, raw: typed } of found.toSorted((a, b) => a.rank - b.rank)) {
    if (kind === 'text') continue;
    identity[IDENTITY_KEYS[kind]] ??= value;
    const isBest = identity[IDENTITY_KEYS[kind]] === value;
    if (typed !== undefined && isBest && isRawKind(kind)) raw[kind] ??= typed;
  }
  return { identity: { ...identity, ...formsOf(identity, found) }, raw };
}

/** The digests of the same email and phone that other APIs match by, while the clear values are at hand. */
function formsOf({ emailSha256, phoneSha256 }: Identity, found: readonly Finding[]): Identity {
  const rawOf = (digest: string | undefined) =>
    digest === undefined
      ? undefined
      : found.find(({ value, raw }) => value === digest && raw !== undefined)?.raw;
  const [email, phone] = [rawOf(emailSha256), rawOf(phoneSha256)];
  const dotless = email === undefined ? undefined : withoutGmailDots(email);
  return {
    ...(dotless !== undefined && dotless !== email && { emailDotlessSha256: sha256(dotless) }),
    ...(phone !== undefined && { phoneDigitsSha256: sha256(phone.replace('+', '')) }),
  };
}

function isRawKind(kind: Finding['kind']): kind is 'email' | 'phone' | 'firstName' | 'lastName' {
  return (RAW_KINDS as ReadonlySet<string>).has(kind);
}
