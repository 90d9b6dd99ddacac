import { expect, test } from 'vitest';
import { soak } from './run.ts';

/** `npm run soak` fails for a collector with a broken guarantee. */
test.each([
  { sabotage: 'ack-early', problem: /are lost|answered as new/ },
  { sabotage: 'no-dedup', problem: /answered as new/ },
  { sabotage: 'no-hash', problem: /an email in clear/ },
  { sabotage: 'no-fsync', problem: /log.synchronous is off/ },
  { sabotage: 'trust-browser', problem: /deliveries of orders that only a page reported/ },
])('$sabotage fails the run', async ({ sabotage, problem }) => {
  const { problems } = await soak({ durationMs: 800, seed: 3, sabotage });
  expect(problems).toContainEqual(expect.stringMatching(problem));
});
