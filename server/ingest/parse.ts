import { gunzipSync } from 'node:zlib';
import { LIMITS } from '../../shared/names.ts';
import { Refusal, tooLarge } from './errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });
const GZIP_MAGIC = 0x1f8b;

/**
 * The bytes of a request → plain JSON that can do no harm: valid UTF-8, no key that reaches a prototype, no number
 * JSON cannot write back. Whatever the content type says; gzip is recognised by its first bytes, because some SDKs
 * forget to label it.
 *
 * @throws {Refusal} 400 `malformed-body`, 413 `too-large`.
 */
export function parseBody(bytes: Buffer): unknown {
  const unpacked = bytes.length > 2 && bytes.readUInt16BE(0) === GZIP_MAGIC ? unpack(bytes) : bytes;
  if (unpacked.length > LIMITS.requestBytes) throw tooLarge('request');
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(unpacked));
  } catch {
    throw new Refusal(400, 'malformed-body', 'The body is not valid JSON in UTF-8.');
  }
  return harmless(value);
}

function unpack(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: LIMITS.requestBytes + 1 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge('request');
    throw new Refusal(400, 'malformed-body', 'The body starts like gzip but cannot be unpacked.');
  }
}

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/** Changes in place; JSON.parse made the value, so nobody else holds it. A list instead of recursion: any depth will do. */
function harmless(value: unknown): unknown {
  const root: Record<string, unknown> = { value };
  const found = [root];
  for (const object of found)
    for (const [key, inner] of Object.entries(object)) {
      if (FORBIDDEN.has(key)) delete object[key];
      else if (inner === Number.POSITIVE_INFINITY || inner === Number.NEGATIVE_INFINITY) object[key] = null;
      else if (typeof inner === 'object' && inner !== null) found.push(inner as Record<string, unknown>);
    }
  return root.value;
}
