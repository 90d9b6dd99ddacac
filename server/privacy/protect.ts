import { type Context, isObject, type Message } from '../../shared/message.ts';
import type { Identity, JsonObject, RawPii } from '../../shared/protected-event.ts';
import type { DroppedField } from '../../shared/reasons.ts';
import { containerOf, fieldOf, RANKS } from './fields.ts';
import { digest, isSha256, sha256 } from './hash.ts';
import { normalizeEmail, normalizePhone, textOf } from './normalize.ts';
import { redactText } from './redact.ts';
import { type Finding, type Findings, protectObject } from './walk.ts';

/** A message without anything personal in clear, but for `raw`. */
export interface Protected {
  identity: Identity;
  context: Context;
  properties: JsonObject;
  traits: JsonObject;
  event?: string;
  name?: string;
  category?: string;
  /** Only when asked for and when there was something personal. Seal it before it touches a disk. */
  raw?: RawPii;
  /** One entry for every email or phone that could not be normalised. */
  dropped: DroppedField[];
}

/**
 * Hashes what is personal by name, strikes out emails everywhere else and gathers who acted. Whatever it returns beside
 * `raw` may be stored, logged and shown.
 *
 * @param options.country ISO 3166-1 alpha-2 of the shop, for local phone numbers without an address beside them.
 * @param options.keepRaw a destination needs the raw values.
 */
export function protect(message: Message, options: { country: string; keepRaw: boolean }): Protected {
  const findings: Findings = { found: [], dropped: [] };
  const shopCountry = options.country;
  const read = (object: unknown, isPerson: boolean, rank?: number) =>
    isObject(object) ? protectObject({ object, isPerson, rank, shopCountry }, findings) : {};
  const { traits: contextTraits, ...context } = message.context ?? {};
  // A group's email belongs to a company, never to the visitor.
  const traitsRank = message.type === 'group' ? undefined : RANKS.traits;
  const result: Protected = {
    identity: {},
    traits: read(message.traits, true, traitsRank),
    context: read(context, false) as Context,
    properties: read(message.properties, false, RANKS.properties),
    dropped: findings.dropped,
  };
  if (contextTraits) result.context.traits = read(contextTraits, true, RANKS.contextTraits);
  if (message.type === 'track') result.event = redactText(message.event);
  if (message.type === 'page' || message.type === 'screen') {
    if (message.name) result.name = redactText(message.name);
    if (message.category) result.category = redactText(message.category);
  }
  const ids = protectIds(message, findings);
  const person = bestOf(findings.found);
  result.identity = { ...ids, ...person.identity };
  if (options.keepRaw) {
    const personal = personalTraits(
      { ...contextTraits, ...(isObject(message.traits) && message.traits) },
      shopCountry,
    );
    const raw: RawPii = { ...rawIds(message), ...person.raw, ...(personal && { traits: personal }) };
    if (Object.keys(raw).length > 0) result.raw = raw;
  }
  return result;
}

/** An id that somebody built from an email becomes its digest; any other stays as it is. */
export function protectId(id: string): string {
  return redactText(id) === id ? id : digest(normalizeEmail(id) ?? id);
}

const MAX_ID_LENGTH = 512;

/** An email as user id counts as an email; visitors and groups keep a stable id, its digest. */
function protectIds(message: Message, { found }: Findings): Identity {
  const ids: Identity = {};
  for (const key of ['anonymousId', 'userId', 'previousId', 'groupId'] as const) {
    const id = message[key];
    // The contract checks an id only on the types that carry it; elsewhere it may be blank, or endless.
    if (typeof id !== 'string' || id.trim() === '' || id.length > MAX_ID_LENGTH) continue;
    const email = normalizeEmail(id);
    if (email && key !== 'groupId') {
      const rank = key === 'userId' ? RANKS.userId : RANKS.otherId;
      found.push({ kind: 'email', value: sha256(email), raw: email, rank });
    }
    if (!email || key === 'anonymousId' || key === 'groupId') ids[key] = protectId(id);
  }
  return ids;
}

function rawIds(message: Message): RawPii {
  const userId = normalizeEmail(message.userId);
  const previousId = normalizeEmail(message.previousId);
  return { ...(userId && { userId }), ...(previousId && { previousId }) };
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

/** The best finding of each kind, and the raw value of that same finding where it is known. */
function bestOf(found: Finding[]): { identity: Identity; raw: RawPii } {
  const identity: Identity = {};
  const raw: RawPii = {};
  for (const { kind, value, raw: typed } of found.toSorted((a, b) => a.rank - b.rank)) {
    if (kind === 'text') continue;
    identity[IDENTITY_KEYS[kind]] ??= value;
    const isBest = identity[IDENTITY_KEYS[kind]] === value;
    if (typed !== undefined && isBest && isRawKind(kind)) raw[kind] ??= typed;
  }
  return { identity, raw };
}

function isRawKind(kind: Finding['kind']): kind is 'email' | 'phone' | 'firstName' | 'lastName' {
  return (RAW_KINDS as ReadonlySet<string>).has(kind);
}

/** The personal fields of traits as sent, people and addresses whole; what was hashed or unreadable is left out. */
function personalTraits(traits: Record<string, unknown>, country: string): JsonObject | undefined {
  const personal: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(traits)) {
    const field = fieldOf(key, true);
    const text = textOf(value);
    if (typeof value === 'object' && value !== null) {
      if (containerOf(key)) personal[key] = value;
    } else if (field && text && !isSha256(text)) {
      if (field.kind === 'email') personal[key] = normalizeEmail(text);
      else if (field.kind !== 'phone' || normalizePhone(text, country)) personal[key] = value;
    }
  }
  const plain: JsonObject = JSON.parse(JSON.stringify(personal));
  return Object.keys(plain).length > 0 ? plain : undefined;
}
