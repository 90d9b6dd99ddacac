import type { AnalyticsDatabase } from './database.ts';
import type { MethodParts } from './methods.ts';
import { openPostgresAnalytics } from './open-postgres.ts';
import { openSqliteAnalytics } from './open-sqlite.ts';

/** The statistics on PostgreSQL, or without it in the data directory. @throws {DataDirUnusable} */
export const openStatistics = (
  { dataDir, databaseUrl }: { dataDir: string; databaseUrl: string | undefined },
  parts: Omit<MethodParts, 'pepper'>,
): Promise<AnalyticsDatabase> =>
  databaseUrl === undefined
    ? openSqliteAnalytics(dataDir, parts)
    : openPostgresAnalytics({ databaseUrl }, parts);
