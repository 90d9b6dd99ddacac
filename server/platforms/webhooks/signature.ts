import { createHmac, timingSafeEqual } from 'node:crypto';

const HEX = /^[0-9a-f]{64}$/i;
const BASE64 = /^[0-9a-z+/]{43}=$/i;

/**
 * True when `claimed` is the HMAC-SHA256 of the parts; compared in constant time.
 *
 * @param claimed 32 bytes in hex or base64. SHOPLINE sends hex; its documentation shows base64.
 */
export function isSigned(
  parts: readonly (string | Buffer)[],
  claimed: string | undefined,
  key: string,
): boolean {
  const bytes = decode(claimed ?? '');
  if (!bytes) return false;
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return timingSafeEqual(hmac.digest(), bytes);
}

function decode(signature: string): Buffer | undefined {
  if (HEX.test(signature)) return Buffer.from(signature, 'hex');
  return BASE64.test(signature) ? Buffer.from(signature, 'base64') : undefined;
}
