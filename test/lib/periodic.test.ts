import { expect, test } from 'vitest';
import { runPeriodically } from '../../server/lib/periodic.ts';
import { createFakeClock, settled } from '../support/clock.ts';

const NOW_MS = Date.parse('2026-03-01T00:00:00Z');

test('runs at once and after each interval; an error is reported and the next run takes place; stop waits for the current run', async () => {
  const clock = createFakeClock(NOW_MS);
  const ranAt: number[] = [];
  const errors: string[] = [];
  const gate = Promise.withResolvers<void>();
  const stop = runPeriodically(
    clock,
    900_000,
    async () => {
      ranAt.push((clock.now() - NOW_MS) / 60_000);
      if (ranAt.length === 2) throw new Error('disk full');
      if (ranAt.length === 3) await gate.promise;
    },
    (error) => void errors.push(String(error)),
  );
  await clock.advance(1_800_000);
  expect(ranAt).toEqual([0, 15, 30]);
  expect(errors.join()).toContain('disk full');
  let isStopped = false;
  const stopped = stop().then(() => {
    isStopped = true;
  });
  await settled();
  expect(isStopped).toBe(false);
  gate.resolve();
  await stopped;
  await clock.advance(3_600_000);
  expect(ranAt).toHaveLength(3);
});
