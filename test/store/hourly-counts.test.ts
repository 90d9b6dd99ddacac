import { expect, onTestFinished, test } from 'vitest';
import { createCountKeeper } from '../../server/operator/watchdog/counted-hours.ts';
import { openLog } from '../../server/store/open.ts';
import { tempDir } from '../support/temp-dir.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.parse('2026-03-01T00:10:00Z');
const HOUR = Math.floor(NOW_MS / HOUR_MS);

async function open(dataDir: string, clock = () => NOW_MS) {
  const log = await openLog({ dataDir, consumers: [], retentionMs: 30 * 24 * HOUR_MS, clock });
  onTestFinished(() => log.close());
  return log;
}
const accepted = (hour: number, count: number, shop = 'tea') => ({ shop, what: 'accepted', hour, count });

test('counts of an hour add up, and leave after 21 days, or with their shop', async () => {
  const clock = { nowMs: NOW_MS };
  const log = await open(tempDir(), () => clock.nowMs);
  await log.addCounts([
    accepted(HOUR, 3),
    accepted(HOUR, 2, 'shoes'),
    { ...accepted(HOUR, 9), what: 'rejected' },
  ]);
  await log.addCounts([accepted(HOUR, 4), accepted(HOUR + 1, 1)]);
  const find = (fromHour = HOUR) => log.counts(['accepted'], fromHour);
  expect(await find()).toEqual([accepted(HOUR, 2, 'shoes'), accepted(HOUR, 7), accepted(HOUR + 1, 1)]);
  expect(await find(HOUR + 1)).toEqual([accepted(HOUR + 1, 1)]);
  await log.purge('shoes');
  clock.nowMs += 21 * 24 * HOUR_MS + HOUR_MS;
  await log.retain();
  expect(await find()).toEqual([accepted(HOUR + 1, 1)]);
});

test('a process keeps what it counted since it last could, and nothing twice', async () => {
  const kept: object[] = [];
  let value = 0;
  let isFull = false;
  const keep = createCountKeeper(
    {
      async addCounts(counts) {
        if (isFull) throw new Error('disk full');
        kept.push(...counts);
      },
    },
    { snapshot: () => [{ name: 'messages_accepted', labels: { shop: 'tea' }, value }] },
  );
  value = 3;
  await keep(NOW_MS);
  await keep(NOW_MS);
  value = 5;
  isFull = true;
  await expect(keep(NOW_MS)).rejects.toThrow('disk full');
  isFull = false;
  value = 9;
  await keep(NOW_MS + HOUR_MS);
  expect(kept).toEqual([accepted(HOUR, 3), accepted(HOUR + 1, 6)]);
});
