import type { Variables } from '../../server/config.ts';
import { SANDBOX_CREDENTIALS, type Sandbox } from '../../server/sandbox/index.ts';

export const WRITE_KEY = 'test-write-key';
export const SHOP_ORIGIN = 'http://127.0.0.1:9000';
export const ADMIN_TOKEN = 'operator-token-0123456789';

export const basic = (key: string) => `Basic ${Buffer.from(`${key}:`).toString('base64')}`;

/** The variables of a shop whose three destinations are the sandbox. */
export function shopVariables({ urls }: Pick<Sandbox, 'urls'>): Variables {
  const { tiktok, customerio, shopline } = SANDBOX_CREDENTIALS;
  return {
    WRITE_KEY,
    ALLOWED_ORIGINS: SHOP_ORIGIN,
    CONSENT_DEFAULT: 'granted',
    TIKTOK_PIXEL_CODE: tiktok.pixelCode,
    TIKTOK_ACCESS_TOKEN: tiktok.accessToken,
    TIKTOK_ENDPOINT: urls.tiktok,
    CUSTOMERIO_API_KEY: customerio.apiKey,
    CUSTOMERIO_ENDPOINT: urls.customerio,
    SHOPLINE_HANDLE: shopline.handle,
    SHOPLINE_ACCESS_TOKEN: shopline.accessToken,
    SHOPLINE_CDP_CHANNEL_ID: shopline.channelId,
    SHOPLINE_ENDPOINT: urls.shopline,
  };
}
