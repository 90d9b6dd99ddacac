import { Router } from 'express';
import { z } from 'zod';
import type { Store } from '../store/store.ts';
import { recordSteps } from './audit.ts';
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
  log: Pick<Store, 'deadLetters' | 'replayDeadLetters' | 'discardDeadLetters' | 'beginAction' | 'endAction'>,
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
    const entry = { action: 'replay', selection: wordsOf(chosen) } as const;
    const replayed = await recordSteps(log, response, entry, (id) => log.replayDeadLetters(chosen, id));
    response.json({ replayed });
  });
  admin.post('/dead-letters/discard', async (request, response) => {
    const chosen = parse(Chosen, request.body);
    const entry = { action: 'discard', selection: wordsOf(chosen) } as const;
    const discarded = await recordSteps(log, response, entry, (id) => log.discardDeadLetters(chosen, id));
    response.json({ discarded });
  });
  return admin;
}
