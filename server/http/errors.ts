import { LIMITS } from '../../shared/names.ts';
import { LogUnavailable } from '../store/event-log.ts';

/** Why a whole request was refused: the closed list of `code` in error answers. */
export type RefusalCode =
  | 'malformed-body'
  | 'invalid-batch'
  | 'strict-mode'
  | 'unknown-write-key'
  | 'unknown-shop'
  | 'bad-signature'
  | 'origin-not-allowed'
  | 'too-large'
  | 'too-many-messages'
  | 'too-many-requests'
  | 'not-stored'
  | 'busy'
  | 'not-found'
  | 'unauthorized'
  | 'internal';

/** A request refused as a whole; nothing of it was stored. Answered as `{code, message, meta: {errors}}`. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly status: number;
  readonly code: RefusalCode;
  readonly details: readonly string[];
  /** Seconds after which the sender should try again. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: number,
    code: RefusalCode,
    message: string,
    more: { details?: readonly string[]; retryAfterSeconds?: number } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = more.details ?? [message];
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

/** Whatever was thrown while answering a request, in our words. Nothing of the cause reaches the sender. */
export function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof LogUnavailable)
    return new Refusal(503, 'not-stored', 'The event log cannot store right now; nothing was stored.', {
      retryAfterSeconds: 5,
    });
  const { status } = error as { status?: number };
  if (status !== undefined && status >= 400 && status < 500)
    return new Refusal(400, 'malformed-body', 'The request cannot be read as sent.');
  return new Refusal(500, 'internal', 'Something went wrong here; the log says what.');
}

const MAX_BYTES = { message: LIMITS.messageBytes, request: LIMITS.requestBytes };

export const tooLarge = (what: keyof typeof MAX_BYTES) =>
  new Refusal(
    413,
    'too-large',
    `A ${what} may hold ${MAX_BYTES[what]} bytes after unpacking; send less at a time.`,
  );
