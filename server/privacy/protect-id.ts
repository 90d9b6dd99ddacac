import { digest, sha256 } from './hash.ts';
import { normalizeEmail, normalizePhone } from './normalize.ts';
import { isPhoneNumber } from './phone-form.ts';
import { redactId, redactText } from './redact.ts';
import { isSuspect } from './suspect.ts';

/** Longer texts are no phone numbers. */
const MAX_PHONE_LENGTH = 40;
const PHONE = /^\+?[\d\s().-]+$/;

/**
 * An id that contains an email or a phone is replaced by its digest, that of the phone where it is nothing else; other ids
 * are returned as they are.
 *
 * @param country ISO 3166-1 alpha-2, for a phone with a trunk zero; undefined: only one with `+` or `00` is a phone.
 */
export function protectId(id: string, country?: string): string {
  if (!isSuspect(id, true)) return id;
  const phone = phoneOfId(id, country);
  if (phone !== undefined) return sha256(phone);
  const isClear = redactId(id) !== id || redactText(id, country).includes('[phone]');
  return isClear ? digest(normalizeEmail(id) ?? id) : id;
}

/** As `protectId`, for the id of an order or a product, which is no phone: only an email in it is a person's. */
export const protectOrderId = (id: string): string =>
  redactId(id) === id ? id : digest(normalizeEmail(id) ?? id);

/** The phone that the whole id is, normalised. A number is one only with `+`, `00` or the trunk zero of the country. */
export function phoneOfId(id: string, country: string | undefined): string | undefined {
  if (id.length > MAX_PHONE_LENGTH) return undefined;
  const text = id
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .trim();
  if (!PHONE.test(text) || !isPhoneNumber(text.replace(/\D/g, ''), text.startsWith('+'), country))
    return undefined;
  return normalizePhone(text, country ?? '');
}
