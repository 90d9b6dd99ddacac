import { z } from 'zod';
import { CURRENCY_CODE, readCurrencyCode } from './currency.ts';
import { readDecimal } from './decimal-text.ts';
import { isObject } from './is-object.ts';
import { readJson } from './json.ts';
import { readId } from './order-ids.ts';
import { readTime } from './time.ts';

/**
 * The kinds of known fields. A kind is a schema, which says what is exact, and what other values plainly mean. Messages
 * and commerce events are tables of them; types, OpenAPI and the lenient reader follow from the tables.
 */
export interface Meaning {
  /**
   * A value that is not exact → the exact one it plainly means, `null` where it means none, `undefined` where its meaning
   * is not plain. What is returned must still pass the schema.
   */
  read(value: unknown): unknown;
}

export const meanings = z.registry<Meaning>();

function kind<Schema extends z.ZodType>(schema: Schema, read: Meaning['read']): Schema {
  meanings.add(schema, { read });
  return schema;
}

const MAX_ID = 512;
const MAX_TEXT = 8192;

const isBlank = (value: unknown) => typeof value === 'string' && value.trim() === '';
const nothing = () => undefined;
/** Digits were lost above 2^53, and a fraction may have lost its zeros: `12.10` arrives as 12.1. */
const wholeAsText = (value: unknown) => (Number.isSafeInteger(value) ? `${value}` : undefined);

const PLACEHOLDER = 'a placeholder is no id';
/** Most ids: of word characters, with a digit at the end or longer than `undefined`. It spares them `readId`. */
const ORDINARY = /^[a-z1-9](?:[\w-]*\d|[\w-]{9,})$/i;
/** SDKs send blank ids in place of absent ones. `readId` reads ids up to `MAX_ID`; no placeholder is longer. */
const isNoPlaceholder = (id: string | number) =>
  typeof id === 'string'
    ? ORDINARY.test(id) || isBlank(id) || id.length > MAX_ID || readId(id) !== undefined
    : readId(id) !== undefined;
const trimmed = (id: string | number) => `${id}`.trim() || undefined;

/** Text, because SHOPLINE's exceed 2^53. Numbers are accepted while JSON represents them exactly. Never cut. */
export const Id = kind(
  z
    .union([z.string().max(MAX_ID), z.int('an id above 2^53 must be sent as text')])
    .refine(isNoPlaceholder, PLACEHOLDER)
    .transform(trimmed),
  nothing,
);

/** An id that is always text, of at most so many characters. Never cut. */
export const textId = (max: number) =>
  kind(z.string().max(max).refine(isNoPlaceholder, PLACEHOLDER).transform(trimmed), wholeAsText);

/** A number → text; a list of texts → one text; what is too long is cut. */
const textOf = (max: number) =>
  function read(value: unknown): string | undefined {
    if (typeof value === 'string') return cut(value.trim(), max);
    if (typeof value === 'number') return Math.abs(value) < 1e15 ? `${value}` : undefined;
    const isList = Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
    return isList ? cut(value.join(', '), max) : undefined;
  };

/** Not in the middle of a character of two units. */
const cut = (text: string, max: number) => text.slice(0, max).replace(/[\ud800-\udbff]$/, '');

export const Text = kind(z.string().max(MAX_TEXT), textOf(MAX_TEXT));

/** A name that a message cannot be without. Spaces around it are removed, as Customer.io does. */
export const Name = kind(z.string().trim().min(1).max(255), (value) =>
  Array.isArray(value) ? undefined : textOf(255)(value),
);

/** The address of a page or picture. One that is too long loses its last parameters whole, so that no id in it is cut. */
export const Address = kind(z.string().max(MAX_TEXT), (value) =>
  typeof value === 'string' ? cut(value, MAX_TEXT).replace(/[?&#][^?&#]*$/, '') : undefined,
);

/** A blank text is no number. */
const numberOf = (value: unknown) =>
  isBlank(value) ? null : typeof value === 'string' ? readDecimal(value) : undefined;

/** Money in major units of `currency` (12.5, not 1250). */
export const Amount = kind(z.number(), numberOf);
export const Quantity = kind(z.number().nonnegative(), numberOf);
export const Position = kind(z.number(), numberOf);
export const Whole = kind(z.int(), numberOf);
export const countUpTo = (max: number) => kind(z.int().min(0).max(max), nothing);

export const Currency = kind(
  z
    .string()
    .regex(CURRENCY_CODE, 'ISO 4217 code, for example TWD')
    .transform((text) => readCurrencyCode(text) as string),
  (value) => (isBlank(value) ? null : typeof value === 'string' ? value.trim() : undefined),
);

function booleanOf(value: unknown): boolean | null | undefined {
  if (isBlank(value)) return null;
  const word = typeof value === 'string' || typeof value === 'number' ? `${value}`.trim().toLowerCase() : '';
  if (word === 'true' || word === '1') return true;
  return word === 'false' || word === '0' ? false : undefined;
}

export const Flag = kind(z.boolean(), booleanOf);
/** One category of a choice. A `yes` is not guessed: one that cannot be read denies. */
export const Grant = kind(z.boolean(), (value) => {
  const read = booleanOf(value);
  return read === undefined ? false : read;
});
/** Segment's choice of a destination: on, off, or settings for it. */
export const Switch = kind(
  z.union([z.boolean(), z.looseObject({})]),
  (value) => booleanOf(value) ?? objectOf(value),
);

/** ISO 8601 date and time; UTC without an offset. The first days are left to `readTime`, which compares to the second. */
export const Time = kind(
  z.iso
    .datetime({ offset: true, local: true })
    .refine((iso) => iso >= '2001-09-11', 'a time after 2001-09-09'),
  (value) => {
    if (isBlank(value)) return null;
    const ms = readTime(value);
    return ms === undefined ? undefined : new Date(ms).toISOString();
  },
);

/** An object with arbitrary keys. */
export const Open = kind(z.looseObject({}), (value) => objectOf(value));
export const TextOrNumber = kind(z.union([z.string().max(MAX_TEXT), z.number()]), nothing);
export const TextOrObject = kind(z.union([z.string().max(MAX_TEXT), z.looseObject({})]), textOf(MAX_TEXT));
export const Scalar = kind(z.union([z.string().max(MAX_TEXT), z.number(), z.boolean()]), nothing);

export const MAX_ITEMS = 1_000;
export const listUpToMax = <Item extends z.ZodType>(item: Item) => z.array(item).max(MAX_ITEMS);

/** How deep JSON inside a text may be nested: with what is around it no deeper than a message. */
const MAX_DEPTH = 24;

/** An object, also as JSON text; PHP writes an empty one as `[]`. */
export function objectOf(value: unknown): Record<string, unknown> | null | undefined {
  if (isBlank(value)) return null;
  const read = ofJson(value);
  if (Array.isArray(read) && read.length === 0) return {};
  return isObject(read) ? read : undefined;
}

/** A list, also as JSON text; one item alone; and the items of an object, which is how PHP writes a filtered list. */
export function listOf(value: unknown): unknown[] | null | undefined {
  if (isBlank(value)) return null;
  const read = ofJson(value);
  if (Array.isArray(read)) return read;
  if (!isObject(read)) return undefined;
  const items = Object.values(read);
  return items.every(isObject) ? items : [read];
}

const JSON_TEXT = /^\s*[[{]/;

function ofJson(value: unknown): unknown {
  if (typeof value !== 'string' || !JSON_TEXT.test(value)) return value;
  const read = readJson(value);
  return isDeeper(read, MAX_DEPTH) ? undefined : read;
}

export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
