import { expect, test } from 'vitest';
import { soak } from './run.ts';

/** `npm run soak` fails for a collector with a broken guarantee; on both engines: ../crash/sabotage.long.test.ts. Pages repeat messages and forge orders after a while. */
test.each([
  { sabotage: 'ack-early', durationMs: 800, problem: /are lost|answered as new/ },
  { sabotage: 'no-dedup', durationMs: 6_000, problem: /answered as new/ },
  { sabotage: 'no-hash', durationMs: 800, problem: /an email in clear/ },
  { sabotage: 'no-fsync', durationMs: 800, problem: /log.synchronous is off/ },
  { sabotage: 'trust-browser', durationMs: 6_000, problem: /deliveries of orders that only a page reported/ },
])('$sabotage fails the run', async ({ sabotage, durationMs, problem }) => {
  const { problems } = await soak({ durationMs, seed: 3, sabotage });
  expect(problems).toContainEqual(expect.stringMatching(problem));
});
