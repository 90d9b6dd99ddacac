import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { ApiRequest } from './stand-in.ts';

/** Far above any documented limit; protects the memory. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads one request with its whole body.
 *
 * @returns undefined when the body is larger than 16 MB, packed or unpacked.
 * @throws when the client disconnects before the body is complete.
 */
export async function readRequest(incoming: IncomingMessage): Promise<ApiRequest | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BYTES) chunks.push(chunk);
  }
  if (size > MAX_BYTES) return undefined;
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
  );
  const raw = Buffer.concat(chunks);
  const bytes = headers['content-encoding'] === 'gzip' ? unpack(raw) : raw;
  if (!bytes) return undefined;
  const [path = '', ...query] = (incoming.url ?? '').split('?');
  return {
    method: incoming.method ?? '',
    path,
    ...(query.length > 0 && { query: query.join('?') }),
    headers,
    bytes: bytes.length,
    ...parseJson(bytes),
  };
}

/** Bytes that are not gzip, whatever the header says, are returned as they are; undefined above the limit. */
function unpack(packed: Buffer): Buffer | undefined {
  try {
    return gunzipSync(packed, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? undefined : packed;
  }
}

function parseJson(bytes: Buffer): { body: unknown; isJson: boolean } {
  try {
    return { body: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)), isJson: true };
  } catch {
    return { body: bytes.toString(), isJson: false };
  }
}
