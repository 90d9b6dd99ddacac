import express, { type Request, type Response, Router } from 'express';
import { type LoginAnswer, LoginRequest } from '../../../shared/operator-api/index.ts';
import { createAttemptLimit } from '../../http/attempt-limit.ts';
import { HttpError } from '../../http/errors.ts';
import { ATTEMPTS_PER_ADDRESS, type OperatorAccess, operatorOnly } from '../../http/operator-auth.ts';
import { readSessionId, sessionCookie, transportOf } from '../../http/operator-cookie.ts';
import { isSame, sha256 } from '../../http/operator-sessions.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../observe/log.ts';
import type { Audit, AuditEntry } from '../../store/audit.ts';
import { LogUnavailable } from '../../store/store.ts';
import { parse } from '../parse.ts';

interface LoginParts {
  access: OperatorAccess;
  clock: Pick<Clock, 'now'>;
  log: Pick<Audit, 'addAudit'>;
  logger: Pick<Logger, 'warn'>;
}

/** Of all addresses, with a wrong token alone: those of strangers must not lock operators out. */
const WRONG_ATTEMPTS = 60;

/** `POST /console/login` and `/console/logout`: the token for a cookie, and its end. Mount behind `guardOperator`. */
export function loginRoutes({ access, clock, log, logger }: LoginParts): Router {
  const router = Router();
  const { token, sessions } = access;
  const countAttempt = createAttemptLimit(ATTEMPTS_PER_ADDRESS, clock.now);
  const countWrong = createAttemptLimit(WRONG_ATTEMPTS, clock.now);

  const requireSecure = (request: Request) => {
    if (transportOf(request) === 'exposed')
      throw new HttpError(
        403,
        'not-secure',
        'The console needs https, because the token could be read on the way. Behind a proxy that ends https set TRUST_PROXY and pass X-Forwarded-Proto; without one use an ssh tunnel to a loopback address.',
      );
  };

  /** A full disk keeps no operator from looking: an action without a row has a line. */
  async function record(entry: AuditEntry): Promise<void> {
    try {
      await log.addAudit(entry);
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error;
      logger.warn({ action: entry.action }, 'not in the audit list: the store takes no rows');
    }
  }

  router.post(
    '/console/login',
    express.json({ limit: '4kb' }),
    async (request: Request, response: Response) => {
      if (token === undefined) return void response.json({ csrf: access.openCsrf } satisfies LoginAnswer);
      requireSecure(request);
      countAttempt(request.ip);
      const given = parse(LoginRequest, request.body).token;
      if (!isSame(given, sha256(token))) {
        access.logWrongToken('console login', request.ip);
        countWrong('');
        await record({ action: 'login-refused', who: 'nobody' });
        throw new HttpError(401, 'unauthorized', 'This is not the ADMIN_TOKEN.');
      }
      const { id, session } = await sessions.begin();
      await record({ action: 'login', who: 'session' });
      response.set('Set-Cookie', sessionCookie(request, id));
      response.json({ csrf: session.csrf } satisfies LoginAnswer);
    },
  );

  router.post('/console/logout', operatorOnly(access), async (request: Request, response: Response) => {
    const id = readSessionId(request);
    if (id !== undefined) await sessions.end(id);
    response.set('Set-Cookie', sessionCookie(request, '')).status(204).end();
  });
  return router;
}
