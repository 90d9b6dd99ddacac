import type { LogOptions } from '../../server/store/open.ts';
import { ownSchema } from './postgres-for-tests.ts';
import { type OpenSearch, openSearch, START_MS } from './search.ts';
import { tempDir } from './temp-dir.ts';

/** One schema for each data directory: a test that opens it again finds what it stored. */
const schemas = new Map<string, Required<Pick<LogOptions, 'databaseUrl' | 'schema'>>>();

export const openSearchOnPostgres: OpenSearch = (
  options = {},
  from = { dataDir: tempDir(), clock: { nowMs: START_MS } },
) => {
  const own = schemas.get(from.dataDir) ?? ownSchema();
  schemas.set(from.dataDir, own);
  return openSearch({ ...options, ...own }, from);
};
