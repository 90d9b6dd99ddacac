import type { ShoplineAdmin } from '../../../config/config.ts';

import type { Http, HttpRequest } from '../../../lib/http-client.ts';
import type { AdminApi } from './api.ts';

/** SHOPLINE's limit for each app and store, shared by all that call it: a bucket that refills. */
export const ADMIN_PACE = { perSecond: 4, burst: 40 } as const;

export interface ClientParts {
  admin: ShoplineAdmin;
  /** With the current token in place of the configured one. */
  http: Http;
  /** Resolves when the next request may go. */
  rateLimiter: () => Promise<void>;
}

/** @throws {RangeError} without an access token: whoever has none must not call. */
export function createAdminApi({ admin, http, rateLimiter }: ClientParts): AdminApi {
  const { endpoint, apiVersion, accessToken } = admin;
  if (accessToken === undefined) throw new RangeError('SHOPLINE’s Admin API needs an access token');
  const headers = {
    Authorization: `Bearer ${accessToken}`,
    'Content-Type': 'application/json; charset=utf-8',
    accept: 'application/json',
  };
  return {
    async call({ method, path, query = {}, body }) {
      const search = new URLSearchParams(query).toString();
      const url = `${endpoint}/admin/openapi/${apiVersion}/${path}${search && `?${search}`}`;
      const request: HttpRequest =
        method === 'GET' || method === 'DELETE'
          ? { method, url, headers }
          : { method, url, headers, body: body === undefined ? '' : JSON.stringify(body) };
      await rateLimiter();
      return http(request);
    },
  };
}
