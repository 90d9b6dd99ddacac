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
  const refusals = createRefusals();
  for (const outcome of outcomes) {
    if (outcome === 'x') refusals.refused();
    else refusals.delivered();
  }
  expect(refusals.sinceAccepted()).toBe(since);
});
