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
  const dataDir = tempDir();
  const open = async () => {
    const log = await openLog({
      dataDir,
      consumers: [{ name: 'tiktok', shop: 'shop', decryptsPii: false, audience: 'destinations' }],
      shops: waiting(30_000),
      retentionMs: 30 * 24 * HOUR_MS,
      leaseMs: 60_000,
      clock: () => START_MS + time.passedMs + time.setByMs,
      steady: () => START_MS + time.passedMs,
    });
    onTestFinished(() => log.close());
    return log;
  };
  return { log: await open(), open, time, nowMs: () => START_MS + time.passedMs + time.setByMs };
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

test.each(STEPS)(
  'the clock is set by $hours h in the window of an order: its payment waits no longer than a window',
  async ({ stepMs }) => {
    const { log, time, nowMs } = await setUp();
    const at = () => ({ receivedAt: new Date(nowMs()).toISOString() });
    await log.accept([order('1', at())]);
    time.setByMs = stepMs;
    time.passedMs = 1_000;
    const paid = { event: 'Order Updated', properties: { financial_status: 'paid' } };
    await log.accept([order('1', { ...at(), ...paid })]);
    const early = await log.lease('tiktok', 10);
    time.passedMs = 31_000;
    const late = await log.lease('tiktok', 10);
    expect([...early, ...late].map(({ event }) => event.event).sort()).toEqual([
      'Order Completed',
      'Order Updated',
    ]);
  },
);

test('a refund that is the first report of its order waits, also for a lease that was asked for before it', async () => {
  const { log, time, nowMs } = await setUp();
  time.passedMs = 500;
  const receivedAt = new Date(nowMs()).toISOString();
  await log.accept([order('1', { receivedAt, event: 'Order Refunded', properties: { total: 5 } })]);
  time.passedMs = 0;
  expect(await log.lease('tiktok', 10)).toEqual([]);
  time.passedMs = 31_499;
  expect(await log.lease('tiktok', 10)).toEqual([]);
  time.passedMs = 31_500;
  expect(await log.lease('tiktok', 10)).toHaveLength(1);
});

test.each([
  { what: 'seen by the former process', isLeasedBefore: true },
  { what: 'new', isLeasedBefore: false },
])(
  'the machine starts again an hour behind: an order that waited is due, $what',
  async ({ isLeasedBefore }) => {
    const { log, open, time, nowMs } = await setUp();
    await log.accept([order('1', { receivedAt: new Date(nowMs()).toISOString() })]);
    if (isLeasedBefore) expect(await log.lease('tiktok', 10)).toEqual([]);
    await log.close();
    time.passedMs = -HOUR_MS;
    const later = await open();
    expect(await later.lease('tiktok', 10)).toHaveLength(1);
  },
);
