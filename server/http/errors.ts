import { LIMITS } from '../../shared/names.ts';
import { Unavailable } from '../lib/unavailable.ts';

/** The closed list of `code` values in error responses to whole requests. */
export type HttpErrorCode =
  | 'malformed-body'
  | 'invalid-batch'
  | 'strict-mode'
  | 'unknown-write-key'
  | 'unknown-shop'
  | 'server-key-exposed'
  | 'bad-signature'
  | 'origin-not-allowed'
  | 'another-shop'
  | 'another-topic'
  | 'already-finished'
  | 'too-large'
  | 'too-many-messages'
  | 'too-many-requests'
  | 'not-stored'
  | 'busy'
  | 'not-found'
  | 'unauthorized'
  | 'bad-csrf-token'
  | 'not-secure'
  | 'search-unavailable'
  | 'unavailable'
  | 'internal';

/** The request is refused as a whole; nothing of it was stored. Sent as `{code, message, meta: {errors}}`. */
export class HttpError extends Error {
  override name = 'HttpError';
  readonly status: number;
  readonly code: HttpErrorCode;
  /**
   * Sent as `meta.errors`; the message itself when none were given. At most `maxDetails` (20), each of at most 255
   * characters, and then how many more there are.
   */
  readonly details: readonly string[];
  /** Sent as `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: number,
    code: HttpErrorCode,
    message: string,
    more: { details?: readonly string[]; maxDetails?: number; retryAfterSeconds?: number } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = bounded(more.details ?? [message], more.maxDetails ?? MAX_DETAILS);
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

const MAX_DETAILS = 20;
const MAX_DETAIL_LENGTH = 255;

function bounded(details: readonly string[], max: number): string[] {
  const listed = details.slice(0, max).map((detail) => detail.slice(0, MAX_DETAIL_LENGTH));
  const more = details.length - listed.length;
  return more > 0 ? [...listed, `… and ${more} more`] : listed;
}

/** Any error thrown while handling a request → the response to it. The error's own message is never sent. */
export function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof Unavailable)
    return new HttpError(503, error.answer.code, error.answer.words, {
      retryAfterSeconds: 5,
    });
  const { status } = error as { status?: number };
  if (status !== undefined && status >= 400 && status < 500)
    return new HttpError(400, 'malformed-body', 'The request is malformed.');
  return new HttpError(500, 'internal', 'Internal error; see the collector log.');
}

export const busy = (why: string) =>
  new HttpError(503, 'busy', `${why}; nothing was stored.`, { retryAfterSeconds: 1 });

const MAX_BYTES = { message: LIMITS.messageBytes, request: LIMITS.requestBytes };

export const tooLarge = (what: keyof typeof MAX_BYTES) =>
  new HttpError(413, 'too-large', `A ${what} may be at most ${MAX_BYTES[what]} bytes after decompression.`);
