import { Router } from 'express';
import { z } from 'zod';
import type { Store } from '../store/store.ts';
import { record } from './audit.ts';
import { parse } from './parse.ts';

const Page = z.object({
  consumer: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  before: z.coerce.number().int().optional(),
});
const Chosen = z.union([
  z.strictObject({ ids: z.array(z.int()).min(1).max(10_000) }),
  z.strictObject({ consumer: z.string().min(1) }),
]);

const wordsOf = (chosen: z.output<typeof Chosen>) =>
  'ids' in chosen ? `${chosen.ids.length} dead letters` : `all dead letters of ${chosen.consumer}`;

/** Dead letters one by one, or all of a consumer. Selections of every kind: `replay.ts`. */
export function deadLetterRoutes(
  log: Pick<Store, 'deadLetters' | 'replayDeadLetters' | 'discardDeadLetters' | 'addAudit'>,
): Router {
  const admin = Router();
  admin.get('/dead-letters', async (request, response) => {
    const { consumer, limit, before } = parse(Page, request.query);
    const query = {
      limit,
      ...(consumer !== undefined && { consumer }),
      ...(before !== undefined && { before }),
    };
    response.json({ deadLetters: await log.deadLetters(query) });
  });
  admin.post('/dead-letters/replay', async (request, response) => {
    const chosen = parse(Chosen, request.body);
    const replayed = await log.replayDeadLetters(chosen);
    await record(log, response, { action: 'replay', selection: wordsOf(chosen), count: replayed });
    response.json({ replayed });
  });
  admin.post('/dead-letters/discard', async (request, response) => {
    const chosen = parse(Chosen, request.body);
    const discarded = await log.discardDeadLetters(chosen);
    await record(log, response, { action: 'discard', selection: wordsOf(chosen), count: discarded });
    response.json({ discarded });
  });
  return admin;
}
