import { parseJson } from '../../shared/json.ts';
import { LIMITS } from '../../shared/names.ts';
import { HttpError } from './errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A parsed body, and which of the limits of one message need checking. */
export interface Body {
  value: unknown;
  /** Larger than one message may be. */
  isLarge: boolean;
  /** Nested deeper than one message may be. */
  isDeep: boolean;
  /** True where `NaN` or `Infinity` stood in the place of a value and was read as null. */
  hasNonNumbers: boolean;
  /** When parsing began, by `performance.now()`: a large body takes a good part of what one turn of the event loop may. */
  sinceMs: number;
}

/** How many levels a message may be nested. */
export const MAX_DEPTH = 32;

/**
 * Bytes → JSON that is safe to process: valid UTF-8, without the keys `__proto__`, `constructor` and `prototype`. The
 * content type is ignored. `NaN` and `Infinity`, which are no JSON and which Python's own writer writes, are null.
 *
 * @param maxDepth levels; a deeper body is refused unread.
 * @throws {HttpError} 400 `malformed-body`.
 */
export function parseBody(bytes: Buffer, maxDepth = Number.POSITIVE_INFINITY): Body {
  const sinceMs = performance.now();
  const isLarge = bytes.length > LIMITS.messageBytes;
  const depth = nesting(bytes);
  if (depth > maxDepth)
    throw new HttpError(400, 'malformed-body', `The body is nested deeper than ${maxDepth} levels.`);
  const body = { isLarge, isDeep: depth > MAX_DEPTH, sinceMs };
  const read = parsed(bytes);
  if (read) return { ...read, ...body, hasNonNumbers: false };
  const written = withoutNonNumbers(bytes);
  const readNow = written && parsed(written);
  if (readNow) return { ...readNow, ...body, hasNonNumbers: true };
  throw new HttpError(400, 'malformed-body', 'The body is not valid JSON in UTF-8.');
}

function parsed(bytes: Buffer): { value: unknown } | undefined {
  try {
    return { value: parseJson(utf8.decode(bytes)) };
  } catch {
    return undefined;
  }
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [...Buffer.from('"\\[]{}')];

/** The depth of a JSON text, counted in its bytes, which is cheaper than walking the parsed value. */
function nesting(bytes: Buffer): number {
  let depth = 0;
  let deepest = 0;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (byte === QUOTE) index = endOfText(bytes, index);
    else if (byte === OPEN || byte === OPEN_LIST) {
      if (++depth > deepest) deepest = depth;
    } else if (byte === CLOSE || byte === CLOSE_LIST) depth--;
  }
  return deepest;
}

/** Where the text that begins at this quote has its other quote; where it has none, the end of the bytes. */
function endOfText(bytes: Buffer, from: number): number {
  for (let index = from + 1; index < bytes.length; index++) {
    const byte = bytes[index];
    if (byte === QUOTE) return index;
    if (byte === BACKSLASH) index++;
  }
  return bytes.length;
}

const NON_NUMBERS = ['NaN', 'Infinity', '-Infinity'].map((word) => Buffer.from(word));
const FIRST_BYTES: ReadonlySet<number | undefined> = new Set(NON_NUMBERS.map(([first]) => first));
const NULL = Buffer.from('null');
/** Each takes time, and no sender has this many. */
const MAX_PIECES = 20_000;

/** With null in the place of each, outside of texts; undefined when there is none. */
function withoutNonNumbers(bytes: Buffer): Buffer | undefined {
  const pieces: Buffer[] = [];
  let copied = 0;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (byte === QUOTE) index = endOfText(bytes, index);
    else if (FIRST_BYTES.has(byte)) {
      const word = NON_NUMBERS.find(
        (word) =>
          bytes.compare(word, 0, word.length, index, Math.min(index + word.length, bytes.length)) === 0,
      );
      if (!word) continue;
      if (pieces.length >= MAX_PIECES) return undefined;
      pieces.push(bytes.subarray(copied, index), NULL);
      copied = index + word.length;
      index = copied - 1;
    }
  }
  return copied === 0 ? undefined : Buffer.concat([...pieces, bytes.subarray(copied)]);
}
