import { randomBytes } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import type { Config } from '../config/config.ts';
import { isOriginShared, pageOriginsOf } from '../config/shared-origin.ts';
import { createLogLimiter } from '../lib/log-limiter.ts';
import { isLoopback } from '../lib/loopback.ts';
import { networkOf } from '../lib/network.ts';
import type { Logger } from '../observe/log.ts';
import { type AttemptLimit, createAttemptLimit } from './attempt-limit.ts';
import { HttpError } from './errors.ts';
import { readSessionId } from './operator-cookie.ts';
import { isSame, type OperatorSession, type OperatorSessions, sha256 } from './operator-sessions.ts';

/** Who may use the operator's routes on one port. */
export interface OperatorAccess {
  /** undefined: requests to a loopback host name need no token. Only the demo does this. */
  token: string | undefined;
  sessions: OperatorSessions;
  /** Why the routes are off on this port. */
  off?: string | undefined;
  /** Of the shops' pages: a request to a host that is among them is refused. */
  pageOrigins: ReadonlySet<string>;
  /** Where no token is needed, what pages of this origin send as `X-CSRF-Token`. */
  openCsrf: string;
  /** Of wrong Bearer tokens. */
  countWrongToken: AttemptLimit;
  /** Writes a line with the address, without the token; one a minute for each network. @param what was refused. */
  logWrongToken: (what: string, address: string | undefined) => void;
}

/** In a minute. */
export const ATTEMPTS_PER_ADDRESS = 5;

const SHARED_ORIGIN =
  'The operator routes are off at an address whose origin is in ALLOWED_ORIGINS: every script on those pages could use them. Set ADMIN_PORT.';

/** @param token undefined: open on loopback; a shop's pages may be there as well, as in the demo. */
export function createAccess(
  config: Pick<Config, 'shops' | 'publicUrl' | 'adminPort'>,
  token: string | undefined,
  sessions: OperatorSessions,
  logger: Pick<Logger, 'warn'>,
  nowMs: () => number,
): OperatorAccess {
  const mayLog = createLogLimiter(nowMs);
  const logWrongToken: OperatorAccess['logWrongToken'] = (what, address = '') => {
    if (mayLog(`${what} ${networkOf(address) ?? address}`))
      logger.warn({ address }, `${what} refused: wrong token`);
  };
  const openCsrf = randomBytes(32).toString('base64url');
  const countWrongToken = createAttemptLimit(ATTEMPTS_PER_ADDRESS, nowMs);
  const common = { token, sessions, openCsrf, countWrongToken, logWrongToken };
  if (token === undefined) return { ...common, pageOrigins: new Set() };
  const off = isOriginShared(config) ? SHARED_ORIGIN : undefined;
  return { ...common, pageOrigins: pageOriginsOf(config), off };
}

/**
 * Headers of the operator's pages: they load resources of this origin only and cannot be framed. Without HSTS, because
 * the host may be the shop's own, whose transport the shop decides.
 */
const guardPage = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      objectSrc: ["'none'"],
    },
  },
  strictTransportSecurity: false,
  xFrameOptions: { action: 'deny' },
});

/**
 * Refuses pages of other origins, and every request where the routes are off. Every response, errors included, carries
 * the security headers and is for no cache.
 */
export function guardOperator(access: OperatorAccess): RequestHandler {
  const check: RequestHandler = (request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next(reasonToRefuse(access, request));
  };
  return (request, response, next) =>
    guardPage(request, response, (error?: unknown) =>
      error === undefined ? check(request, response, next) : next(error),
    );
}

const refused = (message: string) => new HttpError(403, 'origin-not-allowed', message);

function reasonToRefuse(access: OperatorAccess, request: Request): HttpError | undefined {
  const { token, off, pageOrigins } = access;
  const own = `${request.protocol}://${request.host}`;
  const origin = request.get('origin');
  if ((origin !== undefined && origin !== own) || isFromOtherPage(request))
    return refused('Operator routes do not accept requests from pages of another origin.');
  if (off !== undefined) return refused(off);
  if (pageOrigins.has(own)) return refused(SHARED_ORIGIN);
  // DNS rebinding: a page's own host name may resolve to loopback; only the name distinguishes its requests.
  if (token === undefined && !isLoopback(request.hostname ?? ''))
    return refused('Without ADMIN_TOKEN operator routes are available on loopback only.');
  return undefined;
}

/** Browsers send no `Origin` with a page's images and scripts. A link that somebody follows is no such request. */
function isFromOtherPage(request: Request): boolean {
  const site = request.get('sec-fetch-site');
  const isLink = request.method === 'GET' && request.get('sec-fetch-mode') === 'navigate';
  return (site === 'cross-site' || site === 'same-site') && !isLink;
}

const CHANGES_NOTHING = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Requires `Authorization: Bearer <ADMIN_TOKEN>` or the cookie of a session, and of pages that change something the
 * session's `X-CSRF-Token`.
 */
export function operatorOnly(access: OperatorAccess): RequestHandler {
  const expected = access.token === undefined ? undefined : sha256(access.token);
  return async (request, response, next) => {
    const { authorization } = request.headers;
    if (expected && authorization !== undefined) {
      if (isSame(bearerOf(authorization), expected)) return next();
      access.logWrongToken('operator request', request.ip);
      // After the comparison: strangers behind the address of a program that reads metrics must not lock it out.
      access.countWrongToken(request.ip);
      throw unauthorized();
    }
    const session = expected ? await findSession(access, request) : undefined;
    if (expected && !session) return next(unauthorized());
    if (session) setSession(response, session);
    const csrf = session?.csrf ?? (request.get('origin') === undefined ? undefined : access.openCsrf);
    if (csrf !== undefined && !CHANGES_NOTHING.has(request.method) && !hasCsrf(request, csrf))
      return next(
        new HttpError(403, 'bad-csrf-token', 'Send the session’s X-CSRF-Token with what changes something.'),
      );
    next();
  };
}

const hasCsrf = (request: Request, csrf: string) => isSame(request.get('x-csrf-token') ?? '', sha256(csrf));

const unauthorized = () =>
  new HttpError(401, 'unauthorized', 'Log in at /console, or send Authorization: Bearer <ADMIN_TOKEN>.');

async function findSession({ sessions }: OperatorAccess, request: Request) {
  const id = readSessionId(request);
  return id === undefined ? undefined : sessions.find(id);
}

const setSession = (response: Response, session: OperatorSession) => {
  response.locals.session = session;
};
/** The session of a request that `operatorOnly` let pass; undefined for a bearer token and where none is needed. */
export const sessionOf = (response: Response): OperatorSession | undefined => response.locals.session;

/** The scheme is written in any case. Empty when the header has another one. */
const bearerOf = (authorization: string) => /^bearer +(.*)$/i.exec(authorization)?.[1] ?? '';
