import { expect, test } from 'vitest';
import { type Claim, EVERY_JOB, type Jobs, runJob } from '../../server/store/jobs.ts';
import { createFakeClock, settled } from '../support/clock.ts';

const NOW_MS = Date.parse('2026-03-01T00:00:00Z');
const HOUR_MS = 3_600_000;

test('runs at once and after each interval; an error is reported and the next run takes place; stop waits for the current run', async () => {
  const clock = createFakeClock(NOW_MS);
  const ranAt: number[] = [];
  const errors: string[] = [];
  const gate = Promise.withResolvers<void>();
  const stop = runJob(
    { log: EVERY_JOB, clock },
    'retention',
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

/** An hourly job of one of several processes, and what the store says of it. */
async function setUp(claim: Claim | undefined) {
  const clock = createFakeClock(NOW_MS);
  const ranAtMs: number[] = [];
  const finished: Claim[] = [];
  const state = { claim, onFree: () => {} };
  const log: Jobs = {
    claimJob: async () => state.claim,
    finishJob: async (one) => void finished.push(one),
    onJobsFree(listener) {
      state.onFree = listener;
      return () => {};
    },
  };
  const stop = runJob(
    { log, clock },
    'retention',
    HOUR_MS,
    async () => void ranAtMs.push(clock.now() - NOW_MS),
    () => {},
  );
  await settled();
  return { clock, state, ranAtMs, finished, stop };
}

test.each([
  { what: 'an hour ago', ranAtMs: NOW_MS - HOUR_MS, runsAfterMs: 0 },
  { what: 'a moment ago', ranAtMs: NOW_MS - 1_000, runsAfterMs: HOUR_MS - 1_000 },
  { what: 'tomorrow, by a clock that was ahead', ranAtMs: NOW_MS + 24 * HOUR_MS, runsAfterMs: HOUR_MS },
  { what: 'never', ranAtMs: undefined, runsAfterMs: 0 },
])('a job that ended $what in another process is due by that', async ({ ranAtMs, runsAfterMs }) => {
  const claim: Claim = { job: 'retention', fence: 3, ...(ranAtMs !== undefined && { ranAtMs }) };
  const { clock, state, ranAtMs: ran, finished, stop } = await setUp(claim);
  if (runsAfterMs > 0) {
    await clock.advance(runsAfterMs - 1);
    expect(ran).toEqual([]);
    state.claim = { job: 'retention', fence: 3, ranAtMs: NOW_MS - HOUR_MS };
    await clock.advance(1);
  }
  expect(ran).toEqual([runsAfterMs]);
  expect(finished).toMatchObject([{ fence: 3 }]);
  await stop();
});

test('a job of another process is done when that has ended, not at the next turn', async () => {
  const { clock, state, ranAtMs, stop } = await setUp(undefined);
  await clock.advance(600_000);
  expect(ranAtMs).toEqual([]);
  state.claim = { job: 'retention', fence: 2, ranAtMs: NOW_MS - HOUR_MS };
  state.onFree();
  await settled();
  expect(ranAtMs).toEqual([600_000]);
  await stop();
});
