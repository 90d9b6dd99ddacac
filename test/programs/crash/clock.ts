import { APIS, answerAtOnce, createFleet, type Fleet, underWay } from '../../support/fleet.ts';
import { waitingProblem } from '../../support/fleet-drain.ts';
import { evaluate, type Outcome, type Run } from './outcome.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const STEPS_MS = [HOUR_MS, -HOUR_MS, DAY_MS, -DAY_MS];
/** After so many only probes go out. */
const REFUSALS_TO_OPEN = 3;
/** Longer than any wait of these runs, far shorter than the smallest step. */
const STALL_MS = 60_000;

/**
 * The system's clock is set forward and back while deliveries are on their way and others wait for a retry, and again
 * while the collector is down. Each time everything arrives without waiting for the clock to be right again. The sandbox's own clock is ahead of them all, so that no event comes from its future.
 */
export async function stepTheClock(
  run: Run,
  stepsMs = STEPS_MS,
  refusals = REFUSALS_TO_OPEN,
): Promise<Outcome> {
  const fleet = await createFleet({
    sabotage: run.sabotage,
    server: run.server,
    entry: 'test/support/fleet-collector.ts',
    sandboxClock: () => Date.now() + DAY_MS,
  });
  const problems: string[] = [];
  try {
    await fleet.start();
    const traffic = fleet.traffic({ eventsPerSecond: 400 });
    /** What was answered so far arrives without another step or restart to help it. */
    const arrives = async (when: string) => {
      answerAtOnce(fleet.sandbox);
      const found = await fleet.delivered([...traffic.answered], {
        stallMs: STALL_MS,
        isUnderLoad: true,
      });
      const stuck = found.lost > 0 ? `${found.lost} deliveries lost` : waitingProblem(found);
      if (stuck) problems.push(`${when}: ${stuck}`);
    };
    for (const shiftMs of stepsMs) {
      if (problems.length > 0) break;
      await traffic.reached(traffic.answered.size + 100);
      await retrying(fleet, refusals);
      fleet.collector().send({ shiftMs });
      await arrives(`${inHours(shiftMs)} among retries`);
      await underWay(fleet.sandbox);
      fleet.collector().send({ shiftMs: 0 });
      await arrives(`back from ${inHours(shiftMs)} in mid-delivery`);
      await retrying(fleet, refusals);
      const { code } = await fleet.collector().end('SIGTERM');
      if (code !== 0) problems.push(`SIGTERM ended with code ${code}`);
      await fleet.start({ variables: { CLOCK_SHIFT_MS: String(shiftMs) } });
      await arrives(`${inHours(shiftMs)} across a restart`);
    }
    await traffic.reached(traffic.answered.size + 100);
    await traffic.stop();
    return await evaluate(fleet, traffic, {
      phase: 'clock',
      kills: 0,
      isOnce: true,
      notes: [stepsMs.map(inHours).join(', ')],
      problems,
    });
  } finally {
    await fleet.close();
  }
}

const inHours = (ms: number) => `${ms > 0 ? '+' : ''}${ms / HOUR_MS} h`;

/** Every API refuses what it is sent for the moment; resolves when one has so often. */
function retrying(fleet: Fleet, refusalsWanted: number): Promise<void> {
  for (const api of APIS) fleet.sandbox.setFaults(api, { status: 503 });
  const refusals = new Map<string, number>();
  return new Promise((resolve) => {
    const stop = fleet.sandbox.onReceived(({ api, status }) => {
      if (status !== 503) return;
      const count = (refusals.get(api) ?? 0) + 1;
      refusals.set(api, count);
      if (count < refusalsWanted) return;
      stop();
      resolve();
    });
  });
}
