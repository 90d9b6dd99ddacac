import { contentIdOf } from '../../../shared/content-ids.ts';
import { type MatchKey, VALUE_KEYS, type ValueKey } from '../../../shared/match-keys.ts';
import type { JsonObject } from '../../../shared/protected-event.ts';
import { readCurrency, readNumber, readProducts } from '../values.ts';
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

/** As the properties of an event state them. */
export function valueKeys(payload: Payload): ValueKey[] {
  if (payload.type !== 'track') return [];
  const properties = (payload.properties ?? {}) as JsonObject;
  const { total, value, revenue } = properties;
  const isFound: Record<ValueKey, boolean> = {
    value: [total, value, revenue].some((amount) => readNumber(amount) !== undefined),
    currency: readCurrency(properties) !== undefined,
    content_id: readProducts(properties).some((line) => contentIdOf(line, 'variant_id') !== undefined),
  };
  return VALUE_KEYS.filter((key) => isFound[key]);
}
