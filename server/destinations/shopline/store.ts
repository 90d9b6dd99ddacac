import { endpoint, requiredText, textOr } from '../setting-fields.ts';

/** Settings of a SHOPLINE store's Admin API. The CDP destination and the shop system read them through these fields. */
export const StoreFields = {
  handle: requiredText('the label before .myshopline.com', /^[A-Za-z0-9-]+$/),
  accessToken: requiredText('an access token with the scope read_data_report', /^\S+$/),
  apiVersion: textOr('v20260301', 'an API version such as v20260301', /^v\d{8}$/),
  endpoint: endpoint(),
};

export const STORE_VARIABLES = {
  handle: 'SHOPLINE_HANDLE',
  accessToken: 'SHOPLINE_ACCESS_TOKEN',
  apiVersion: 'SHOPLINE_API_VERSION',
  endpoint: 'SHOPLINE_ENDPOINT',
} as const;

/** What SHOPLINE counts requests by: the app, which its token names, and the store. */
export const storeRateKey = ({ handle, accessToken }: { handle: string; accessToken: string }): string =>
  `shopline ${handle.toLowerCase()} ${accessToken}`;

/** Scheme, host and port of the store's Admin API: the configured endpoint, else the store's own host. */
export const endpointOf = (handle: string, configured: string | undefined): string =>
  configured ?? `https://${handle}.myshopline.com`;
