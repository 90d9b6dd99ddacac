import { createHmac, timingSafeEqual } from 'node:crypto';

const HEX = /^[0-9a-f]{64}$/i;
const BASE64 = /^[0-9a-z+/]{43}=$/i;

/**
 * Whether this is the HMAC-SHA256 of these bytes, compared in constant time.
 *
 * @param claimed 32 bytes as hex, or as base64. SHOPLINE's code writes the one, its documents show the other.
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
