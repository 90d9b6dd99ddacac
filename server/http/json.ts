import { gunzipSync } from 'node:zlib';
import { LIMITS } from '../../shared/names.ts';
import { Refusal, tooLarge } from './errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });
const GZIP_MAGIC = 0x1f8b;

/**
 * Gzip is recognised by its first bytes, because some SDKs forget to label it.
 *
 * @param isCalledGzip the sender labelled it.
 * @throws {Refusal} 400 `malformed-body`, 413 `too-large`.
 */
export function unpack(bytes: Buffer, isCalledGzip = false): Buffer {
  const isGzip = isCalledGzip || (bytes.length > 2 && bytes.readUInt16BE(0) === GZIP_MAGIC);
  const unpacked = isGzip ? gunzip(bytes) : bytes;
  if (unpacked.length > LIMITS.requestBytes) throw tooLarge('request');
  return unpacked;
}

function gunzip(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: LIMITS.requestBytes + 1 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge('request');
    throw new Refusal(400, 'malformed-body', 'The body is called or looks like gzip but cannot be unpacked.');
  }
}

/** A body as plain JSON, and what need not be looked at again. */
export interface Body {
  value: unknown;
  /** More bytes than one message may have. */
  isLarge: boolean;
  /** Nested deeper than one message may be. */
  isDeep: boolean;
}

/** How deep a message may be nested. */
export const MAX_DEPTH = 32;

/**
 * The bytes of a request → plain JSON that can do no harm: valid UTF-8, no key that reaches a prototype, no number
 * JSON cannot write back. Whatever the content type says.
 *
 * @throws {Refusal} 400 `malformed-body`.
 */
export function parseBody(unpacked: Buffer): Body {
  const isLarge = unpacked.length > LIMITS.messageBytes;
  const isDeep = nesting(unpacked) > MAX_DEPTH;
  try {
    const text = utf8.decode(unpacked);
    const value: unknown = JSON.parse(text);
    return { value: maybeHarmful(text) ? harmless(value) : value, isLarge, isDeep };
  } catch {
    throw new Refusal(400, 'malformed-body', 'The body is not valid JSON in UTF-8.');
  }
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [...Buffer.from('"\\[]{}')];

/** How deep JSON is nested, counted in its bytes: that is cheaper than to walk what it says. */
function nesting(bytes: Buffer): number {
  let depth = 0;
  let deepest = 0;
  let isText = false;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (isText) {
      if (byte === QUOTE) isText = false;
      else if (byte === BACKSLASH) index++;
    } else if (byte === QUOTE) isText = true;
    else if (byte === OPEN || byte === OPEN_LIST) {
      if (++depth > deepest) deepest = depth;
    } else if (byte === CLOSE || byte === CLOSE_LIST) depth--;
  }
  return deepest;
}

/** A number with an exponent or of hundreds of digits: perhaps an infinite one. */
const HUGE = /(?:^|[:,[])\s*-?[\d.]+e|\d{300}/i;

/** A cheap first look at the text: without one of these there is nothing to find. An escape may spell any of them. */
const maybeHarmful = (text: string) =>
  text.includes('__proto__') ||
  text.includes('constructor') ||
  text.includes('prototype') ||
  text.includes('\\u') ||
  HUGE.test(text);

const isForbidden = (key: string) => key === '__proto__' || key === 'constructor' || key === 'prototype';

/** Changes in place; JSON.parse made the value, so nobody else holds it. A list instead of recursion: any depth will do. */
function harmless(value: unknown): unknown {
  const root: Record<string, unknown> = { value };
  const found = [root];
  for (const object of found)
    for (const key in object) {
      const inner = object[key];
      if (isForbidden(key)) delete object[key];
      else if (inner === Number.POSITIVE_INFINITY || inner === Number.NEGATIVE_INFINITY) object[key] = null;
      else if (typeof inner === 'object' && inner !== null) found.push(inner as Record<string, unknown>);
    }
  return root.value;
}
