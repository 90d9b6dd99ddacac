// @module-tag slow
import { expect, test } from 'vitest';
import { ENGINES } from '../../support/database-server.ts';
import { type Program, readOptions } from '../../support/program.ts';

const PROGRAM: Program = {
  name: 'soak',
  about: '',
  amount: { option: 'minutes', what: '', usual: 10, least: 0.1, most: 600, isWhole: false },
  engines: ENGINES,
};
const read = (...args: string[]) => readOptions(PROGRAM, args);

test('a long program takes its own number, an engine, a seed and a sabotage', () => {
  expect(read()).toEqual({ amount: 10, seed: expect.any(Number), sabotage: undefined, engine: 'sqlite' });
  expect(read('--minutes', '0.5', '--seed', '7', '--sabotage', 'no-hash', '--engine', 'postgres')).toEqual({
    amount: 0.5,
    seed: 7,
    sabotage: 'no-hash',
    engine: 'postgres',
  });
  expect(read('--help')).toBe('help');
});

test.each([
  [['--minutes', 'ten'], '--minutes must be a number from 0.1 to 600'],
  [['--minutes', '0'], '--minutes must be'],
  [['--minutes', '601'], '--minutes must be'],
  [['--seed', 'x'], '--seed must be a whole number'],
  [['--engine', 'mysql'], '--engine must be sqlite or postgres'],
  [['--sabotage', 'no-sense'], 'no sabotage is named no-sense'],
  [['--kills', '5'], "Unknown option '--kills'"],
])('%s is refused in words: a program that measured nothing must not end green', (args, words) => {
  expect(() => read(...args)).toThrow(words);
});
