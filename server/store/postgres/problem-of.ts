import { inEnglish, type NoticeCode } from '../../../shared/advice/notice.ts';
import type { Notice } from '../../../shared/operator-api/common.ts';
import { placeOf } from '../../lib/place-of.ts';
import { DataDirUnusable, PostgresError, storageFault } from '../errors.ts';

/** Connections of a collector: one for the log, one for the search, two for statistics. */
export const CONNECTIONS_NEEDED = 4;

/** What an error says of the database: by its code, a SQLSTATE or one of Node's, and where that is not enough by its words. */
interface Rule {
  code?: RegExp;
  words?: RegExp;
  is: NoticeCode;
}
/** The first that applies. PgBouncer's own refusals are all 08P01. @see https://www.pgbouncer.org/faq.html */
const RULES: readonly Rule[] = [
  { code: /^08P01$/, words: /query_wait_timeout/, is: 'database-pool-used' },
  { code: /^08P01$/, words: /no more connections/, is: 'database-connections-used' },
  { code: /^08P01$/, words: /no such database|database .* does not exist/, is: 'database-absent' },
  { code: /^08P01$/, words: /SSL required/, is: 'database-tls-wanted' },
  { code: /^08P01$/, words: /auth|no such user/, is: 'database-password' },
  { code: /^28P01$/, is: 'database-password' },
  { words: /client password must be a string/, is: 'database-password' },
  { code: /^28/, words: /no encryption/, is: 'database-tls-wanted' },
  { code: /^28/, is: 'database-user' },
  { code: /^3D000$/, is: 'database-absent' },
  { code: /^42501$/, is: 'database-rights' },
  { code: /^53100$/, is: 'database-disk-full' },
  { code: /^53300$/, is: 'database-connections-used' },
  { code: /^25006$/, is: 'database-standby' },
  { code: /^(ENOTFOUND|EAI_AGAIN)$/, is: 'database-host-unknown' },
  { words: /does not support SSL/, is: 'database-tls-missing' },
  { code: /CERT|SIGNATURE|^ERR_(TLS|SSL|OSSL)|^(ENOENT|EACCES)$/, is: 'database-certificate' },
];

/** As a person reads it. */
export const nameOf = (url: string): string => `PostgreSQL at ${placeOf(url)}`;

/** What makes the database at this URL unusable. */
export function problemOf(url: string, error: unknown): Notice {
  const { message, code = '' } = error as { message: string; code?: string };
  const rule = RULES.find((one) => (one.code?.test(code) ?? true) && (one.words?.test(message) ?? true));
  const isAway = storageFault(new PostgresError(message, code)) === 'away';
  const is = rule?.is ?? (isAway ? 'database-unreachable' : 'database-failed');
  return { code: is, values: { place: placeOf(url), error: message || code, needed: CONNECTIONS_NEEDED } };
}

/** All that makes the database unusable, a line each. */
export const unusable = (problems: readonly Notice[], cause?: unknown): DataDirUnusable =>
  new DataDirUnusable(
    problems
      .map(inEnglish)
      .map(({ means, todo }) => `DATABASE_URL: ${means.replace(/[^.]$/, '$&.')} ${todo}`)
      .join('\n'),
    { cause },
  );

/** An error of the database while it was opened, in words; any other stays as it is. */
export const toUnusable = (url: string, error: unknown): unknown =>
  error instanceof PostgresError ? unusable([problemOf(url, error)], error) : error;
