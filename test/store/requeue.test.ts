// @module-tag slow
import { expect, onTestFinished, test } from 'vitest';
import { openLog } from '../../server/store/open.ts';
import type { Delivery } from '../../server/store/store.ts';
import { order, waiting } from '../support/entries.ts';
import { event } from '../support/event.ts';
import { tempDir } from '../support/temp-dir.ts';

const HOUR_MS = 3_600_000;
const HELD_MS = 1000;
const COUNT = 500;
const ids = Array.from({ length: COUNT }, (_, index) => `m${index}`);
const idsOf = (deliveries: readonly Delivery[]) => deliveries.map(({ event }) => event.messageId);

/** Every event was tried once and waits an hour for the next attempt. */
async function afterAnOutage() {
  const clock = { nowMs: Date.parse('2026-03-01T00:00:00Z') };
  const dataDir = tempDir();
  const reopen = async () => {
    const log = await openLog({
      dataDir,
      consumers: [{ name: 'tiktok', shop: 'shop', decryptsPii: false, audience: 'destinations' }],
      shops: waiting(HELD_MS),
      retentionMs: 24 * HOUR_MS,
      clock: () => clock.nowMs,
    });
    onTestFinished(() => log.close());
    return log;
  };
  const log = await reopen();
  await log.accept(ids.map((messageId) => ({ event: event({ messageId }) })));
  for (const delivery of await log.lease('tiktok', COUNT)) delivery.retry(HOUR_MS, 'server-error');
  expect(await log.lease('tiktok', COUNT)).toEqual([]);
  return { log, clock, reopen };
}

test('requeueNow returns at once; later leases reach everything that waited, oldest first, each once', async () => {
  const { log, clock } = await afterAnOutage();
  await log.requeueNow('tiktok');
  expect(await log.nextDueMs('tiktok')).toBe(clock.nowMs);
  const first = await log.lease('tiktok', 10);
  for (const delivery of first) delivery.retry(HOUR_MS / 2, 'server-error');
  const rest = await log.lease('tiktok', COUNT);
  expect([...idsOf(first), ...idsOf(rest)]).toEqual(ids);
  for (const delivery of rest) delivery.ack();
  expect(await log.lease('tiktok', COUNT)).toEqual([]);
  expect(await log.nextDueMs('tiktok')).toBe(clock.nowMs + HOUR_MS / 2);
});

test('a second requeueNow during the first starts with the oldest again', async () => {
  const { log } = await afterAnOutage();
  await log.requeueNow('tiktok');
  for (const delivery of await log.lease('tiktok', 10)) delivery.retry(HOUR_MS, 'server-error');
  await log.requeueNow('tiktok');
  expect(idsOf(await log.lease('tiktok', COUNT))).toEqual(ids);
});

test('a restart requeues retries and leases from before it, and no lease made since', async () => {
  const { log, clock, reopen } = await afterAnOutage();
  await log.requeueNow('tiktok');
  await log.lease('tiktok', 300);
  await log.close();
  const later = await reopen();
  expect(await later.nextDueMs('tiktok')).toBe(clock.nowMs);
  const first = await later.lease('tiktok', 250);
  expect(first.map(({ attempt }) => attempt)).toEqual(Array(250).fill(3));
  await later.requeueNow('tiktok');
  const second = await later.lease('tiktok', COUNT);
  expect([...idsOf(first), ...idsOf(second)]).toEqual(ids);
  expect(second.slice(0, 50).every(({ uncertainSinceMs }) => uncertainSinceMs !== undefined)).toBe(true);
  expect(await later.lease('tiktok', COUNT)).toEqual([]);
});

test('an order that waits for its window stays held through requeueNow and a restart, and is leased when the window ends', async () => {
  const { log, clock, reopen } = await afterAnOutage();
  const holdUntilMs = clock.nowMs + HELD_MS;
  await log.accept([order('1', { messageId: 'held' })]);
  for (const delivery of await log.lease('tiktok', COUNT)) delivery.ack();
  await log.requeueNow('tiktok');
  for (const delivery of await log.lease('tiktok', COUNT)) delivery.ack();
  await log.close();
  const later = await reopen();
  expect(await later.nextDueMs('tiktok')).toBe(holdUntilMs);
  expect(await later.lease('tiktok', COUNT)).toEqual([]);
  clock.nowMs = holdUntilMs;
  expect(idsOf(await later.lease('tiktok', COUNT))).toEqual(['held']);
});
