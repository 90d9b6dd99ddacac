import type { MatchKey } from '../../../shared/match-keys.ts';
import type { Payload } from './payload.ts';

/** A person's ids; of `identify` also the address and number that its profile is found by. */
export function matchKeys(payload: Payload): MatchKey[] {
  const { email, phone } = payload.type === 'identify' ? (payload.traits ?? {}) : {};
  const found: Partial<Record<MatchKey, unknown>> = {
    user_id: payload.userId,
    anonymous_id: 'anonymousId' in payload ? payload.anonymousId : undefined,
    email,
    phone,
  };
  return (Object.keys(found) as MatchKey[]).filter((key) => found[key]);
}
