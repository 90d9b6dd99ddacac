import type { Storebeacon } from '../api.ts';
import { consent } from './notices.ts';

/** Key, visitor, consent and collector of this page, in one line. */
export const detectState = ({ options, anonymousId }: Storebeacon) => {
  const choice: Record<string, boolean> = { ...consent };
  const words = Object.keys(choice).map((purpose) => (choice[purpose] ? '+' : '-') + purpose);
  return `key ${options.key}, visitor ${anonymousId().slice(0, 8)}, consent ${words.join(' ') || 'no choice yet'}, collector ${options.endpoint || options.base}`;
};
