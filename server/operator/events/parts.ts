import type { Clock } from '../../lib/clock.ts';
import type { Search } from '../../store/search.ts';
import type { Store } from '../../store/store.ts';
import type { Places } from '../places.ts';

export interface EventParts {
  places: Places;
  search: Search;
  log: Pick<Store, 'recordedOf' | 'find'>;
  clock: Pick<Clock, 'now'>;
}
