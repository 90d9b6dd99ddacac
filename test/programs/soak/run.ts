import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseServer } from '../../support/database-server.ts';
import { APIS, createFleet, type Reconciliation, seededRandom } from '../../support/fleet.ts';
import { waitingProblem } from '../../support/fleet-drain.ts';
import { NO_PROGRESS, type Progress } from '../../support/progress.ts';
import { breakThings, type Chaos } from './chaos.ts';
import { type Lives, watchLives } from './lives.ts';
import { type Load, SHOPS_VARIABLES, startLoad } from './load.ts';

export interface SoakOptions {
  /** How long it is under load; what then still waits is delivered as long as the queue moves. */
  durationMs: number;
  seed: number;
  sabotage?: string | undefined;
  /** For its database; absent: SQLite. */
  server?: DatabaseServer | undefined;
  progress?: Pick<Progress, 'doing'>;
}

export interface SoakOutcome extends Reconciliation, Chaos {
  accepted: number;
  refused: number;
  peakRssBytes: number;
  fds: { last: number; peak: number };
  p99Ms: number;
  seed: number;
}

/** Kills fill the first part of the time; the last process then lives long enough to show whether anything grows. */
const KILLS_SHARE = 0.4;
/** As the README says. */
const MAX_RSS_BYTES = 640 * 1024 * 1024;

/** Mixed load on several shops, faults of the APIs, kills of the collector; then everything is counted. */
export async function soak(options: SoakOptions): Promise<SoakOutcome> {
  const { durationMs, seed, sabotage, server, progress = NO_PROGRESS } = options;
  const directory = mkdtempSync(join(tmpdir(), 'storebeacon-soak-'));
  const fleet = await createFleet({
    sabotage,
    server,
    dataDir: join(directory, 'data'),
    shops: SHOPS_VARIABLES,
    variables: { RATE_LIMIT_PER_MINUTE: '1000000' },
  });
  let lives: Lives | undefined;
  try {
    await fleet.start();
    const watched = watchLives(fleet);
    lives = watched;
    const load = startLoad(fleet);
    const startedAtMs = performance.now();
    const secondsSince = () => Math.round((performance.now() - startedAtMs) / 1_000);
    progress.doing(
      () =>
        `under load for ${secondsSince()} of ${durationMs / 1_000} s, ${answeredBy(load).length} accepted, ` +
        `${load.refusals()} bad requests refused`,
    );
    const chaos = await breakThings({
      fleet,
      postgres: server?.own,
      random: seededRandom(seed),
      killsMs: durationMs * KILLS_SHARE,
      faultsMs: durationMs,
      onStarted: watched.next,
    });
    await load.stop();
    watched.stop();
    const answered = answeredBy(load);
    progress.doing(() => `waiting until ${answered.length} accepted events are delivered`);
    const found = await fleet.delivered(answered);
    const { log } = await fleet.collector().status();
    const peakRssBytes = Math.max(watched.peakRssBytes(), fleet.collector().usage()?.peakRssBytes ?? 0);
    const { code } = await fleet.collector().end('SIGTERM');
    const problems = [
      ...chaos.problems,
      ...watched.problems(),
      ...problemsOf(found, load),
      !['full', 'extra'].includes(log?.synchronous ?? '') && `log.synchronous is ${log?.synchronous}`,
      code !== 0 && `asked to stop at the end, it ended with ${code}`,
      peakRssBytes > MAX_RSS_BYTES && `memory rose to ${Math.round(peakRssBytes / 2 ** 20)} MB`,
    ].filter((problem) => problem !== false);
    return {
      ...found,
      ...chaos,
      problems,
      accepted: answered.length,
      refused: load.refusals(),
      peakRssBytes,
      fds: watched.fds(),
      p99Ms: load.latenciesMs.toSorted((a, b) => a - b)[Math.floor(load.latenciesMs.length * 0.99)] ?? 0,
      seed,
    };
  } finally {
    lives?.stop();
    await fleet.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

const answeredBy = ({ traffics }: Load) => traffics.flatMap((traffic) => [...traffic.answered]);

function problemsOf(found: Reconciliation, { traffics, problems }: Load): string[] {
  const unrecognized = traffics.reduce((sum, traffic) => sum + traffic.unrecognized, 0);
  const lost = APIS.flatMap((api) => found.by[api].lost.slice(0, 2).map((name) => `${api} ${name}`));
  return [
    waitingProblem(found),
    found.forged > 0 && `${found.forged} deliveries of orders that only a page reported`,
    found.lost > 0 && `${found.lost} deliveries of events answered 200 are lost: ${lost.join(', ')}`,
    found.repeatedDifferent > 0 && `${found.repeatedDifferent} deliveries came again with other content`,
    found.hashedViolations > 0 && `an email in clear in ${found.hashedViolations} requests or files`,
    unrecognized > 0 && `${unrecognized} repeated events were answered as new`,
    traffics.some(({ answered }) => answered.size === 0) && 'a shop got nothing through',
    ...traffics.flatMap((traffic) => traffic.problems.slice(0, 1)),
    ...problems.slice(0, 3),
  ].filter((problem) => typeof problem === 'string');
}

/** The whole run in one line. */
export function describeSoak({ by, problems, ...found }: SoakOutcome): string {
  const delivered = APIS.map((api) => `${api} ${by[api].delivered}`).join(', ');
  const conclusion = problems.length === 0 ? 'every promise held' : `${problems.length} promises broken`;
  return (
    `${found.accepted} accepted, delivered: ${delivered}, ${found.lost} lost, ${found.forged} forged, ${found.repeatedSame} duplicated alike, ` +
    `${found.repeatedDifferent} with a difference, ${found.refused} bad requests refused, ${found.kills} SIGKILL, ` +
    `${found.terminations} SIGTERM, ${found.databaseKills} kills of PostgreSQL, ${found.faults} faults, peak RSS ${Math.round(found.peakRssBytes / 2 ** 20)} MB, ` +
    `p99 ${found.p99Ms.toFixed(1)} ms, fds ${found.fds.last} (peak ${found.fds.peak}), seed ${found.seed}: ${conclusion}`
  );
}
