import type { MatchKey } from '../../../shared/match-keys.ts';
import type { Identity, Payload } from './payload.ts';

const KEYS: Readonly<Record<Identity['type'], MatchKey>> = {
  uid: 'user_id',
  anonymousId: 'anonymous_id',
  email: 'email',
  mobilePhone: 'phone',
};

export const matchKeys = ({ event }: Payload): MatchKey[] => event.user_id.map(({ type }) => KEYS[type]);
