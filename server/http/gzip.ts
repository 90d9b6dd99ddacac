import { gunzipSync } from 'node:zlib';
import { LIMITS } from '../../shared/names.ts';
import { HttpError, tooLarge } from './errors.ts';

const GZIP_MAGIC = 0x1f8b;
const GZIP = /^(?:x-)?gzip$/i;
/** Encodings that bodies really have and that are not read. */
const NOT_READ = /^(?:br|deflate|zstd|compress|x-compress|dcb|dcz)$/i;

/** The encodings that the header `Content-Encoding` lists, without `identity`. */
const encodingsOf = (header: string | undefined): string[] =>
  (header ?? '')
    .split(',')
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== '' && encoding.toLowerCase() !== 'identity');

/** @throws {HttpError} 415 for a body that is compressed in another way than gzip. */
export function checkEncoding(header: string | undefined): void {
  if (header !== undefined && encodingsOf(header).some((encoding) => NOT_READ.test(encoding)))
    throw notRead();
}

const notRead = () => new HttpError(415, 'malformed-body', 'Content-Encoding must be gzip or identity.');

/**
 * Gzip is recognised by its first bytes, because some SDKs omit the header and others write something else into it, such as
 * `UTF-8`. Other bytes are returned as they are.
 *
 * @param header `Content-Encoding`. Where it is `gzip`, the body must be.
 * @throws {HttpError} 400 `malformed-body`, 413 `too-large`, 415 for an unknown encoding over what is neither gzip nor JSON.
 */
export function decompress(bytes: Buffer, header?: string): Buffer {
  const isLabelled = header !== undefined && GZIP.test(header);
  const isCompressed = isLabelled || (bytes.length > 2 && bytes.readUInt16BE(0) === GZIP_MAGIC);
  if (!isCompressed && header !== undefined && !isJson(bytes) && isUnknown(header)) throw notRead();
  const plain = isCompressed ? gunzip(bytes) : bytes;
  if (plain.length > LIMITS.requestBytes) throw tooLarge('request');
  return plain;
}

const isUnknown = (header: string) => encodingsOf(header).some((encoding) => !GZIP.test(encoding));

/** True for what begins like an object or a list, a byte order mark and spaces aside. */
const isJson = (bytes: Buffer) => /^\uFEFF?\s{0,80}[{[]/.test(bytes.toString('utf8', 0, 100));

function gunzip(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: LIMITS.requestBytes + 1 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge('request');
    throw new HttpError(400, 'malformed-body', 'The body is not valid gzip.');
  }
}
