import { describe, expect, onTestFinished, test } from 'vitest';
import { LogUnavailable } from '../../server/store/errors.ts';
import { startThread, type ThreadHooks } from '../../server/store/thread/start.ts';
import type { TestMethods } from '../support/sync-thread.ts';

describe.each(['sync', 'async'])('a storage thread with %s methods', (kind) => {
  async function start(hooks: ThreadHooks = {}) {
    const file = new URL(`../support/${kind}-thread.ts`, import.meta.url);
    const thread = await startThread<TestMethods>(file, {}, hooks);
    onTestFinished(() => thread.close());
    return thread;
  }

  test('that dies rejects every pending call, and every later one, as unavailable', async () => {
    const { call, send, close } = await start();
    expect(await call.echo('hello')).toBe('hello');
    const pending = [call.wait(), call.wait()];
    send.crash();
    const reasons = (await Promise.allSettled(pending)).map((result) => 'reason' in result && result.reason);
    const died = new LogUnavailable('the storage thread died: a bug of ours');
    expect(reasons).toEqual([died, died]);
    await expect(call.echo('too late')).rejects.toThrow(LogUnavailable);
    await close();
  });

  test('answers at close what was called before; close can be repeated', async () => {
    const { call, close } = await start();
    const before = call.echo('before');
    await Promise.all([close(), close()]);
    expect(await before).toBe('before');
    await expect(call.echo('after')).rejects.toThrow('closed');
    await close();
  });

  test('runs the calls of one turn in order in one transaction', async () => {
    const { call } = await start();
    const before = await call.transactions();
    expect(await Promise.all([call.echo('a'), call.echo('b'), call.transactions()])).toEqual([
      'a',
      'b',
      before + 1,
    ]);
  });

  test('says when what was sent without a result is durable, and not before', async () => {
    let sent = 0;
    const { call, send } = await start({ onSent: () => sent++ });
    await call.echo('a');
    send.fail();
    await call.echo('b');
    expect(sent).toBe(0);
    send.echo('c');
    expect(sent).toBe(0);
    await call.echo('d');
    expect(sent).toBe(1);
  });

  test('rejects the one call that fails, with its error, and answers the others', async () => {
    const { call } = await start();
    const [first, bad, last] = await Promise.allSettled([call.echo('a'), call.fail(), call.echo('b')]);
    expect([first, last]).toMatchObject([{ value: 'a' }, { value: 'b' }]);
    expect(bad).toMatchObject({ reason: { name: 'RangeError', message: 'a bad call' } });
  });

  test('answers calls between the steps of a job, and finishes jobs before it closes', async () => {
    const { call, close } = await start();
    let isCounted = false;
    const counted = call.count(1000).then((steps) => {
      isCounted = true;
      return steps;
    });
    expect(await call.echo('in between')).toBe('in between');
    expect(isCounted).toBe(false);
    await close();
    expect(await counted).toBe(1000);
  });
});
