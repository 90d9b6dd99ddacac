import { expect, test } from 'vitest';
import { soak } from './run.ts';

/** `npm run soak` fails a collector that breaks its promises. */
// A kill, or the end, may come at the moment at which a spoiled collector owes nothing; not three times.
test.each([
  { sabotage: 'ack-early', problem: /are lost|answered as new/ },
  { sabotage: 'no-dedup', problem: /answered as new/ },
  { sabotage: 'no-hash', problem: /an email in clear/ },
  { sabotage: 'no-fsync', problem: /log.synchronous is off/ },
])('$sabotage turns the run red', { retry: 2 }, async ({ sabotage, problem }) => {
  const { problems } = await soak({ durationMs: 800, seed: 3, sabotage });
  expect(problems).toContainEqual(expect.stringMatching(problem));
});
