import { workerData } from 'node:worker_threads';
import { runInBackground } from '../../lib/background-thread.ts';
import { createSearch, type SearchData } from '../sqlite/search/create-search.ts';
import { syncEngine } from '../thread/engine.ts';
import { serveThread } from '../thread/serve.ts';
import { openPostgresIndex, type PostgresIndexOptions } from './open-index.ts';

export type PostgresSearchData = SearchData & PostgresIndexOptions;

function openEngine(data: PostgresSearchData) {
  return createSearch(data, openPostgresIndex(data));
}

runInBackground();
await serveThread(() => syncEngine(openEngine(workerData as PostgresSearchData)));
