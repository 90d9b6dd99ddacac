import type { ShoplineAdmin } from '../../../config/config.ts';

import type { Http, HttpRequest } from '../../../lib/http-client.ts';
import type { AdminApi } from './api.ts';

/** SHOPLINE's limit per app and store, shared by all calls: a bucket of 40 that refills at 4 per second. */
export const ADMIN_RATE = { perSecond: 4, burst: 40 } as const;

export interface ClientParts {
  admin: ShoplineAdmin;
  /** Replaces the configured token by the current one. */
  http: Http;
  /** Resolves when the next request may be sent. */
  rateLimiter: () => Promise<void>;
}

/** @throws {RangeError} when `admin` has no access token. */
export function createAdminApi({ admin, http, rateLimiter }: ClientParts): AdminApi {
  const { endpoint, apiVersion, accessToken } = admin;
  if (accessToken === undefined) throw new RangeError('the SHOPLINE Admin API needs an access token');
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
