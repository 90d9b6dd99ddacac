import { expect, test } from 'vitest';
import { memoize } from '../../server/lib/cache.ts';

function setUp(size: number) {
  const computed: string[] = [];
  const work = memoize(size, (text) => {
    computed.push(text);
    return text === 'nothing' ? undefined : text.length;
  });
  return { work, computed };
}

test('each text is computed once, a result of undefined too', () => {
  const { work, computed } = setUp(10);
  expect([work('ab'), work('ab'), work('nothing'), work('nothing')]).toEqual([2, 2, undefined, undefined]);
  expect(computed).toEqual(['ab', 'nothing']);
});

test('a full cache drops the text that was used least recently, not the newest', () => {
  const { work, computed } = setUp(2);
  for (const text of ['a', 'b', 'a', 'c', 'a', 'c', 'b']) work(text);
  expect(computed).toEqual(['a', 'b', 'c', 'b']);
});

test('a text of more than 256 characters is not kept', () => {
  const { work, computed } = setUp(2);
  const long = 'x'.repeat(257);
  expect([work(long), work(long)]).toEqual([257, 257]);
  expect(computed).toEqual([long, long]);
});
