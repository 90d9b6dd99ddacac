import type { Api } from './stand-in.ts';

export interface Credentials {
  tiktok: { pixelCode: string; accessToken: string };
  customerio: { apiKey: string };
  /** `handle` only names the shop; `eventCodes` are the codes this merchant's CDP knows. */
  shopline: { handle: string; accessToken: string; channelId: string; eventCodes: readonly string[] };
}

/** What the sandbox accepts unless told otherwise. They open nothing anywhere else. */
export const SANDBOX_CREDENTIALS = {
  tiktok: { pixelCode: 'SANDBOXPIXEL00000001', accessToken: 'sandbox-tiktok-token' },
  customerio: { apiKey: 'sandbox-customerio-key' },
  shopline: {
    handle: 'sandbox',
    accessToken: 'sandbox-shopline-token',
    channelId: '6689609588495885399',
    // Only the first is in a public document; the others are made up, as a merchant makes up theirs.
    eventCodes: [
      'Z_sale_order',
      'Z_sale_refund',
      'Z_sale_cancel',
      'Z_view_product',
      'Z_add_cart',
      'Z_start_checkout',
    ],
  },
} satisfies Credentials;

/** The variables that make all three of a collector's destinations this sandbox. */
export function sandboxVariables(urls: Readonly<Record<Api, string>>): Record<string, string> {
  const { tiktok, customerio, shopline } = SANDBOX_CREDENTIALS;
  return {
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

export type CredentialOptions = { [A in Api]?: Partial<Credentials[A]> };

export function completeCredentials(given: CredentialOptions = {}): Credentials {
  return {
    tiktok: { ...SANDBOX_CREDENTIALS.tiktok, ...given.tiktok },
    customerio: { ...SANDBOX_CREDENTIALS.customerio, ...given.customerio },
    shopline: { ...SANDBOX_CREDENTIALS.shopline, ...given.shopline },
  };
}
