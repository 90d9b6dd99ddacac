import { notice } from '../../../shared/advice/notice.ts';
import type { Notice } from '../../../shared/operator-api/common.ts';
import { VERSION } from '../sqlite/schema.ts';
import { UPGRADES } from './schema.ts';

/** What a database says of itself. Booleans are 0 or 1. */
export interface DatabaseFacts {
  /** As `18.1`. */
  version: string;
  versionNumber: number;
  encoding: string;
  isStandby: number;
  readOnly: Setting;
  commit: Setting;
  fsync: string;
  mayCreate: number;
  nowMs: number;
  /** Connections that this user may still open, when the one that asks has ended. */
  left: number;
}
interface Setting {
  setting: string;
  /** Where it is set: `configuration file`, `user`, `database` and others. */
  source: string;
}

const setting = (name: string) =>
  `(SELECT json_build_object('setting', setting, 'source', source) FROM pg_settings WHERE name = '${name}')`;
const number = (name: string) => `coalesce(current_setting('${name}', true), '0')::int`;
/** Limits that are not set are -1. */
const limit = (max: string, used: string) =>
  `nullif(${max}, -1) - (SELECT count(*) FROM pg_stat_activity WHERE ${used})`;

/** One row of `DatabaseFacts`, for any user that can connect. */
export const FACTS = `
  SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
    current_setting('server_version_num')::int AS "versionNumber",
    pg_encoding_to_char(d.encoding) AS encoding,
    pg_is_in_recovery() AS "isStandby",
    ${setting('default_transaction_read_only')} AS "readOnly",
    ${setting('synchronous_commit')} AS commit,
    current_setting('fsync') AS fsync,
    has_database_privilege(d.oid, 'CREATE') AS "mayCreate",
    extract(epoch FROM clock_timestamp()) * 1000 AS "nowMs",
    1 + least(
      ${number('max_connections')} - ${number('superuser_reserved_connections')} - ${number('reserved_connections')}
        - (SELECT count(*) FROM pg_stat_activity WHERE datid IS NOT NULL),
      ${limit('r.rolconnlimit', 'usesysid = r.oid')},
      ${limit('d.datconnlimit', 'datid = d.oid')}) AS left
  FROM pg_database d, pg_roles r WHERE d.datname = current_database() AND r.rolname = current_user`;

/** What there is in the schema of the log. Without the schema, the last three are of nothing. */
export interface SchemaFacts {
  /** The name of the schema's owner, where this user has not its rights. */
  owner: string | null;
  /** Some of its tables. */
  tables: string | null;
  /** The table `log_state` is one of ours. */
  hasState: number;
}

/** One row of `SchemaFacts`, of the schema `$1`. */
export const SCHEMA_FACTS = `
  WITH schemas AS (SELECT * FROM pg_namespace WHERE nspname = $1),
    tables AS (SELECT c.* FROM pg_class c JOIN schemas n ON n.oid = c.relnamespace WHERE relkind IN ('r', 'p', 'v', 'm'))
  SELECT
    (SELECT pg_get_userbyid(nspowner) FROM schemas WHERE NOT pg_has_role(nspowner, 'USAGE')) AS owner,
    (SELECT string_agg(relname, ', ') FROM (SELECT relname FROM tables ORDER BY relname LIMIT 3) AS first) AS tables,
    (SELECT count(*) = 3 FROM pg_attribute a JOIN tables t ON t.oid = a.attrelid
      WHERE relname = 'log_state' AND attname IN ('version', 'seq', 'schema_version')) AS "hasState"`;

export const VERSION_OF = (schema: string) => `SELECT schema_version AS version FROM ${schema}.log_state`;

/** The oldest that its makers still repair. The suite runs on 18. */
const OLDEST = 15;

/** What is wrong with a database that answers. @param log `version`: of its tables; absent without tables. */
export function problemsOf(
  place: string,
  facts: DatabaseFacts,
  log: SchemaFacts & { schema: string; version?: number },
): Notice[] {
  const { version, versionNumber, encoding, isStandby, readOnly, commit, fsync, mayCreate } = facts;
  const { schema } = log;
  const found: Notice[] = [];
  if (versionNumber < OLDEST * 10_000)
    found.push(notice('database-too-old', { place, version, oldest: OLDEST }));
  if (encoding !== 'UTF8') found.push(notice('database-encoding', { place, encoding }));
  if (isStandby) found.push(notice('database-standby', { place }));
  else if (readOnly.setting === 'on')
    found.push(notice('database-read-only', { place, source: readOnly.source }));
  if (!isSynchronous(commit.setting))
    found.push(notice('database-commit-not-synchronous', { place, ...commit }));
  if (fsync === 'off') found.push(notice('database-fsync-off', { place }));
  if (log.owner !== null)
    found.push(notice('database-rights', { place, error: `the schema ${schema} belongs to ${log.owner}` }));
  else if (log.tables !== null && !log.hasState)
    found.push(notice('database-schema-foreign', { place, schema, tables: log.tables }));
  else if (log.version !== undefined && log.version !== VERSION && !UPGRADES.has(log.version))
    found.push(notice('database-schema-version', { place, schema, found: log.version, supported: VERSION }));
  else if (!mayCreate)
    found.push(notice('database-rights', { place, error: 'no right to create schemas in the database' }));
  return found;
}

/** These wait for the disk, of the standby too where there is one. */
export const isSynchronous = (commit: string): boolean => ['on', 'remote_apply'].includes(commit);
