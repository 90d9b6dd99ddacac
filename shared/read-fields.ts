import { z } from 'zod';
import { isObject } from './is-object.ts';
import { listOf, MAX_ITEMS, meanings, Name, objectOf } from './kinds.ts';

/** A known field that was not exact. */
export interface Note {
  /** Where: names of known fields and positions in lists, never a name that a sender made up. */
  path: string;
  /** `field-coerced`: its meaning was plain, or it plainly meant nothing. `field-dropped`: it was left out. */
  code: 'field-coerced' | 'field-dropped';
  /** What its kind wants. */
  describe(): string;
}

/** Where a field is; made into a path for a note only. */
interface Place {
  name: string | number;
  outer: Place | undefined;
}

type Key = Place['name'];
export type Reader = (value: unknown, name: Key, outer: Place | undefined, notes: Note[]) => unknown;

const made = new WeakMap<z.ZodType, Reader>();

/**
 * Reads a value by a schema, field by field: what is exact stays, what plainly means something becomes that, everything
 * else is left out. A field costs only itself: a wrong one in a product line leaves the line, a line that is none leaves the
 * other lines. What is exact all through is returned as it is, without a copy: every event is read here.
 *
 * @param schema made of `known` objects, lists, records and kinds; its reader is made once.
 * @returns a function that adds a note for each field that was not exact, and returns undefined for a value that is left out.
 */
export function readerOf(schema: z.ZodType): Reader {
  const known = made.get(schema);
  if (known) return known;
  const reader = makeReader(schema);
  made.set(schema, reader);
  return reader;
}

function makeReader(schema: z.ZodType): Reader {
  const { read } = meanings.get(schema) ?? {};
  if (read) return leaf(schema, read);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    return readerOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodPipe) return readerOf(schema.in as z.ZodType);
  if (schema instanceof z.ZodObject) return object(schema.shape);
  if (schema instanceof z.ZodArray) return list(readerOf(schema.element as z.ZodType));
  if (schema instanceof z.ZodRecord) return record(readerOf(schema.valueType as z.ZodType));
  if (schema instanceof z.ZodLiteral) return (value) => value;
  throw new Error(`a field of a kind that is not in the table: ${schema.type}`);
}

function leaf(schema: z.ZodType, meaningOf: (value: unknown) => unknown): Reader {
  const exact = z.compile(schema);
  /** Wrapped, because an exact value may be read as absent. */
  const parse = (value: unknown) => exact.safeParse(value);
  const changes = schema instanceof z.ZodPipe || schema === Name;
  return (value, name, outer, notes) => {
    if (changes) {
      const parsed = parse(value);
      if (parsed.success) return parsed.data;
    } else if (z.validate(exact, value)) return value;
    const meaning = meaningOf(value);
    const parsed = meaning === undefined || meaning === null ? undefined : parse(meaning);
    const isCoerced = meaning === null || parsed?.success === true;
    note(notes, isCoerced, name, outer, () => parse(value).error?.issues[0]?.message ?? '');
    return parsed?.data;
  };
}

function object(shape: z.core.$ZodShape): Reader {
  const readers = new Map(
    Object.entries(shape).map(([name, field]) => [name, readerOf(field as z.ZodType)] as const),
  );
  return (value, ownName, outer, notes) => {
    const sent = readObject(value, ownName, outer, notes);
    if (!sent) return undefined;
    const place = { name: ownName, outer };
    let result = sent;
    for (const name in sent) {
      const read = readers.get(name);
      const field = sent[name];
      if (!read || field === undefined) continue;
      const kept = field === null ? undefined : read(field, name, place, notes);
      if (kept === field) continue;
      if (result === sent) result = { ...sent };
      result[name] = kept;
    }
    return result;
  };
}

function list(read: Reader): Reader {
  return (value, name, outer, notes) => {
    const sent = unwrap(value, Array.isArray, listOf, 'a list', name, outer, notes);
    if (!sent) return undefined;
    if (sent.length > MAX_ITEMS) note(notes, false, name, outer, () => `at most ${MAX_ITEMS} items`);
    const place = { name, outer };
    const items = sent.length > MAX_ITEMS ? sent.slice(0, MAX_ITEMS) : sent;
    return items.map((item, index) => read(item, index, place, notes)).filter((item) => item !== undefined);
  };
}

/** The keys are the sender's, so a note names the record alone. */
function record(read: Reader): Reader {
  return (value, name, outer, notes) => {
    const all = readObject(value, name, outer, notes);
    if (!all) return undefined;
    const sent = firstEntries(all);
    if (sent !== all) note(notes, false, name, outer, () => `at most ${MAX_ITEMS} entries`);
    let result = sent;
    for (const key in sent) {
      const item = sent[key];
      const kept = item === null ? undefined : read(item, name, outer, notes);
      if (item === null) note(notes, true, name, outer, () => 'null says nothing');
      if (kept === item) continue;
      if (result === sent) result = { ...sent };
      if (kept === undefined) delete result[key];
      else result[key] = kept;
    }
    return result;
  };
}

/** The object itself unless it has more than `MAX_ITEMS`. */
function firstEntries(object: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(object);
  return entries.length > MAX_ITEMS ? Object.fromEntries(entries.slice(0, MAX_ITEMS)) : object;
}

/** An object as it was sent, or as what it plainly means. */
export const readObject = (value: unknown, name: Key, outer: Place | undefined, notes: Note[]) =>
  unwrap(value, isObject, objectOf, 'an object', name, outer, notes);

/** The container as it was sent, or as what it plainly means. */
function unwrap<Container>(
  value: unknown,
  isExact: (value: unknown) => value is Container,
  meaningOf: (value: unknown) => Container | null | undefined,
  wanted: string,
  name: Key,
  outer: Place | undefined,
  notes: Note[],
): Container | undefined {
  if (isExact(value)) return value;
  const meaning = meaningOf(value);
  note(notes, meaning !== undefined, name, outer, () => `${wanted} is wanted`);
  return meaning ?? undefined;
}

function note(
  notes: Note[],
  isCoerced: boolean,
  name: Key,
  outer: Place | undefined,
  describe: Note['describe'],
): void {
  notes.push({ path: pathOf(name, outer), code: isCoerced ? 'field-coerced' : 'field-dropped', describe });
}

/** The outermost place is the message, which has no name. */
function pathOf(name: Key, outer: Place | undefined): string {
  let path = `${name}`;
  for (let place = outer; place && place.name !== ''; place = place.outer) path = `${place.name}.${path}`;
  return path;
}
