import { HttpError } from './errors.ts';

/** Bounds the memory that requests in progress hold, so that a slow disk leads to 503 answers and not to a crash. */
export interface Budget {
  /** Bytes of request bodies that were read and not answered yet, decompressed. */
  bytes(): number;
  /** Requests being read or answered. */
  requests(): number;
  begin(): void;
  /** @param bytes what the request still holds. */
  end(bytes: number): void;
  /** @throws {HttpError} 503 when the budget is exceeded; then nothing is acquired. */
  acquire(bytes: number): void;
  release(bytes: number): void;
  /**
   * As `acquire`, for bytes of a body that is still arriving. These are limited to half of the budget, so that slow
   * senders leave room for requests that arrive whole.
   */
  acquireArriving(bytes: number): void;
  /** The bytes belong to a complete body now; they stay acquired. */
  arrived(bytes: number): void;
}

export function createBudget(maxBytes: number): Budget {
  let held = 0;
  let arriving = 0;
  let requests = 0;
  const acquire = (bytes: number) => {
    if (held + bytes > maxBytes) throw busy();
    held += bytes;
  };
  return {
    bytes: () => held,
    requests: () => requests,
    begin() {
      requests++;
    },
    end(bytes) {
      requests--;
      held -= bytes;
    },
    acquire,
    release(bytes) {
      held -= bytes;
    },
    acquireArriving(bytes) {
      if (arriving + bytes > maxBytes / 2) throw busy();
      acquire(bytes);
      arriving += bytes;
    },
    arrived(bytes) {
      arriving -= bytes;
    },
  };
}

const busy = () =>
  new HttpError(503, 'busy', 'The collector is overloaded; nothing was stored.', { retryAfterSeconds: 1 });
