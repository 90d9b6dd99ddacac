import type { Variables } from '../../server/config/config.ts';
import { type Sandbox, sandboxVariables } from '../../server/sandbox/index.ts';

export const WRITE_KEY = 'test-write-key';
export const SHOP_ORIGIN = 'http://127.0.0.1:9000';
export const ADMIN_TOKEN = 'operator-token-0123456789';

export const basic = (key: string) => `Basic ${Buffer.from(`${key}:`).toString('base64')}`;

/** The variables of a shop whose three destinations are the sandbox. */
export function shopVariables({ urls }: Pick<Sandbox, 'urls'>): Variables {
  return {
    WRITE_KEY,
    ALLOWED_ORIGINS: SHOP_ORIGIN,
    CONSENT_DEFAULT: 'granted',
    ...sandboxVariables(urls),
  };
}
