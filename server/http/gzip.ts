import { gunzipSync } from 'node:zlib';
import { LIMITS } from '../../shared/names.ts';
import { HttpError, tooLarge } from './errors.ts';

const GZIP_MAGIC = 0x1f8b;

/** @param encoding the header `Content-Encoding`. */
export const isGzip = (encoding: string | undefined) => /^(?:x-)?gzip$/i.test(encoding ?? '');

/**
 * Gzip is also recognised by its first bytes, because some SDKs omit the header. Other bytes are returned as they are.
 *
 * @param isLabelled the header says gzip.
 * @throws {HttpError} 400 `malformed-body`, 413 `too-large`.
 */
export function decompress(bytes: Buffer, isLabelled = false): Buffer {
  const isCompressed = isLabelled || (bytes.length > 2 && bytes.readUInt16BE(0) === GZIP_MAGIC);
  const plain = isCompressed ? gunzip(bytes) : bytes;
  if (plain.length > LIMITS.requestBytes) throw tooLarge('request');
  return plain;
}

function gunzip(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: LIMITS.requestBytes + 1 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge('request');
    throw new HttpError(400, 'malformed-body', 'The body is not valid gzip.');
  }
}
