import { type Response, Router } from 'express';
import type { Config } from '../../config/config.ts';
import { type OperatorAccess, operatorOnly, sessionOf } from '../../http/operator-auth.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../observe/log.ts';
import type { Audit } from '../../store/audit.ts';
import { consoleFiles } from './files.ts';
import { loginRoutes } from './login.ts';
import { describeSession } from './session.ts';

export interface ConsoleParts {
  access: OperatorAccess;
  config: Pick<Config, 'shops'>;
  clock: Pick<Clock, 'now'>;
  logger: Logger;
  log: Pick<Audit, 'addAudit'>;
  /** The demo shop runs here. */
  isDemo: boolean;
}

const FILES = new URL('../../../client/dist/console/', import.meta.url);

/** The console's page, and the session it asks with. Mount behind `guardOperator`. */
export function consoleRoutes(parts: ConsoleParts): Router {
  const { access } = parts;
  const router = Router();
  router.use(loginRoutes(parts));
  router.get('/console/session', operatorOnly(access), (_request, response: Response) => {
    const session = sessionOf(response);
    response.json(describeSession(parts, session?.csrf ?? access.openCsrf, session));
  });
  router.use(consoleFiles(FILES));
  return router;
}
