import type { HttpResponse } from '../../../lib/http-client.ts';

/** One call to SHOPLINE's Admin API of one shop. */
export interface AdminCall {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/admin/openapi/<version>/`, for example `orders.json`. */
  path: string;
  query?: Readonly<Record<string, string>>;
  /** Sent as JSON; never with GET or DELETE. */
  body?: unknown;
}

/**
 * SHOPLINE's Admin API of one shop: with its token, kept fresh, and never faster than 4 calls a second, which the CDP
 * destination shares.
 */
export interface AdminApi {
  /** Rejects only with `NoAnswer`. Whatever the status is, it is answered. */
  call(request: AdminCall): Promise<HttpResponse>;
}
