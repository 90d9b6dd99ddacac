import { parseCookie, stringifySetCookie } from 'cookie';
import type { Request } from 'express';
import { isLoopback } from '../lib/loopback.ts';
import { SESSION_MS } from './operator-sessions.ts';

/** A browser keeps a cookie of this name only over https, for this host alone, and for every path. */
const SECURE_NAME = '__Host-storebeacon';
/** On loopback without https, where browsers refuse the other. */
const PLAIN_NAME = 'storebeacon_console';

/** Headers of a proxy that is not in `TRUST_PROXY`: what stands between it and the browser is not known. */
const PROXY_HEADERS = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded', 'via'];

/** How the browser reached this server; `exposed`: a token or a cookie could be read on the way. */
export type Transport = 'https' | 'loopback' | 'exposed';

export function transportOf(request: Request): Transport {
  if (request.secure) return 'https';
  const isProxied = PROXY_HEADERS.some((name) => request.headers[name] !== undefined);
  return !isProxied && isLoopback(request.hostname ?? '') ? 'loopback' : 'exposed';
}

const nameOf = (request: Request) => (request.secure ? SECURE_NAME : PLAIN_NAME);

/** The id in the session's cookie; undefined where there is none. */
export function readSessionId(request: Request): string | undefined {
  const { cookie } = request.headers;
  return cookie === undefined ? undefined : parseCookie(cookie)[nameOf(request)];
}

/** The header that sets the cookie, or with an empty id removes it. */
export function sessionCookie(request: Request, id: string): string {
  return stringifySetCookie({
    name: nameOf(request),
    value: id,
    httpOnly: true,
    sameSite: 'strict',
    secure: request.secure,
    path: '/',
    maxAge: id === '' ? 0 : SESSION_MS / 1_000,
  });
}
