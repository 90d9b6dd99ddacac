import { expect, test } from 'vitest';
import { describeFuzz } from './main.ts';
import { type FuzzOutcome, fuzz } from './run.ts';

/** The short form of `npm run fuzz`: the same senders, and every sabotage seen to fail. */
const short = { seed: 20_260_301, limitMs: 50_000 };
const told = (outcome: FuzzOutcome): FuzzOutcome => {
  console.log(describeFuzz(outcome));
  return outcome;
};

test('whatever senders come up with: no crash, no lie, nothing lost, no garbage in the log', async () => {
  const outcome = told(await fuzz({ ...short, bodies: 2_000, kills: 1 }));
  expect(outcome.problems).toEqual([]);
  // Else the run has shown little.
  expect(outcome.accepted).toBeGreaterThan(1_000);
  expect(outcome.statuses['4xx']).toBeGreaterThan(300);
}, 60_000);

test.each([
  { sabotage: 'ack-early', kills: 1, problem: /^\d+ messages answered as stored are not/ },
  { sabotage: 'no-dedup', kills: 0, problem: /stored twice/ },
  { sabotage: 'no-hash', kills: 0, problem: /Sha256|in clear/ },
  { sabotage: 'no-fsync', kills: 0, problem: /log.synchronous is off/ },
])('$sabotage turns the run red', async ({ sabotage, kills, problem }) => {
  const { problems } = told(await fuzz({ ...short, bodies: 400, kills, sabotage }));
  expect(problems).toContainEqual(expect.stringMatching(problem));
});
