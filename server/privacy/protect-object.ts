import { isObject } from '../../shared/is-object.ts';
import type { Json, JsonObject } from '../../shared/protected-event.ts';
import { digestField } from './digest-field.ts';
import { type Container, containerOf, type Field, fieldOf, isSecret, type Name, nameOf } from './fields.ts';
import { type Findings, type Place, spend, spendName } from './finding.ts';
import { fits } from './forms.ts';
import { isCardNumber } from './payment-card.ts';
import { findPlaces } from './places.ts';
import { protectId } from './protect-id.ts';
import { redactId, redactRecipient, redactText } from './redact.ts';

/**
 * A copy that may be stored: personal fields become `<name>_sha256` (lists become lists of digests), secrets are left out,
 * other text is redacted, and values that are not JSON are dropped.
 */
export function protectObject(place: Place, to: Findings): JsonObject {
  const { object, isPerson } = place;
  if (isPerson) findPlaces(object, place.rank, to);
  const copy: JsonObject = {};
  let digests: JsonObject | undefined;
  for (const key in object) {
    if (!spend(to, 'parts') || !spendName(to, key)) continue;
    const value = object[key];
    const isNested = typeof value === 'object' && value !== null;
    const container = isNested ? containerAt(key, value) : undefined;
    if (container) {
      copy[masked(key, place, to)] = protectContainer(value, container, place, to);
      continue;
    }
    const name = nameOf(labelOf(key, object), isPerson);
    const field = typeof value === 'boolean' ? undefined : fieldAt(name, value, place);
    if (!field) put(copy, masked(key, place, to), toJson(value, place, to, key, name));
    else if (isSecret(field.kind)) {
      if (!isBlank(value)) to.dropped.push(field.kind);
    } else {
      digests ??= {};
      put(digests, digestName(key, field, place, to), digestField(value, field, field.kind, place, to));
    }
  }
  return digests ? Object.assign(copy, digests) : copy;
}

const put = (object: JsonObject, key: string, value: Json | undefined) => {
  if (value !== undefined) object[key] = value;
};
const digestName = (key: string, { isHashed }: Field, place: Place, to: Findings) =>
  masked(isHashed ? key : `${key}_sha256`, place, to);
const isBlank = (value: unknown) => value === null || value === undefined || value === '';

/** Text without personal data. Where masks would make a message much longer, a text is removed as a whole. */
function masked(text: string, { shopCountry }: Place, to: Findings, redact = redactText): string {
  const redacted = redact(text, shopCountry);
  const added = redacted.length - text.length;
  return added <= 0 || spend(to, 'maskCharacters', added) ? redacted : '[removed]';
}

/** The personal field that a value of this name is. */
function fieldAt(name: Name, value: unknown, place: Place): Field | undefined {
  const { field, bareName } = name;
  if (field) return fits(field, value) ? field : undefined;
  return bareName && isNameOfPerson(bareName, place)
    ? { kind: 'text', isHashed: false, owner: 'other' }
    : undefined;
}

/** Fields of products, which have names, too. */
const OF_A_PRODUCT = [
  'product_id',
  'sku',
  'price',
  'id',
  'brand',
  'category',
  'variant',
  'quantity',
  'precio',
  'prix',
];

/** `name` in an object with a contact (`{name, email}`), and `nom`, `nombre` in one that is no product. */
function isNameOfPerson(bareName: 'english' | 'other', place: Place): boolean {
  if (place.isThing) return false;
  place.isProduct ??= OF_A_PRODUCT.some((key) => key in place.object);
  if (place.isProduct || bareName === 'other') return !place.isProduct;
  place.hasContact ??= Object.keys(place.object)
    .slice(0, MAX_NEIGHBOURS)
    .some((key) => isContact(fieldOf(key, false)));
  return place.hasContact;
}

/** Among more fields than a form has, no contact is looked for. */
const MAX_NEIGHBOURS = 100;
const isContact = (field: Field | undefined) =>
  field !== undefined && CONTACTS.has(field.kind) && field.needs === undefined && field.owner !== 'other';
const CONTACTS = new Set<Field['kind']>(['email', 'phone', 'firstName', 'lastName']);

/** In `{name: 'phone', value: '…'}` (SHOPLINE's `note_attributes`, forms) the label is beside the value. */
function labelOf(key: string, object: Readonly<Record<string, unknown>>): string {
  const label = key === 'value' ? (object.name ?? object.key ?? object.label) : undefined;
  return typeof label === 'string' ? label : key;
}

/** Undefined when `value` is neither a person nor an address. */
function containerAt(key: string, value: unknown): Container | undefined {
  const container = containerOf(key);
  return container && Array.isArray(value) && !value.some(isObject) ? undefined : container;
}

function protectContainer(value: unknown, container: Container, outer: Place, to: Findings): Json {
  const rank = outer.rank === undefined ? undefined : container.rank;
  const inside = (object: Record<string, unknown>) =>
    protectObject(
      { object, isPerson: !isMethod(container, object), rank, outer, shopCountry: outer.shopCountry },
      to,
    );
  if (Array.isArray(value)) return withinLimit(value.filter(isObject), to).map(inside);
  return isObject(value) ? inside(value) : null;
}

/** `shipping: {name: "Express"}` */
function isMethod({ mayBeMethod }: Container, object: Readonly<Record<string, unknown>>): boolean {
  if (!mayBeMethod) return false;
  return !Object.keys(object)
    .slice(0, MAX_NEIGHBOURS)
    .some((key) => {
      const { field, place } = nameOf(key, false);
      return field !== undefined || place !== undefined || containerOf(key) !== undefined;
    });
}

/** JSON with redacted text. Undefined for values that are not JSON. */
function toJson(value: unknown, parent: Place, to: Findings, key: string, name: Name): Json | undefined {
  if (typeof value === 'string') return protectText(value, parent, to, key, name);
  if (typeof value === 'number') return toJsonNumber(value, name, to);
  if (typeof value === 'boolean' || value === null) return value;
  if (Array.isArray(value))
    return withinLimit(value, to).map((item) => toJson(item, parent, to, key, name) ?? null);
  if (!isObject(value)) return undefined;
  const { shopCountry } = parent;
  const { isThing } = name;
  return protectObject(
    {
      object: value,
      isPerson: false,
      rank: undefined,
      outer: parent,
      shopCountry,
      ...(isThing && { isThing }),
    },
    to,
  );
}

function protectText(
  text: string,
  place: Place,
  to: Findings,
  key: string,
  { isId, isPersonId }: Name,
): string {
  if (isPersonId) return protectId(text, place.shopCountry);
  const redact = isId ? redactId : /^recipients?$/i.test(key) ? redactRecipient : redactText;
  return masked(text, place, to, redact);
}

/** The items that the message may still hold. */
const withinLimit = <T>(items: readonly T[], to: Findings): T[] => items.filter(() => spend(to, 'parts'));

/** JSON writes 1e20 in 21 digits, so that a list of them takes five times its bytes. */
function toJsonNumber(value: number, { isId }: Name, to: Findings): number | string | null {
  if (!Number.isFinite(value)) return null;
  if (value >= 1e13 && !isId && isCardNumber(String(value))) return '[card]';
  return Math.abs(value) < 1e16 || spend(to, 'longNumbers') ? value : null;
}
