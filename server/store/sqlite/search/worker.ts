import { workerData } from 'node:worker_threads';
import { runInBackground } from '../../../lib/background-thread.ts';
import { syncEngine } from '../../thread/engine.ts';
import { serveThread } from '../../thread/serve.ts';
import { createSearch, type SearchData } from './create-search.ts';
import { type IndexOptions, openIndex, removeIndex } from './open-index.ts';

export type SqliteSearchData = SearchData & IndexOptions;

function openEngine(data: SqliteSearchData) {
  if (data.isRemoved) removeIndex(data.dataDir);
  return createSearch(data, openIndex(data));
}

runInBackground();
await serveThread(() => syncEngine(openEngine(workerData as SqliteSearchData)));
