import { isObject } from '../../shared/message.ts';
import type { Json, JsonObject } from '../../shared/protected-event.ts';
import type { DroppedField } from '../../shared/reasons.ts';
import { type Container, containerOf, type Field, type FieldKind, fieldOf, RANKS } from './fields.ts';
import { isSha256, sha256 } from './hash.ts';
import {
  normalizeCountry,
  normalizeEmail,
  normalizeName,
  normalizePhone,
  normalizePlace,
  normalizeText,
  normalizeZip,
  textOf,
} from './normalize.ts';
import { redactRecipient, redactText } from './redact.ts';

/** Something the walk learned about who acted. */
export interface Finding {
  kind: FieldKind | 'city' | 'state' | 'country';
  /** A digest; a place in clear. */
  value: string;
  /** What was hashed: email and phone normalised, names as typed. Absent when it came hashed. */
  raw?: string;
  /** The lowest wins (`RANKS`). */
  rank: number;
}
export interface Findings {
  found: Finding[];
  dropped: DroppedField[];
}

/** An object of a message, and where it stands. */
export interface Place {
  object: Readonly<Record<string, unknown>>;
  /** A bare `name` in it is a person's. */
  isPerson: boolean;
  /** Undefined: it says nothing about who acted. */
  rank: number | undefined;
  /** The object around it. */
  outer?: Place;
  /** ISO 3166-1 alpha-2, for a phone that is none in its address's country. */
  shopCountry: string;
}

/** The country of the nearest address, for phones without country code; asked only when there is a phone. */
function countryAt(place: Place): string {
  for (let at: Place | undefined = place; at; at = at.outer) {
    const country = countryOf(at.object, at.isPerson);
    if (country) return country;
  }
  return place.shopCountry;
}

/**
 * A copy that may be stored: personal fields became `<name>_sha256` (one that came as a list, a list of digests), other
 * text is redacted, what is not JSON is gone.
 */
export function protectObject(place: Place, to: Findings): JsonObject {
  const { object, isPerson } = place;
  if (isPerson) findPlaces(object, place.rank, to);
  const copy: JsonObject = {};
  let digests: JsonObject | undefined;
  for (const key in object) {
    const value = object[key];
    const isNested = typeof value === 'object' && value !== null;
    const container = isNested ? containerAt(key, value) : undefined;
    const field = typeof value === 'boolean' ? undefined : fieldOf(labelOf(key, object), isPerson);
    if (container) copy[redactText(key)] = protectContainer(value, container, place, to);
    else if (field) {
      digests ??= {};
      put(digests, digestName(key, field), digestField(value, field, place, to));
    } else put(copy, redactText(key), toJson(value, place, to, key));
  }
  return digests ? Object.assign(copy, digests) : copy;
}

const put = (object: JsonObject, key: string, value: Json | undefined) => {
  if (value !== undefined) object[key] = value;
};
const digestName = (key: string, { isHashed }: Field) => redactText(isHashed ? key : `${key}_sha256`);

/** In `{name: 'phone', value: '…'}` (SHOPLINE's `note_attributes`) the label stands beside the value. */
function labelOf(key: string, object: Readonly<Record<string, unknown>>): string {
  const label = key === 'value' ? (object.name ?? object.key) : undefined;
  return typeof label === 'string' ? label : key;
}

/** A customer or an address; undefined when `value` is neither. */
function containerAt(key: string, value: unknown): Container | undefined {
  const container = containerOf(key);
  return container && Array.isArray(value) && !value.some(isObject) ? undefined : container;
}

function protectContainer(value: unknown, container: Container, outer: Place, to: Findings): Json {
  const rank = outer.rank === undefined ? undefined : container.rank;
  const inside = (object: Record<string, unknown>) =>
    protectObject({ object, isPerson: true, rank, outer, shopCountry: outer.shopCountry }, to);
  if (Array.isArray(value)) return value.filter(isObject).map(inside);
  return isObject(value) ? inside(value) : null;
}

/** Plain JSON without anything personal in its text. Undefined for what JSON cannot hold. */
function toJson(value: unknown, parent: Place, to: Findings, key = ''): Json | undefined {
  const isRecipient = /^recipients?$/i.test(key);
  if (typeof value === 'string') return isRecipient ? redactRecipient(value) : redactText(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => toJson(item, parent, to, key) ?? null);
  if (!isObject(value)) return undefined;
  const { shopCountry } = parent;
  return protectObject({ object: value, isPerson: false, rank: undefined, outer: parent, shopCountry }, to);
}

const NORMALIZE: Record<FieldKind, (value: unknown, place: Place) => string | undefined> = {
  email: normalizeEmail,
  phone: (value, place) =>
    normalizePhone(value, countryAt(place)) ?? normalizePhone(value, place.shopCountry),
  firstName: normalizeName,
  lastName: normalizeName,
  zip: normalizeZip,
  text: normalizeText,
};

function digestField(value: unknown, field: Field, place: Place, to: Findings): Json | undefined {
  if (!Array.isArray(value)) return digestOne(value, field, place, to);
  const digests = value.map((item) => digestOne(item, field, place, to)).filter((item) => item !== undefined);
  return digests.length > 0 ? digests : undefined;
}

function digestOne(value: unknown, { kind, owner }: Field, place: Place, to: Findings): string | undefined {
  const text = textOf(value);
  if (text === undefined && !isObject(value) && !Array.isArray(value)) return undefined;
  const hashed = text !== undefined && isSha256(text) ? text.toLowerCase() : undefined;
  const normalized = hashed ?? NORMALIZE[kind](text, place);
  if (normalized === undefined) {
    if (kind === 'email' || kind === 'phone') to.dropped.push(kind);
    return undefined;
  }
  const digest = hashed ?? sha256(normalized);
  if (place.rank !== undefined && owner !== 'other') {
    const rank = place.rank + (owner === 'related' ? 0.5 : 0);
    const raw = kind === 'email' || kind === 'phone' ? normalized : text;
    to.found.push({ kind, value: digest, rank, ...(!hashed && raw !== undefined && { raw }) });
  }
  return digest;
}

/** SHOPLINE's own `province_code` is no code anybody else knows, so it is not asked. */
const PLACES = {
  city: ['city', 'town', 'locality'],
  state: ['standard_province_code', 'state_code', 'stateCode', 'state', 'province', 'region'],
  country: ['country_code', 'countryCode', 'country'],
} as const;

function findPlaces(object: Readonly<Record<string, unknown>>, rank: number | undefined, to: Findings): void {
  if (rank === undefined) return;
  for (const kind of ['city', 'state', 'country'] as const) {
    const normalize = kind === 'country' ? normalizeCountry : normalizePlace;
    const value = firstOf(object, PLACES[kind], normalize);
    if (value) to.found.push({ kind, value, rank });
  }
}

/** A person's or an address's own country, else that of the first address inside. */
function countryOf(object: Readonly<Record<string, unknown>>, isPerson: boolean): string | undefined {
  const own = isPerson ? firstOf(object, PLACES.country, normalizeCountry) : undefined;
  if (own) return own;
  for (const [key, value] of Object.entries(object)) {
    const address = Array.isArray(value) ? value[0] : value;
    const rank = isObject(address) ? containerOf(key)?.rank : undefined;
    const country = rank && rank >= RANKS.address && firstOf(address, PLACES.country, normalizeCountry);
    if (country) return country;
  }
  return undefined;
}

function firstOf(
  object: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  normalize: (value: unknown) => string | undefined,
): string | undefined {
  for (const key of keys) {
    if (object[key] === undefined) continue;
    const value = normalize(object[key]);
    if (value) return value;
  }
  return undefined;
}
