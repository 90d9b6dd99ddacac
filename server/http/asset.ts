import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';

/** A built file, held in memory, with the compressed forms that the build wrote: compressing would dominate the startup. */
export interface Asset {
  /** With its charset. */
  type: string;
  etag: string;
  encodings: Encodings;
}
type Encodings = { identity: Buffer; br?: Buffer; gzip?: Buffer };

/** Browsers list gzip first without preferring it, so the order here decides. */
const PREFERRED = ['br', 'gzip'] as const;

export const toAsset = (type: string, encodings: Encodings): Asset => ({
  type,
  etag: `W/"${createHash('sha256').update(encodings.identity).digest('base64url').slice(0, 22)}"`,
  encodings,
});

/** Answers with it in the best form that the client takes, or with 304 where the client has it. */
export function sendAsset(
  { type, etag, encodings }: Asset,
  cacheControl: string,
  request: Request,
  response: Response,
): void {
  const encoding = PREFERRED.find((name) => encodings[name] && request.acceptsEncodings(name)) ?? 'identity';
  response
    .set('Content-Type', type)
    .set('Cache-Control', cacheControl)
    .set('ETag', etag)
    .vary('Accept-Encoding');
  if (encoding !== 'identity') response.set('Content-Encoding', encoding);
  response.send(encodings[encoding]);
}
