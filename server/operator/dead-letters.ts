import { Router } from 'express';
import { z } from 'zod';
import type { Store } from '../store/store.ts';
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

/** Dead letters one by one, or all of a consumer. Selections of every kind: `replay.ts`. */
export function deadLetterRoutes(
  log: Pick<Store, 'deadLetters' | 'replayDeadLetters' | 'discardDeadLetters'>,
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
    response.json({ replayed: await log.replayDeadLetters(parse(Chosen, request.body)) });
  });
  admin.post('/dead-letters/discard', async (request, response) => {
    response.json({ discarded: await log.discardDeadLetters(parse(Chosen, request.body)) });
  });
  return admin;
}
