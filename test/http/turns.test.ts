import { expect, test } from 'vitest';
import { createTurns } from '../../server/http/turns.ts';

/** Work that lasts until it is ended by its name; `begun` lists what has begun, in order. */
function setUp(maxBytes: number) {
  let nowMs = 0;
  const turns = createTurns(maxBytes, () => nowMs);
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string>>();
  const take = (sender: string, name: string, bytes: number) => {
    const end = Promise.withResolvers<string>();
    ends.set(name, end);
    return turns.run(sender, bytes, () => {
      begun.push(name);
      return end.promise;
    });
  };
  const end = async (name: string) => {
    ends.get(name)?.resolve(name);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { turns, begun, take, end, pass };
}

test('what one sender has under way is bounded, in its order; another begins at once', async () => {
  const { begun, take, end } = setUp(100);
  const first = take('flooding', 'a1', 60);
  for (const [name, bytes] of [
    ['a2', 40],
    ['a3', 10],
    ['a4', 90],
    ['a5', 10],
  ] as const)
    void take('flooding', name, bytes);
  void take('quiet', 'b1', 100);
  expect(begun).toEqual(['a1', 'a2', 'b1']);
  await end('a1');
  expect(await first).toBe('a1');
  expect(begun.slice(3)).toEqual(['a3']);
  // What is too large for now holds up what is behind it, or it would wait for ever.
  await end('a2');
  expect(begun.slice(4)).toEqual(['a4']);
  await end('a3');
  expect(begun.slice(5)).toEqual(['a5']);
});

test('work that is larger than the bound begins alone', async () => {
  const { begun, take, end } = setUp(100);
  void take('a', 'small', 1);
  void take('a', 'large', 500);
  void take('a', 'next', 1);
  expect(begun).toEqual(['small']);
  await end('small');
  expect(begun).toEqual(['small', 'large']);
  await end('large');
  expect(begun).toEqual(['small', 'large', 'next']);
});

test('work that fails, at once or later, makes room for the next, and its caller learns why', async () => {
  const { turns } = setUp(1);
  const fail = (message: string) => {
    throw new Error(message);
  };
  const failed = ['at once', 'later'].map((message) =>
    turns.run('a', 1, message === 'later' ? async () => fail(message) : () => fail(message)),
  );
  const done = turns.run('a', 1, async () => 'done');
  await expect(failed[0]).rejects.toThrow('at once');
  await expect(failed[1]).rejects.toThrow('later');
  expect(await done).toBe('done');
});

test('what has waited for longer than senders do is answered 503 and not begun', async () => {
  const { begun, take, end, pass } = setUp(1);
  void take('a', 'slow', 1);
  const late = take('a', 'late', 1);
  pass(60_000);
  const next = take('a', 'next', 1);
  await end('slow');
  await expect(late).rejects.toMatchObject({ status: 503, code: 'busy', retryAfterSeconds: 1 });
  expect(begun).toEqual(['slow', 'next']);
  await end('next');
  expect(await next).toBe('next');
});
