import { gunzipSync } from 'node:zlib';
import { LIMITS } from '../../shared/names.ts';
import { parseJson } from '../lib/json.ts';
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
    return { value: parseJson(utf8.decode(unpacked)), isLarge, isDeep };
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
