import { expect, test } from 'vitest';
import { remember } from '../../server/lib/remember.ts';

test('readers of one moment share a probe, and the next moment has one of its own', async () => {
  const clock = { nowMs: 0 };
  let runs = 0;
  const probe = remember(
    async () => ++runs,
    2_000,
    () => clock.nowMs,
  );
  expect(await Promise.all([probe(), probe(), probe()])).toEqual([1, 1, 1]);
  clock.nowMs = 1_999;
  expect(await probe()).toBe(1);
  clock.nowMs = 2_000;
  expect(await probe()).toBe(2);
});

test('what failed is tried again at once', async () => {
  let runs = 0;
  const probe = remember(
    async () => {
      runs++;
      if (runs === 1) throw new Error('the disk is full');
      return runs;
    },
    2_000,
    () => 0,
  );
  await expect(probe()).rejects.toThrow('the disk is full');
  expect(await probe()).toBe(2);
});
