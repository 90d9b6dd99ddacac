import type { ServerResponse } from 'node:http';
import type { Shop } from '../config/config.ts';
import type { DirectHandler } from './direct-handler.ts';
import { HttpError } from './errors.ts';

/** Headers of the SDKs, and those that monitoring agents in pages add to every request: refused, all events would be. */
const ALLOWED_HEADERS = [
  ...['authorization', 'content-type', 'content-encoding', 'x-retry-count', 'x-strict-mode'],
  ...['anonymousid', 'sentat', 'rsa-retry-attempt', 'rsa-retry-reason', 'rsa-since-last-attempt'],
  ...['traceparent', 'tracestate', 'baggage', 'elastic-apm-traceparent', 'newrelic', 'sentry-trace'],
  ...['b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'x-b3-sampled', 'x-b3-flags'],
  ...['x-datadog-origin', 'x-datadog-parent-id', 'x-datadog-sampling-priority', 'x-datadog-trace-id'],
  ...['request-id', 'request-context', 'x-request-id', 'x-correlation-id', 'x-requested-with'],
  ...['uber-trace-id', 'x-cloud-trace-context', 'x-amzn-trace-id', 'x-dtc', 'x-instana-t', 'x-instana-s'],
  'x-instana-l',
];

/** Those of the requested headers that are allowed; all where none is named. */
const allowedOf = (requested: string | undefined) => {
  const names = requested
    ?.toLowerCase()
    .split(',')
    .map((name) => name.trim());
  return ALLOWED_HEADERS.filter((name) => !names || names.includes(name)).join(', ');
};

/**
 * Answers preflights and sets the CORS headers for the pages of every configured shop. A preflight does not name a
 * shop, so the origins of all shops are accepted here; `checkOrigin` compares the request itself with its shop.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function cors(shops: readonly Shop[]): DirectHandler {
  const origins = new Set(shops.flatMap((shop) => [...shop.origins]));
  return (request, response, next) => {
    response.setHeader('Vary', 'Origin');
    const { origin } = request.headers;
    const isAllowed = origin !== undefined && origins.has(origin);
    if (isAllowed) allow(response, origin);
    if (request.method !== 'OPTIONS') return next();
    if (!isAllowed) return next(notAllowed());
    response.setHeader('Access-Control-Allow-Methods', 'GET, POST');
    const { 'access-control-request-headers': requested } = request.headers;
    response.setHeader('Access-Control-Allow-Headers', allowedOf(requested));
    response.setHeader('Access-Control-Max-Age', '7200');
    response.statusCode = 204;
    response.end();
  };
}

function allow(response: ServerResponse, origin: string): void {
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Expose-Headers', 'Retry-After');
  // Every sandboxed page has the origin "null": it is answered, but without credentials.
  if (origin !== 'null') response.setHeader('Access-Control-Allow-Credentials', 'true');
}

/** @throws {HttpError} 403 when the request comes from a page whose origin is not one of the shop's. */
export function checkOrigin(shop: Shop, origin: string | undefined): void {
  if (origin !== undefined && !shop.origins.has(origin)) throw notAllowed();
}

export const ORIGIN_NOT_ALLOWED = 'origin-not-allowed';
const notAllowed = () =>
  new HttpError(403, ORIGIN_NOT_ALLOWED, 'The origin of this page is not in ALLOWED_ORIGINS of the shop.');
