import type { Variables } from '../../server/config/variables.ts';
import { type Sandbox, sandboxVariables } from '../../server/sandbox/index.ts';

export const WRITE_KEY = 'test-write-key';
/** For tests that send more from one address than visitors do. */
export const NO_LIMITS = { RATE_LIMIT_PER_MINUTE: '1000000', ADDRESS_MB_PER_DAY: '1000000' } as const;
export const SHOP_ORIGIN = 'http://127.0.0.1:9000';
export const ADMIN_TOKEN = 'operator-token-0123456789';

export const basic = (key: string) => `Basic ${Buffer.from(`${key}:`).toString('base64')}`;

/** What every shop must state, as a shop that asks first: for tests that are about something else. */
export const SHOP_POLICY = {
  STORE_COUNTRY: 'TW',
  STORE_CURRENCY: 'TWD',
  CONSENT_DEFAULT: 'denied',
} as const;

/** The variables of a shop whose three destinations are the sandbox. Chromium without a head is a robot by its name. */
export function shopVariables({ urls }: Pick<Sandbox, 'urls'>): Variables {
  return {
    WRITE_KEY,
    ALLOWED_ORIGINS: SHOP_ORIGIN,
    ...SHOP_POLICY,
    CONSENT_DEFAULT: 'granted',
    BOTS: 'flag',
    ...sandboxVariables(urls),
  };
}
