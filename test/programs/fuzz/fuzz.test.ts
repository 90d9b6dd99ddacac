// @module-tag slow
import { expect, test } from 'vitest';
import { describeFuzz } from './main.ts';
import { type FuzzOutcome, fuzz } from './run.ts';

/** The short form of `npm run fuzz`: the same senders. Its sabotages: sabotage.long.test.ts. */
const printed = (outcome: FuzzOutcome): FuzzOutcome => {
  console.log(describeFuzz(outcome));
  return outcome;
};

test('whatever senders come up with: no crash, no lie, nothing lost, no garbage in the log', async () => {
  const outcome = printed(
    await fuzz({ seed: 20_260_301, limitMs: 50_000, bodies: 450, kills: 1, costly: 1 }),
  );
  expect(outcome.problems).toEqual([]);
  // Else the run has shown little.
  expect(outcome.accepted).toBeGreaterThan(300);
  expect(outcome.statuses['4xx']).toBeGreaterThan(90);
}, 90_000);
