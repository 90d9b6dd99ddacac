import { type MatchKey, VALUE_KEYS, type ValueKey } from '../../../shared/match-keys.ts';
import type { Payload } from './payload.ts';

type Field = keyof NonNullable<Payload['user']>;

const KEYS: Readonly<Record<Exclude<Field, 'locale'>, MatchKey>> = {
  email: 'email',
  phone: 'phone',
  external_id: 'external_id',
  first_name: 'name',
  last_name: 'name',
  zip_code: 'address',
  city: 'address',
  state: 'address',
  country: 'address',
  ttclid: 'ttclid',
  ttp: 'ttp',
  ip: 'ip',
  user_agent: 'user_agent',
};

/** A language identifies nobody. */
export function matchKeys({ user = {} }: Payload): MatchKey[] {
  const { locale: _, ...fields } = user;
  return Object.keys(fields).map((field) => KEYS[field as keyof typeof KEYS]);
}

export function valueKeys({ properties = {} }: Payload): ValueKey[] {
  const { value, currency, contents } = properties;
  const found: Record<ValueKey, unknown> = { value, currency, content_id: contents };
  return VALUE_KEYS.filter((key) => found[key] !== undefined);
}
