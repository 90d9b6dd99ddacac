import { type Response, Router } from 'express';
import { AuditQuery, type AuditRow } from '../../shared/operator-api/index.ts';
import { sessionOf } from '../http/operator-auth.ts';
import { redactText } from '../privacy/redact.ts';
import type { Audit, AuditEntry } from '../store/audit.ts';
import { parse } from './parse.ts';

/** Records what an operator did, without emails and phone numbers that they typed. */
export const record = (
  log: Pick<Audit, 'addAudit'>,
  response: Response,
  { selection, remark, ...entry }: Omit<AuditEntry, 'who'>,
): Promise<void> =>
  log.addAudit({
    ...entry,
    ...(selection !== undefined && { selection: redactText(selection) }),
    ...(remark !== undefined && { remark: redactText(remark) }),
    who: sessionOf(response) ? 'session' : 'token',
  });

/** What operators did, newest first. */
export function auditRoutes(log: Pick<Audit, 'audit'>): Router {
  const admin = Router();
  admin.get('/audit', async (request, response) => {
    const { limit, before } = parse(AuditQuery, request.query);
    const rows = await log.audit({ limit, ...(before !== undefined && { before }) });
    const actions = rows.map(
      ({ remark, ...row }): AuditRow => ({ ...row, ...(remark !== undefined && { note: remark }) }),
    );
    response.json({ actions });
  });
  return admin;
}
