import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { OfShop } from '../../shared/operator-api/index.ts';
import { HttpError } from '../http/errors.ts';
import type { Redactions } from '../lifecycle/redactions.ts';
import type { Redaction } from '../store/redactions.ts';
import type { Store } from '../store/store.ts';
import { record } from './audit.ts';
import { parse } from './parse.ts';

const Id = z.object({ id: z.coerce.number().int().positive() });

/** Erasures that shop systems asked for: what waits, what became of it, and confirming or calling it off. */
export function redactionRoutes(
  log: Pick<Store, 'redactions' | 'redaction' | 'addAudit'>,
  redactions: Pick<Redactions, 'confirm' | 'cancel'>,
): Router {
  const admin = Router();
  admin.get('/redactions', async (request, response) => {
    const { shop } = parse(OfShop, request.query);
    const all = await log.redactions();
    response.json({ redactions: all.filter((one) => shop === undefined || one.shop === shop).map(shown) });
  });
  const finish = (action: 'confirm' | 'cancel') => async (request: Request, response: Response) => {
    const { id } = parse(Id, request.params);
    if (!(await log.redaction(id)))
      throw new HttpError(404, 'not-found', 'There is no redaction with this id.');
    const redaction = await redactions[action](id);
    if (!redaction) throw new HttpError(409, 'already-finished', 'It was carried out or called off before.');
    await record(log, response, { action: `redaction-${action}`, selection: `redaction ${id}` });
    response.json({ redaction: shown(redaction) });
  };
  admin.post('/redactions/:id/confirm', finish('confirm'));
  admin.post('/redactions/:id/cancel', finish('cancel'));
  return admin;
}

const time = (ms: number) => new Date(ms).toISOString();

function shown({ event, receivedAtMs, dueAtMs, finishedAtMs, isFound, kind, ...redaction }: Redaction) {
  const { userId, emailSha256, phoneSha256 } = event?.identity ?? {};
  return {
    ...redaction,
    topic: kind === 'shop' ? 'merchants/redact' : 'customers/redact',
    receivedAt: time(receivedAtMs),
    ...(redaction.status === 'pending' && { needsConfirmation: dueAtMs === undefined }),
    ...(dueAtMs !== undefined && { dueAt: time(dueAtMs) }),
    ...(finishedAtMs !== undefined && { finishedAt: time(finishedAtMs) }),
    ...(isFound !== undefined && { found: isFound }),
    ...(event &&
      kind === 'customer' && {
        customer: { userId, emailSha256, phoneSha256 },
        orders: event.properties.orders ?? [],
      }),
  };
}
