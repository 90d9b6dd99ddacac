import { expect, test } from 'vitest';
import { createWriteQueue, toWrite } from '../../server/store/postgres/write-queue.ts';

const event = toWrite('s1', 'INSERT INTO events (seq, body) VALUES ($1, $2)');
const name = toWrite(
  's2',
  `INSERT INTO order_names (shop, name, order_id) VALUES ($1, $2, $3)
   ON CONFLICT (shop, name) DO UPDATE SET order_id = excluded.order_id`,
);
const forget = toWrite('s3', 'DELETE FROM events WHERE seq = $1');

test('rows that are inserted one after the other are sent table by table, many with one statement', () => {
  const queue = createWriteQueue();
  for (let order = 0; order < 9; order++) {
    queue.add(event, [order, 'text']);
    queue.add(name, ['shop', `${order}`, order]);
  }
  expect(queue.flush().map(({ name, values }) => [name, values.length])).toEqual([
    ['s1x8', 16],
    ['s1x1', 2],
    ['s2x8', 24],
    ['s2x1', 3],
  ]);
  expect(queue.flush()).toEqual([]);
});

test('a row that is inserted twice is updated by a later statement', () => {
  const queue = createWriteQueue();
  for (const order of [1, 2]) queue.add(name, ['shop', '#1001', order]);
  expect(queue.flush().map(({ values }) => values)).toEqual([
    ['shop', '#1001', 1],
    ['shop', '#1001', 2],
  ]);
});

test('nothing passes a statement that changes what is there', () => {
  const queue = createWriteQueue();
  queue.add(event, [1, 'before']);
  queue.add(forget, [1]);
  queue.add(event, [1, 'after']);
  expect(queue.flush().map(({ values }) => values)).toEqual([[1, 'before'], [1], [1, 'after']]);
});
