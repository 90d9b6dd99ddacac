import { answerAtOnce, createFleet, type Fleet, underWay } from '../../support/fleet.ts';
import { evaluate, type Outcome, type Run } from './outcome.ts';

/** Events answered between two kills, at most. */
const BETWEEN = 400;
/** Well below the pace of the slowest API, so that each run ends soon after its last event. */
export const EVENTS_PER_SECOND = 1_000;
/** A start takes about a second: a kill within this time mostly finds it half way. */
const STARTING_MS = 900;
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * SIGKILL at random moments of a stream that never pauses: some while answers of the APIs are on their way, some while
 * the collector is still starting.
 *
 * @param events answered after the last kill, so that something is left to deliver.
 */
export async function killAtRandom(run: Run, kills: number, events = 500): Promise<Outcome> {
  const { random } = run;
  const fleet = await createFleet({ sabotage: run.sabotage });
  try {
    await fleet.start();
    const traffic = fleet.traffic({ eventsPerSecond: EVENTS_PER_SECOND });
    let startingKills = 0;
    let kill = 0;
    run.progress?.doing(() => `${kill} of ${kills} kills, ${traffic.answered.size} events accepted`);
    for (; kill < kills; kill++) {
      await traffic.reached(traffic.answered.size + Math.ceil(random() * BETWEEN));
      const isStarting = kill > 0 && random() < 0.2;
      if (isStarting) startingKills += await killStarting(fleet, random() * STARTING_MS);
      else await killRunning(fleet, random());
      await fleet.start();
    }
    await traffic.reached(traffic.answered.size + events);
    await traffic.stop();
    return await evaluate(fleet, traffic, {
      phase: 'SIGKILL',
      kills: kills + startingKills,
      notes: [`${startingKills} of them during a start`],
    });
  } finally {
    await fleet.close();
  }
}

/** Most kills find deliveries whose answer is still on its way; some find the APIs as fast as ever. */
async function killRunning(fleet: Fleet, chance: number): Promise<void> {
  if (chance < 0.7) await Promise.race([underWay(fleet.sandbox), sleep(1_000)]);
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
