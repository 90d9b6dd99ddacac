import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Someone who exchanged the token for a cookie. */
export interface OperatorSession {
  /** Sent as `X-CSRF-Token` with every request that changes something. */
  csrf: string;
  /** Epoch ms. */
  endsAtMs: number;
  /** Aborted when it ends: at logout, and when it is dropped for a newer one. */
  ended: AbortSignal;
}

export interface OperatorSessions {
  /** @returns the cookie's value, which nothing else holds. */
  begin(): { id: string; session: OperatorSession };
  /** Undefined for one that ended, was begun by another process, or never was. */
  find(id: string): OperatorSession | undefined;
  end(id: string): void;
}

/** After this an operator logs in again. */
export const SESSION_MS = 12 * 60 * 60 * 1000;
/** Beyond these the oldest ends. */
const MAX_SESSIONS = 100;

export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares digests: they have equal lengths, so that the time reveals neither the length nor the beginning of a secret. */
export const isSame = (given: string, expected: Buffer): boolean => timingSafeEqual(sha256(given), expected);

const newSecret = () => randomBytes(32).toString('base64url');

/** The sessions of this process. They are kept in memory, under digests of their ids, and end with it. */
export function createSessions(nowMs: () => number): OperatorSessions {
  /** In the order of their beginnings, and so of their ends. */
  const sessions = new Map<string, { session: OperatorSession; abort: AbortController }>();
  const keyOf = (id: string) => sha256(id).toString('base64');

  function endKey(key: string): void {
    const found = sessions.get(key);
    sessions.delete(key);
    found?.abort.abort();
  }

  function endOld(): void {
    for (const [key, { session }] of sessions) {
      if (session.endsAtMs > nowMs() && sessions.size < MAX_SESSIONS) return;
      endKey(key);
    }
  }

  return {
    begin() {
      endOld();
      const id = newSecret();
      const abort = new AbortController();
      const session = { csrf: newSecret(), endsAtMs: nowMs() + SESSION_MS, ended: abort.signal };
      sessions.set(keyOf(id), { session, abort });
      return { id, session };
    },
    find(id) {
      const key = keyOf(id);
      const found = sessions.get(key);
      if (!found || found.session.endsAtMs > nowMs()) return found?.session;
      endKey(key);
      return undefined;
    },
    end: (id) => endKey(keyOf(id)),
  };
}
