import type { HttpResponse } from '../../../lib/http-client.ts';

/** One call to SHOPLINE's Admin API of one shop. */
export interface AdminCall {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Relative to `/admin/openapi/<version>/`, for example `orders.json`. */
  path: string;
  query?: Readonly<Record<string, string>>;
  /** Sent as JSON; ignored with GET and DELETE. */
  body?: unknown;
}

/** SHOPLINE's Admin API of one shop, with a current access token, within the rate limit shared with the CDP destination. */
export interface AdminApi {
  /** Resolves with the response, whatever its status. Rejects only with `NoAnswer`. */
  call(request: AdminCall): Promise<HttpResponse>;
}
