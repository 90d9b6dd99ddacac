import { expect, test } from 'vitest';
import { createCounters } from '../../server/observe/counters.ts';

test('counts are kept by labels, in whatever order these are written', () => {
  const counters = createCounters();
  counters.count('dead_letters', { shop: 'tea', destination: 'tiktok', reason: 'rejected' });
  counters.count('dead_letters', { reason: 'rejected', destination: 'tiktok', shop: 'tea' }, 4);
  counters.count('dead_letters', { shop: 'tea', destination: 'tiktok', reason: 'too-large' });
  counters.count('dead_letters', { shop: 'tiktok', destination: 'tea', reason: 'rejected' });
  counters.count('appended_bytes', {}, 900);
  expect(counters.snapshot()).toEqual([
    { name: 'dead_letters', labels: { shop: 'tea', destination: 'tiktok', reason: 'rejected' }, value: 5 },
    { name: 'dead_letters', labels: { shop: 'tea', destination: 'tiktok', reason: 'too-large' }, value: 1 },
    { name: 'dead_letters', labels: { shop: 'tiktok', destination: 'tea', reason: 'rejected' }, value: 1 },
    { name: 'appended_bytes', labels: {}, value: 900 },
  ]);
});

test('a counter at zero has no row, and a shop id may be any text', () => {
  const counters = createCounters();
  counters.count('messages_duplicate', { shop: 'tea' }, 0);
  expect(counters.snapshot()).toEqual([]);
  for (const shop of ['__proto__', 'constructor', '', 'a"b']) counters.count('messages_accepted', { shop });
  expect(counters.snapshot().map(({ labels, value }) => [labels.shop, value])).toEqual([
    ['__proto__', 1],
    ['constructor', 1],
    ['', 1],
    ['a"b', 1],
  ]);
});

test('changing a snapshot does not change the counters', () => {
  const counters = createCounters();
  counters.count('messages_accepted', { shop: 'tea' });
  for (const row of counters.snapshot()) Object.assign(row, { value: 99 }).labels.shop = 'other';
  expect(counters.snapshot()).toEqual([{ name: 'messages_accepted', labels: { shop: 'tea' }, value: 1 }]);
});

test('two collectors in one process count separately', () => {
  const [one, other] = [createCounters(), createCounters()];
  one.count('messages_accepted', { shop: 'tea' });
  one.time('commit', 0.002, {});
  expect(other.snapshot()).toEqual([]);
});
