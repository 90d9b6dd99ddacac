import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import { memoize } from '../lib/cache.ts';

/** Trimmed text of a string or number; undefined when blank or anything else. */
export function textOf(value: unknown): string | undefined {
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value;
  return typeof text === 'string' ? text.trim() || undefined : undefined;
}

const EMAIL = /^(?:"[^"@\n]+"|[^\s@"(),:;<>[\]\\]+)@(?:[\p{L}\p{N}\p{M}_-]+\.)+\p{L}[\p{L}\p{N}\p{M}-]+$/u;

/** Trimmed, percent-decoded, lower-case; dots and +tags are kept. Undefined when `value` is not an email. */
export function normalizeEmail(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const email = decodeAt(value.trim()).trim().toLowerCase();
  return email.length <= 320 && EMAIL.test(email) ? email : undefined;
}

/** A normalised email as Google normalises it further: of Gmail without the dots of the local part; a +tag stays. */
export function withoutGmailDots(email: string): string {
  const [local = '', domain = ''] = email.split('@');
  return /^(?:gmail|googlemail)\.com$/.test(domain) ? `${local.replaceAll('.', '')}@${domain}` : email;
}

/** Undoes up to three rounds of percent-encoding in text without an `@`. */
function decodeAt(text: string, rounds = 3): string {
  if (rounds === 0 || text.includes('@') || !text.includes('%')) return text;
  try {
    return decodeAt(decodeURIComponent(text), rounds - 1);
  } catch {
    return text;
  }
}

/** Markers of an extension that the parser does not know. */
const EXTENSION = /(?:分機|分机|[內内][線线]|転送|轉|转).*$/su;

/**
 * Any usual spelling → E.164 with plus, without extension. Undefined when no such number is possible.
 *
 * @param country ISO 3166-1 alpha-2: the country of a number without country code.
 */
export function normalizePhone(value: unknown, country: string): string | undefined {
  const typed = textOf(value);
  if (typed === undefined || typed.length > 100) return undefined;
  const code = country.toUpperCase();
  return readPhone(`${isSupportedCountry(code) ? code : ''}:${typed}`);
}

/** `TW:0912 345 678`, as typed. A visitor's number comes with each of their events, and no other value takes as long. */
const readPhone = memoize(5_000, (text) => {
  const [code] = text.split(':', 1);
  const home = code ? (code as CountryCode) : undefined;
  const phone = text
    .slice((code?.length ?? 0) + 1)
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(EXTENSION, '')
    .replace(/^[\s(]*(?:\+\s*)?00/, '+');
  const parsed =
    (home && parseWithoutPlus(phone, home)) ??
    parsePhoneNumberFromString(phone, home && { defaultCountry: home });
  return parsed?.isPossible() && parsed.number.length <= E164_MAX_LENGTH ? parsed.number : undefined;
});

/** Fifteen digits and the plus (ITU-T E.164). */
const E164_MAX_LENGTH = 16;

/** `49 151 …` typed in Germany: the parser would read it as a local number. */
function parseWithoutPlus(phone: string, home: CountryCode) {
  const digits = phone.replace(/^\D+/, '');
  if (phone.includes('+') || !digits.startsWith(getCountryCallingCode(home))) return undefined;
  const parsed = parsePhoneNumberFromString(`+${digits}`);
  return parsed?.isValid() ? parsed : undefined;
}

/** Letters and digits of any script, lower-case, NFC, without spaces and punctuation. For first and last names. */
export function normalizeName(value: unknown): string | undefined {
  const name = textOf(value)?.replace(/[\p{P}\p{S}\p{Z}\p{C}]/gu, '');
  return name?.toLowerCase().normalize('NFC') || undefined;
}

/** City or state, normalised like a name. Undefined when it contains an email, because it is stored unhashed. */
export function normalizePlace(value: unknown): string | undefined {
  return /[@＠]|%(?:25)*40/.test(textOf(value) ?? '') ? undefined : normalizeName(value);
}

/** Lower-case without spaces and dashes; a US ZIP+4 becomes its first five digits. */
export function normalizeZip(value: unknown): string | undefined {
  const zip = textOf(value)?.normalize('NFKC').toLowerCase();
  return zip?.replace(/^(\d{5})-\d{4}$/, '$1').replace(/[\s\p{Pd}]/gu, '') || undefined;
}

/** ISO 3166-1 alpha-2 in lower case. Undefined for anything but two letters. */
export function normalizeCountry(value: unknown): string | undefined {
  const code = textOf(value)?.toLowerCase();
  if (code === undefined || !/^[a-z]{2}$/.test(code)) return undefined;
  return code === 'uk' ? 'gb' : code;
}

/** Address lines, full names and birthdays: lower-case, NFC, single spaces. */
export function normalizeText(value: unknown): string | undefined {
  return textOf(value)?.toLowerCase().normalize('NFC').replace(/\s+/g, ' ');
}
