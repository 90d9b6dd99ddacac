import type { Api } from './stand-in.ts';

export interface Credentials {
  tiktok: { pixelCode: string; accessToken: string };
  customerio: { apiKey: string };
  shopline: ShoplineCredentials;
}

interface ShoplineCredentials {
  /** The shop's name; not checked. */
  handle: string;
  /** The app's first token. A JWT, as `shoplineToken` creates it, expires at its `exp`. */
  accessToken: string;
  scopes: readonly string[];
  channelId: string;
  /** The codes this merchant's CDP knows. */
  eventCodes: readonly string[];
  /** The marketing events this merchant has; absent: every id that begins with `MA_`. */
  marketingEvents?: readonly string[];
  appKey: string;
  /** Signs webhooks and requests for a new token. */
  appSecret: string;
  storeId: string;
  sourceType: string;
}

/** The credentials that the sandbox accepts by default. They are valid nowhere else. */
export const SANDBOX_CREDENTIALS = {
  tiktok: { pixelCode: 'SANDBOXPIXEL00000001', accessToken: 'sandbox-tiktok-token' },
  customerio: { apiKey: 'sandbox-customerio-key' },
  shopline: {
    handle: 'sandbox',
    accessToken: 'sandbox-shopline-token',
    scopes: [
      'read_data_report',
      'write_marketing_event',
      'read_orders',
      'read_script_tags',
      'write_script_tags',
    ],
    channelId: '6689609588495885399',
    // Only the first is in a public document; merchants define the others.
    eventCodes: [
      'Z_sale_order',
      'Z_sale_refund',
      'Z_sale_cancel',
      'Z_view_product',
      'Z_add_cart',
      'Z_start_checkout',
    ],
    appKey: 'sandbox-app-key',
    appSecret: 'sandbox-app-secret',
    storeId: '1655000000001',
    sourceType: 'sandbox-app',
  },
} satisfies Credentials;

/**
 * Configuration variables that point a collector's three destinations and its statistics reports to this sandbox.
 * Without the app's secret, which would turn on order webhooks and the merging of orders.
 */
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
    SHOPLINE_APP_KEY: shopline.appKey,
    SHOPLINE_STORE_ID: shopline.storeId,
    SHOPLINE_SOURCE_TYPE: shopline.sourceType,
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
