import { answerAtOnce, createFleet, underWay } from '../../support/fleet.ts';
import { rateOf } from './kills.ts';
import { evaluate, type Outcome, type Run } from './outcome.ts';

const END_WITHIN_MS = 5_000;

/** SIGTERM in mid-stream: what is under way is answered and settled, the process exits 0, nothing goes out twice. */
export async function askToStop(run: Run, times: number): Promise<Outcome> {
  const fleet = await createFleet({ sabotage: run.sabotage, server: run.server });
  const problems: string[] = [];
  let slowestMs = 0;
  try {
    await fleet.start();
    const traffic = fleet.traffic({ eventsPerSecond: rateOf(run).eventsPerSecond });
    for (let time = 0; time < times; time++) {
      await traffic.reached(traffic.answered.size + 200 + Math.ceil(run.random() * 300));
      await underWay(fleet.sandbox);
      const askedAtMs = performance.now();
      const { code, signal } = await fleet.collector().end('SIGTERM');
      slowestMs = Math.max(slowestMs, performance.now() - askedAtMs);
      if (code !== 0) problems.push(`SIGTERM ended with code ${code}, signal ${signal}`);
      answerAtOnce(fleet.sandbox);
      await fleet.start();
    }
    if (slowestMs > END_WITHIN_MS) problems.push(`SIGTERM took ${Math.round(slowestMs)} ms`);
    await traffic.stop();
    return await evaluate(fleet, traffic, {
      phase: 'SIGTERM',
      kills: 0,
      isOnce: true,
      notes: [`${times} times, the slowest ended after ${Math.round(slowestMs)} ms`],
      problems,
    });
  } finally {
    await fleet.close();
  }
}
