import type { Contacts } from '../../shared/protected-event.ts';
import { sha256 } from './hash.ts';
import { normalizeEmail, normalizePhone } from './normalize.ts';

/**
 * The same digests that `protect` makes of an email and a phone. What cannot be normalised is left out.
 *
 * @param country ISO 3166-1 alpha-2, for local phone numbers.
 */
export function digestContacts(
  { email, phone }: { email?: string | undefined; phone?: string | undefined },
  country: string,
): Contacts {
  const [mail, number] = [normalizeEmail(email), normalizePhone(phone, country)];
  return {
    ...(mail !== undefined && { emailSha256: sha256(mail) }),
    ...(number !== undefined && { phoneSha256: sha256(number) }),
  };
}
