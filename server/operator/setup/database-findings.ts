import type { Finding } from '../../../shared/operator-api/index.ts';
import type { Config } from '../../config/config.ts';
import type { Clock } from '../../lib/clock.ts';
import { MAX_CLOCK_DIFFERENCE_MS } from '../../lib/following-clock.ts';
import { LOG_SCHEMA } from '../../store/open.ts';
import { examineDatabase } from '../../store/postgres/examine.ts';
import { CONNECTIONS_NEEDED } from '../../store/postgres/problem-of.ts';
import { finding, findingOf } from './finding.ts';

/** Whether PostgreSQL can be used, where it is. */
export async function databaseFindings(
  { databaseUrl }: Pick<Config, 'databaseUrl'>,
  clock: Pick<Clock, 'now'>,
): Promise<Finding[]> {
  if (databaseUrl === undefined) return [];
  const { place, problems, facts, aheadMs = 0 } = await examineDatabase(databaseUrl, LOG_SCHEMA, clock.now);
  const found = problems.map((problem) => findingOf(problem, 'error'));
  if (!facts) return found;
  const { version, left } = facts;
  const needed = CONNECTIONS_NEEDED;
  if (problems.length === 0) found.push(finding('database-ready', 'ok', { place, version, left, needed }));
  if (left < needed) found.push(finding('database-few-connections', 'warning', { place, left, needed }));
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  if (Math.abs(aheadMs) > MAX_CLOCK_DIFFERENCE_MS)
    found.push(finding('database-clock', 'warning', { place, seconds }));
  return found;
}
