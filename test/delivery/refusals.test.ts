import { expect, test } from 'vitest';
import { createRefusals } from '../../server/delivery/refusals.ts';

test.each<[outcomes: string, since: number | undefined]>([
  ['', undefined],
  ['xxxxx', undefined],
  ['xx..x..x', undefined],
  ['xxxx...', 0],
  ['xxxx...x.x', 2],
  ['xxxx...x.x.....', 0],
])('after "%s" (a dead letter, a delivery)', (outcomes, since) => {
  const refusals = createRefusals(() => 0);
  for (const outcome of outcomes) {
    if (outcome === 'x') refusals.refused();
    else refusals.delivered();
  }
  expect(refusals.state().deadSinceAccepted).toBe(since);
});

test('deliveries and dead letters of the last hour are counted', () => {
  let nowMs = 0;
  const refusals = createRefusals(() => nowMs);
  refusals.delivered();
  nowMs = 30 * 60_000;
  refusals.delivered();
  refusals.refused();
  nowMs = 59 * 60_000;
  expect(refusals.state()).toEqual({ delivered: 2, dead: 1 });
  nowMs = 60 * 60_000;
  expect(refusals.state()).toEqual({ delivered: 1, dead: 1 });
  nowMs = 90 * 60_000;
  expect(refusals.state()).toEqual({ delivered: 0, dead: 0 });
});
