import type { Storebeacon } from '../api.ts';
import { consent } from './notices.ts';

/** Where this page stands, in a line: who it speaks for, what the visitor allows, and to whom it speaks. */
export const detectState = ({ options, anonymousId }: Storebeacon) => {
  const choice: Record<string, boolean> = { ...consent };
  const words = Object.keys(choice).map((purpose) => (choice[purpose] ? '+' : '-') + purpose);
  return `key ${options.key}, visitor ${anonymousId().slice(0, 8)}, consent ${words.join(' ') || 'no choice yet'}, collector ${options.endpoint || options.base}`;
};
