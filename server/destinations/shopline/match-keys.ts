import type { MatchKey, ValueKey } from '../../../shared/match-keys.ts';
import type { Identity, Payload } from './payload.ts';

const KEYS: Readonly<Record<Identity['type'], MatchKey>> = {
  uid: 'user_id',
  anonymousId: 'anonymous_id',
  email: 'email',
  mobilePhone: 'phone',
};

export const matchKeys = ({ event }: Payload): MatchKey[] => event.user_id.map(({ type }) => KEYS[type]);

/** Products are in no field of their own. */
export const valueKeys = ({ event: { attrs = {} } }: Payload): ValueKey[] =>
  (['value', 'currency'] as const).filter((key) => attrs[key] !== undefined);
