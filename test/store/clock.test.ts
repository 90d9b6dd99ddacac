// @module-tag slow
import { expect, onTestFinished, test } from 'vitest';
import { openLog } from '../../server/store/open.ts';
import { order, waiting } from '../support/entries.ts';
import { event } from '../support/event.ts';
import { tempDir } from '../support/temp-dir.ts';

const START_MS = Date.parse('2026-03-01T00:00:00Z');
const HOUR_MS = 3_600_000;
const STEPS = [HOUR_MS, -HOUR_MS, 24 * HOUR_MS, -24 * HOUR_MS].map((stepMs) => ({
  stepMs,
  hours: stepMs / HOUR_MS,
}));

/** A log whose clock of dates can be set independently of elapsed time. */
async function setUp() {
  const time = { passedMs: 0, setByMs: 0 };
  const log = await openLog({
    dataDir: tempDir(),
    consumers: [{ name: 'tiktok', shop: 'shop', decryptsPii: false, audience: 'destinations' }],
    shops: waiting(30_000),
    retentionMs: 30 * 24 * HOUR_MS,
    leaseMs: 60_000,
    clock: () => START_MS + time.passedMs + time.setByMs,
    steady: () => START_MS + time.passedMs,
  });
  onTestFinished(() => log.close());
  return { log, time, nowMs: () => START_MS + time.passedMs + time.setByMs };
}

test.each(STEPS)('the clock is set by $hours h: a leased event is not leased again', async ({ stepMs }) => {
  const { log, time } = await setUp();
  await log.accept([{ event: event() }]);
  const [leased] = await log.lease('tiktok', 10);
  time.setByMs = stepMs;
  expect(await log.lease('tiktok', 10)).toEqual([]);
  leased?.ack();
  expect((await log.depth('tiktok')).waiting).toBe(0);
});

test.each(STEPS)('the clock is set by $hours h: a retry waits for its delay', async ({ stepMs }) => {
  const { log, time, nowMs } = await setUp();
  await log.accept([{ event: event() }]);
  const [first] = await log.lease('tiktok', 10);
  first?.retry(5_000, 'server-error', true);
  time.setByMs = stepMs;
  expect(await log.nextDueMs('tiktok')).toBe(nowMs() + 5_000);
  time.passedMs = 4_999;
  expect(await log.lease('tiktok', 10)).toEqual([]);
  time.passedMs = 5_000;
  const [again] = await log.lease('tiktok', 10);
  expect(again).toMatchObject({ attempt: 2, uncertainSinceMs: nowMs() - 5_000 });
});

test.each(STEPS)(
  'the clock is set by $hours h: an order accepted after that waits for its whole window',
  async ({ stepMs }) => {
    const { log, time, nowMs } = await setUp();
    time.setByMs = stepMs;
    await log.accept([order('1', { receivedAt: new Date(nowMs()).toISOString() })]);
    expect(await log.lease('tiktok', 10)).toEqual([]);
    time.passedMs = 30_000;
    expect(await log.lease('tiktok', 10)).toHaveLength(1);
  },
);
