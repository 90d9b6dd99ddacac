import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { reportToSystemd } from '../../server/lib/systemd.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a unit of Type=notify hears that the collector is ready, and three times in WatchdogSec that it is alive', () => {
  const sent: string[] = [];
  reportToSystemd({ NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '30000000' }, (one) =>
    sent.push(one),
  );
  expect(sent).toEqual(['READY=1']);
  vi.advanceTimersByTime(30_000);
  expect(sent).toEqual(['READY=1', 'WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1']);
});

test.each([
  { where: 'elsewhere', variables: {}, expected: [] },
  { where: 'without WatchdogSec', variables: { NOTIFY_SOCKET: '@x' }, expected: ['READY=1'] },
])('$where nothing more is sent', ({ variables, expected }) => {
  const sent: string[] = [];
  reportToSystemd(variables, (one) => sent.push(one));
  vi.advanceTimersByTime(60_000);
  expect(sent).toEqual(expected);
});
