import { expect, test } from 'vitest';
import { giveWayTo, mapInSlices, nextTurn } from '../../server/dispatch/slices.ts';

test('a long list is mapped in order, and others have their turn after every fifty', async () => {
  const order: string[] = [];
  const giveWay = async () => void order.push('others');
  const mapped = await mapInSlices(
    Array.from({ length: 120 }, (_, n) => n),
    (n) => n * 2,
    giveWay,
  );
  expect(mapped).toEqual(Array.from({ length: 120 }, (_, n) => n * 2));
  expect(order).toEqual(['others', 'others']);
  expect(await mapInSlices([], String, nextTurn)).toEqual([]);
});

test('while requests are being answered, delivery waits three times as long as it worked; else not at all', async () => {
  let isBusy = true;
  const giveWay = giveWayTo(() => isBusy);
  const startedAtMs = performance.now();
  // Two workers, ten milliseconds of work each: they share one part of the time, so it takes sixty.
  await Promise.all([giveWay(10), giveWay(10)]);
  expect(performance.now() - startedAtMs).toBeGreaterThan(58);
  isBusy = false;
  await Promise.race([
    giveWay(60_000),
    new Promise((_, reject) => setTimeout(() => reject(new Error('it waited')), 5_000)),
  ]);
});
