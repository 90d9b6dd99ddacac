import { z } from 'zod';
import { MESSAGE_TYPES, type MessageType } from '../../../shared/names.ts';
import { EventQuery } from '../../../shared/operator-api/index.ts';
import { isClear } from '../../lifecycle/person.ts';
import type { EventQuery as SearchQuery } from '../../store/search.ts';
import { clearQuery } from '../clear-values.ts';
import { readIds } from '../ids.ts';
import { parse } from '../parse.ts';
import type { Places } from '../places.ts';
import { given, rangeOf, settledRangeOf } from '../times.ts';

const Type = z.enum(MESSAGE_TYPES, `expected one of ${MESSAGE_TYPES.join(', ')}`).optional();

/** What `GET /admin/events` asks of the search. @throws {HttpError} 400, 404 */
export function readEventQuery(places: Places, query: unknown): SearchQuery {
  const asked = parse(EventQuery, query);
  const { shop, order, name, source, destination, outcome } = asked;
  const shops = places.shopsOf(shop);
  const type: MessageType | undefined = parse(Type, asked.type);
  const countries = shops.map(({ country }) => country);
  if (asked.q !== undefined && isClear(asked.q, countries)) throw clearQuery('q');
  return {
    limit: asked.limit,
    ...given({
      ...{ shop, type, name, source, reason: asked.reason, words: asked.words },
      order: order?.replace(/^#/, ''),
      ...readIds(asked, shops),
      states: outcome && [outcome],
      consumers: destination === undefined ? undefined : places.consumersOf(destination, shop),
      cursor: asked.cursor,
    }),
    ...rangeOf(asked),
    ...settledRangeOf(asked),
  };
}
