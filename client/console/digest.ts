/** What a search field holds, as the collector's routes take it. */
export type Sought =
  | { by: 'email' | 'phone'; sha256: string }
  | { by: 'q'; text: string }
  /** `no-crypto`: browsers hash on https and on this machine alone. `no-country`: a phone number without `+`. */
  | { problem: 'no-crypto' | 'no-country' };

const hex = (bytes: ArrayBuffer) =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const isEmail = (text: string) => /^[^\s@]+@[^\s@]+$/.test(text);
const isPhone = (text: string) => /^\+?[\d\s().-]{7,24}$/.test(text) && /[+\s().-]/.test(text);

/**
 * Emails and phone numbers are hashed here, so that they never leave the page: an email trimmed and in lower case, a phone
 * number as `+886912345678`. Anything else is searched as it is.
 *
 * @param subtle null where the browser offers no hashing.
 */
export async function readSought(
  typed: string,
  subtle: Pick<SubtleCrypto, 'digest'> | null = globalThis.crypto?.subtle ?? null,
): Promise<Sought> {
  const text = typed.trim();
  const by = isEmail(text) ? 'email' : isPhone(text) ? 'phone' : undefined;
  if (!by) return { by: 'q', text };
  if (by === 'phone' && !text.startsWith('+')) return { problem: 'no-country' };
  if (!subtle) return { problem: 'no-crypto' };
  const normal = by === 'email' ? text.toLowerCase() : `+${text.replace(/\D/g, '')}`;
  return { by, sha256: hex(await subtle.digest('SHA-256', new TextEncoder().encode(normal))) };
}
