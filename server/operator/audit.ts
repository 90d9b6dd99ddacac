import { type Response, Router } from 'express';
import { AuditQuery, type AuditRow } from '../../shared/operator-api/index.ts';
import { sessionOf } from '../http/operator-auth.ts';
import { redactText } from '../privacy/redact.ts';
import type { Audit, AuditEntry } from '../store/audit.ts';
import { parse } from './parse.ts';

type Entry = Omit<AuditEntry, 'who'>;

/** Records what an operator did, without emails and phone numbers that they typed. */
export const record = (log: Pick<Audit, 'addAudit'>, response: Response, entry: Entry): Promise<void> =>
  log.addAudit(toEntry(response, entry));

/**
 * Records an action before its first step, and its end: completed, or interrupted by an error. One that the end of the process
 * interrupts is listed as such, too.
 *
 * @param work is given the id of the action, for the store to count there what each step reaches.
 */
export async function recordSteps<Result>(
  log: Pick<Audit, 'beginAction' | 'endAction'>,
  response: Response,
  entry: Omit<Entry, 'count'>,
  work: (action: number) => Promise<Result>,
): Promise<Result> {
  const action = await log.beginAction(toEntry(response, entry));
  try {
    const result = await work(action);
    await log.endAction(action, 'completed');
    return result;
  } catch (error) {
    await log.endAction(action, 'interrupted').catch(() => {});
    throw error;
  }
}

function toEntry(response: Response, { selection, remark, ...entry }: Entry): AuditEntry {
  return {
    ...entry,
    ...(selection !== undefined && { selection: redactText(selection) }),
    ...(remark !== undefined && { remark: redactText(remark) }),
    who: sessionOf(response) ? 'session' : 'token',
  };
}

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
