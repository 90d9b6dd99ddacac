import { SearchUnavailable } from '../errors.ts';
import type { SearchEngine } from '../sqlite/search/engine.ts';

/** There is no search on PostgreSQL yet. */
class SearchAbsent extends SearchUnavailable {
  override readonly answer = {
    code: 'search-unavailable',
    words:
      'The search does not work with DATABASE_URL in this version. Events are stored, delivered and counted without it.',
  } as const;
}

const refuse = () => Promise.reject(new SearchAbsent('DATABASE_URL is set'));
const nothing = () => Promise.resolve();

export const absentSearch: SearchEngine = {
  events: refuse,
  event: refuse,
  orders: refuse,
  order: refuse,
  orderDay: refuse,
  joinedOrders: refuse,
  person: refuse,
  groups: refuse,
  select: refuse,
  series: refuse,
  matchQuality: refuse,
  indexedUntil: refuse,
  onIndexed: () => () => {},
  nudge() {},
  forget: nothing,
  purge: nothing,
  retain: nothing,
  close: nothing,
};
