import { Router } from 'express';
import { type EventAnswer, type EventList, OfShop } from '../../../shared/operator-api/index.ts';
import { HttpError } from '../../http/errors.ts';
import { parse } from '../parse.ts';
import { asked } from '../searching.ts';
import { describeEvent } from './detail.ts';
import type { EventParts } from './parts.ts';
import { readEventQuery } from './query.ts';
import { toEventRow } from './row.ts';

/** Events, found by what somebody knows of them, and one of them with everything that became of it. */
export function eventRoutes(parts: EventParts): Router {
  const { places, search } = parts;
  const admin = Router();
  admin.get('/events', async (request, response) => {
    const query = readEventQuery(places, request.query);
    const { events, nextCursor } = await asked(search.events(query));
    const { seq, lag } = await search.indexedUntil();
    response.json({
      events: events.map((event) => toEventRow(places, event)),
      nextCursor,
      indexedUntil: { seq, lag },
    } satisfies EventList);
  });

  admin.get('/events/:messageId', async (request, response) => {
    const { shop } = parse(OfShop, request.query);
    for (const { id } of places.shopsOf(shop)) {
      const found = await search.event(id, request.params.messageId);
      if (!found) continue;
      response.json((await describeEvent(parts, found)) satisfies EventAnswer);
      return;
    }
    throw new HttpError(404, 'not-found', 'There is no event with this messageId, or it is not indexed yet.');
  });
  return admin;
}
