import { expect, test } from 'vitest';
import { LogUnavailable } from '../../server/store/errors.ts';
import { startThread } from '../../server/store/thread/start.ts';
import type { CrashingMethods } from '../support/crashing-thread.ts';

const start = () =>
  startThread<CrashingMethods>(new URL('../support/crashing-thread.ts', import.meta.url), {});

test('a storage thread that dies fails every call that waits, and every later one, as unavailable', async () => {
  const thread = await start();
  expect(await thread.call('echo', 'hello')).toBe('hello');
  const waiting = [thread.call('wait'), thread.call('wait')];
  thread.send('crash');
  const reasons = (await Promise.allSettled(waiting)).map((result) => 'reason' in result && result.reason);
  const died = new LogUnavailable('the storage thread died: a bug of ours');
  expect(reasons).toEqual([died, died]);
  await expect(thread.call('echo', 'too late')).rejects.toThrow(LogUnavailable);
  await thread.close();
});

test('closing answers what was asked before, and may be repeated', async () => {
  const thread = await start();
  const before = thread.call('echo', 'before');
  await Promise.all([thread.close(), thread.close()]);
  expect(await before).toBe('before');
  await expect(thread.call('echo', 'after')).rejects.toThrow('closed');
  await thread.close();
});
