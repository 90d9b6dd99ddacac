import { remember } from '../../lib/remember.ts';
import { openSearchEngine, type SearchEngine, type SearchOptions } from '../sqlite/search/engine.ts';
import type { Store } from '../store.ts';
import type { PostgresSearchData } from './search-worker.ts';

/** How long it counts whether this collector adds to the index. */
const CLAIM_MS = 2_000;

/** The search of all collectors on one PostgreSQL. One of them adds to its index, and each answers from it. */
export function openPostgresSearch(
  data: Omit<PostgresSearchData, 'isRemoved'>,
  { claimJob, ...options }: SearchOptions & Pick<Store, 'claimJob'>,
): SearchEngine {
  return openSearchEngine<PostgresSearchData>(
    {
      file: new URL('./search-worker.ts', import.meta.url),
      data,
      isFollower: remember(
        async () => (await claimJob('search-index')) !== undefined,
        CLAIM_MS,
        () => performance.now(),
      ),
    },
    options,
  );
}
