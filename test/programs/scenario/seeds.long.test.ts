import { test, vi } from 'vitest';
import { expectReference, expectReferenceOfEvidence } from './run-seed.ts';

vi.setConfig({ testTimeout: 120_000 });

const seeds = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

test.each([2, ...seeds(4, 12)])('seed %i: SHOPLINE receives exactly the reference totals', (seed) =>
  expectReference(seed),
);

test.each(seeds(1, 2))(
  "seed %i, the shop system's word makes orders, in order of arrival: the same",
  (seed) => expectReferenceOfEvidence(seed, false),
);

test.each(seeds(3, 6))("seed %i, the shop system's word makes orders, in another order: the same", (seed) =>
  expectReferenceOfEvidence(seed, true),
);
