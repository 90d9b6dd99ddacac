import { answerAtOnce, createFleet, type Fleet, underWay } from '../../support/fleet.ts';
import { killConnection, killPostgres } from '../../support/postgres-kill.ts';
import type { PostgresServer } from '../../support/postgres-server.ts';
import { evaluate, type Outcome, type Run } from './outcome.ts';

/**
 * `eventsPerSecond`: well below the pace of the slowest API, so that each run ends soon after its last event. `between`: events
 * answered between two kills, at most. `underWayMs`: how long a delivery under way is waited for; on PostgreSQL the consumers of
 * a killed collector are free after some ten seconds.
 */
const RATES = {
  sqlite: { eventsPerSecond: 1_000, between: 400, underWayMs: 1_000 },
  postgres: { eventsPerSecond: 100, between: 200, underWayMs: 15_000 },
};
export const rateOf = ({ server }: Pick<Run, 'server'>) => RATES[server ? 'postgres' : 'sqlite'];
/** A start takes about a second: a kill within this time mostly finds it half way. */
const STARTING_MS = 900;
/** Shares of the kills that hit PostgreSQL, and one process of it, where it is ours to kill. */
const OF_POSTGRES = 0.3;
const OF_CONNECTION = 0.15;
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * SIGKILL at random moments of a stream that never pauses: some while answers of the APIs are on their way, some while
 * the collector is still starting. On PostgreSQL a share of them hits the database instead, and the collector stays.
 *
 * @param events answered after the last kill, so that something is left to deliver.
 */
export async function killAtRandom(run: Run, kills: number, events = 500): Promise<Outcome> {
  const { random, sabotage, server } = run;
  const fleet = await createFleet({ sabotage, server });
  const { eventsPerSecond, between, underWayMs } = rateOf(run);
  try {
    await fleet.start();
    const traffic = fleet.traffic({ eventsPerSecond });
    let startingKills = 0;
    let ofDatabase = 0;
    let kill = 0;
    run.progress?.doing(() => `${kill} of ${kills} kills, ${traffic.answered.size} events accepted`);
    for (; kill < kills; kill++) {
      await traffic.reached(traffic.answered.size + Math.ceil(random() * between));
      if (server?.own && random() < OF_POSTGRES + OF_CONNECTION) {
        ofDatabase++;
        await killDatabase(fleet, server.own, random());
        continue;
      }
      const isStarting = kill > 0 && random() < 0.2;
      if (isStarting) startingKills += await killStarting(fleet, random() * STARTING_MS);
      else await killRunning(fleet, random(), underWayMs);
      await fleet.start();
    }
    await traffic.reached(traffic.answered.size + events);
    await traffic.stop();
    return await evaluate(fleet, traffic, {
      phase: 'SIGKILL',
      kills: kills + startingKills,
      notes: [
        `${startingKills} of them during a start`,
        ...(server ? [`${ofDatabase} of them of the database`] : []),
      ],
    });
  } finally {
    await fleet.close();
  }
}

/** Most kills find deliveries whose answer is still on its way; some find the APIs as fast as ever. */
async function killRunning(fleet: Fleet, chance: number, underWayMs: number): Promise<void> {
  if (chance < 0.7) await Promise.race([underWay(fleet.sandbox), sleep(underWayMs)]);
  await sleep(chance * 40);
  await fleet.collector().end('SIGKILL');
  answerAtOnce(fleet.sandbox);
}

/** Kills the running one, and the next one before it may be ready. */
async function killStarting(fleet: Fleet, afterMs: number): Promise<number> {
  await fleet.collector().end('SIGKILL');
  const next = fleet.launch();
  await sleep(afterMs);
  await next.end('SIGKILL');
  return 1;
}

/** The collector goes on by itself once the database has recovered. */
async function killDatabase(fleet: Fleet, server: PostgresServer, chance: number): Promise<void> {
  if (chance * (OF_POSTGRES + OF_CONNECTION) < OF_CONNECTION) await killConnection(fleet.databaseUrl ?? '');
  else await killPostgres(server);
}
