import type { Shop } from '../config/config.ts';
import { isClear } from '../lifecycle/person.ts';
import { clearQuery } from './clear-values.ts';

/** The ids of a query, as its address has them. */
interface AskedIds {
  q?: string | undefined;
  visitor?: string | undefined;
  user?: string | undefined;
  email?: string | undefined;
  phone?: string | undefined;
  message?: string | undefined;
}

/** The ids as the search is asked for them. `visitor` is an anonymous id or a user id. @throws {HttpError} 400 for a clear one */
export function readIds({ q, visitor, user, email, phone, message }: AskedIds, shops: readonly Shop[]) {
  const countries = shops.map(({ country }) => country);
  for (const [field, text] of Object.entries({ visitor, user }))
    if (text !== undefined && isClear(text, countries)) throw clearQuery(field);
  return {
    text: q ?? visitor,
    anonymousId: q === undefined ? undefined : visitor,
    userId: user,
    emailSha256: email?.toLowerCase(),
    phoneSha256: phone?.toLowerCase(),
    messageId: message,
  };
}
