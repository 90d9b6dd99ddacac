import { expect, test } from 'vitest';
import { isLoopback } from '../../server/lib/loopback.ts';

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.8.9.10', true],
  ['::1', true],
  ['[::1]', true],
  ['[::ffff:127.0.0.1]', true],
  ['', false],
  ['0.0.0.0', false],
  ['[::]', false],
  ['10.0.0.1', false],
  ['127.0.0.1.example', false],
  ['127.example', false],
  ['localhost.example', false],
  ['shop.localhost', false],
])('%s → %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
