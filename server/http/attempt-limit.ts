import { networkOf } from '../lib/network.ts';
import { createWindowLimit } from '../lib/window-limit.ts';
import { HttpError } from './errors.ts';

const MINUTE_MS = 60_000;

/** Counts one attempt to get in from an address; of IPv6 from its /64 network. @throws {HttpError} 429 when there were too many. */
export type AttemptLimit = (address: string | undefined) => void;

/** For one way in: each has attempts of its own. */
export function createAttemptLimit(perMinute: number, nowMs: () => number): AttemptLimit {
  const limit = createWindowLimit(perMinute, MINUTE_MS, nowMs);
  return (address = '') => {
    const waitMs = limit(networkOf(address) ?? address, 1);
    if (waitMs === 0) return;
    throw new HttpError(429, 'too-many-requests', 'Too many attempts. Wait a minute.', {
      retryAfterSeconds: Math.ceil(waitMs / 1_000),
    });
  };
}
