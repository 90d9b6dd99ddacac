import type { Finding } from '../../../shared/operator-api/index.ts';
import type { Config } from '../../config/config.ts';
import { titleOf } from '../../destinations/destination.ts';
import type { Clock } from '../../lib/clock.ts';
import { type Http, NoAnswer } from '../../lib/http-client.ts';
import { aheadOfMs } from '../../observe/clock-offsets.ts';
import { databaseFindings } from './database-findings.ts';
import { finding } from './finding.ts';

interface ReachParts {
  config: Pick<Config, 'shops' | 'databaseUrl'>;
  http: Http;
  clock: Pick<Clock, 'now'>;
}

/** A clock that is off by this makes webhooks and events seem old, or from the future. */
const MAX_SKEW_MS = 60_000;

/**
 * Whether each endpoint answers, and whether the clock of this machine is right by theirs. The request asks for the address
 * itself, without a token: whatever is answered, nothing is delivered. And whether the database can be used.
 */
export async function reachFindings(parts: ReachParts): Promise<Finding[]> {
  const { config, clock } = parts;
  const [database, ...answers] = await Promise.all([
    databaseFindings(config, clock),
    ...[...endpointsOf(config)].map(([origin, titles]) => ask(parts, origin, titles)),
  ]);
  const skews = answers.flatMap(({ skewMs }) => (skewMs === undefined ? [] : [skewMs]));
  return [...database, ...answers.map(({ finding }) => finding), ...clockFindings(skews)];
}

/** By origin, what is reached there. */
function endpointsOf({ shops }: Pick<Config, 'shops'>): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const add = (url: string, title: string) => {
    const { origin } = new URL(url);
    found.set(origin, (found.get(origin) ?? new Set()).add(title));
  };
  for (const { destinations, shopline } of shops) {
    for (const { destination, settings } of destinations)
      add(destination.request([], { settings, nowMs: 0 }).url, titleOf(destination));
    if (shopline) add(shopline.endpoint, 'SHOPLINE Admin API');
  }
  return found;
}

async function ask(
  { http, clock }: ReachParts,
  origin: string,
  names: ReadonlySet<string>,
): Promise<{ finding: Finding; skewMs?: number }> {
  const titles = [...names].join(', ');
  try {
    const response = await http({ method: 'GET', url: `${origin}/`, headers: {} });
    const skewMs = aheadOfMs(response, clock.now());
    const reached = finding('endpoint-reached', 'ok', { titles, origin });
    return { finding: reached, ...(skewMs !== undefined && { skewMs }) };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { finding: finding('endpoint-unreachable', 'error', { titles, origin, error: error.message }) };
  }
}

/** Off by all answers alike: one server's clock may be wrong. */
function clockFindings(skews: readonly number[]): Finding[] {
  if (skews.length === 0) return [];
  const least = skews.reduce((a, b) => (Math.abs(b) < Math.abs(a) ? b : a));
  if (Math.abs(least) <= MAX_SKEW_MS) return [finding('clock', 'ok', {})];
  const seconds = Math.round(Math.abs(least) / 1_000);
  return [finding(least > 0 ? 'clock-ahead' : 'clock-behind', 'error', { seconds })];
}
