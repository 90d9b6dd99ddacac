import { expect, test } from 'vitest';
import { createCounters } from '../../server/observe/counters.ts';

test('what happened is counted by its labels, whatever order they are written in', () => {
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

test('what never happened has no row, and a shop may be called anything', () => {
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

test('changing what was handed out changes nothing that was counted', () => {
  const counters = createCounters();
  counters.count('messages_accepted', { shop: 'tea' });
  for (const row of counters.snapshot()) Object.assign(row, { value: 99 }).labels.shop = 'other';
  expect(counters.snapshot()).toEqual([{ name: 'messages_accepted', labels: { shop: 'tea' }, value: 1 }]);
});

test('two collectors in one process count apart', () => {
  const [one, other] = [createCounters(), createCounters()];
  one.count('messages_accepted', { shop: 'tea' });
  one.time('commit', 0.002, {});
  expect(other.snapshot()).toEqual([]);
});
