import { describe, expect, test } from 'vitest';
import { evaluate, type Figure, layOut } from '../bench/figures.ts';
import { measureDelivery } from './delivery.ts';
import { readOptions } from './options.ts';
import type { SABOTAGES } from './sabotage.ts';
import { measureSizes } from './sizes.ts';
import { SLOWER } from './slower.ts';
import { measureTasks, PLAIN } from './tasks.ts';
import { measureTime } from './time.ts';
import { isLongByUs, ownTasks, type TraceEvent } from './trace.ts';

/** For visits in real time, on a machine that does much else. */
const SLOWLY = { timeout: 120_000 };

const missed = (figures: readonly Figure[]) =>
  figures.flatMap(({ what, goal }) => (goal && evaluate(goal) === 'missed' ? [what] : []));
const options = (...args: string[]) => {
  const read = readOptions(args);
  if (read === 'help') throw new Error('no options but help');
  return read;
};
const sabotaged = (name: keyof typeof SABOTAGES) => options(`--sabotage=${name}`);

describe('what a shopper downloads', () => {
  test('every script of ours is within its limit, and stands beside those of others', async () => {
    const figures = await measureSizes(options());
    expect(missed(figures)).toEqual([]);
    const table = layOut(figures);
    expect(table).toMatch(/^bytes +brotli +gzip +raw$/m);
    expect(table).toMatch(/^s\.js +[\d,]+ +[\d,]+ +[\d,]+ +≤ 4096 +reached$/m);
    expect(table).toMatch(/^Customer\.io +[\d,]+ +[\d,]+ +[\d,]+ +[\d.]+ × s\.js: @customerio/m);
  });

  test('a script that has grown by four kilobytes fails it', async () => {
    expect(missed(await measureSizes(sabotaged('oversize')))).toContain('s.js');
  });
});

describe('what a shopper waits for', () => {
  test(
    'one round times a page without a script, with ours and with Customer.io’s, and prints their ratio',
    SLOWLY,
    async () => {
      const figures = await measureTime(options('--rounds=1'));
      expect(figures.map(({ what }) => what)).toEqual(
        expect.arrayContaining(['the page without any', 's.js', 'Customer.io', 's.js ÷ Customer.io']),
      );
      expect(figures.at(-1)?.value).toMatch(/^-?[\d.]+ ×$/);
    },
  );

  test('no task is long because of us', SLOWLY, async () => {
    expect(missed(await measureTasks(options(), [PLAIN]))).toEqual([]);
  });

  test('a snippet that holds the page up fails it', SLOWLY, async () => {
    expect(missed(await measureTasks(sabotaged('busy'), [PLAIN]))).toHaveLength(1);
  });

  const URL = 'https://shop.example/s.js';
  const event = (name: string, from: number, to: number, rest: Partial<TraceEvent> = {}): TraceEvent => ({
    name,
    ph: 'X',
    ts: (from * 1000) / SLOWER,
    dur: ((to - from) * 1000) / SLOWER,
    pid: 1,
    tid: 1,
    ...rest,
  });
  const call = (from: number, to: number, rest: Partial<TraceEvent> = {}) =>
    event('FunctionCall', from, to, { args: { data: { url: URL } }, ...rest });
  test.for([
    { what: 'a long task of the shop alone', task: 90, calls: [], found: 0, long: 0 },
    { what: 'a short one of ours', task: 50, calls: [call(0, 50)], found: 1, long: 0 },
    { what: 'a long one of ours', task: 60, calls: [call(1, 59)], found: 1, long: 1 },
    { what: 'one that we made long', task: 60, calls: [call(20, 35)], found: 1, long: 1 },
    { what: 'one that was long without us', task: 160, calls: [call(20, 35)], found: 1, long: 0 },
    {
      what: 'calls within a call, counted once',
      task: 99,
      calls: [call(0, 40), call(5, 40)],
      found: 1,
      long: 0,
    },
    { what: 'a thread of its own', task: 99, calls: [call(0, 99, { tid: 2 })], found: 0, long: 0 },
    { what: 'one interrupted by others', task: 90, calls: [call(0, 90, { tdur: 9000 })], found: 1, long: 0 },
  ])('$what', ({ task, calls, found, long }) => {
    const whole = event('RunTask', 0, task, calls[0]?.tdur === undefined ? {} : { tdur: 10_000 });
    const tasks = ownTasks([whole, ...calls], (url) => url === URL);
    expect(tasks).toHaveLength(found);
    expect(tasks.filter(isLongByUs)).toHaveLength(long);
  });
});

describe('what arrives', () => {
  test(
    'visitors act and leave at once, and the collector is away for half a minute: every act arrives',
    SLOWLY,
    async () => {
      const hardships = ['the collector is down for the first 30 s of a visit'];
      const figures = await measureDelivery(options('--navigations=12'), { hardships });
      expect(missed(figures)).toEqual([]);
      expect(figures.map(({ value }) => value).slice(0, 4)).toEqual([
        '4 of 4',
        '4 of 4',
        '4 of 4',
        '12 of 12',
      ]);
    },
  );

  test('a page that sends no beacon as it goes away fails it', SLOWLY, async () => {
    const options = { ...sabotaged('no-beacon'), navigations: 3 };
    expect(missed(await measureDelivery(options, { timeoutMs: 500, hardships: [] }))).toHaveLength(3);
  });
});

test('an unknown option is refused, not ignored', () => {
  expect(options()).toMatchObject({
    rounds: 15,
    navigations: 200,
    parts: ['sizes', 'time', 'tasks', 'delivery'],
  });
  expect(options('--only', 'time', '--rounds', '7')).toMatchObject({ rounds: 7, parts: ['time'] });
  expect(readOptions(['--help'])).toBe('help');
  for (const wrong of [
    '--only=speed',
    '--rounds=0',
    '--navigations=some',
    '--sabotage=rain',
    '--sabotage=toString',
    '--fast',
  ])
    expect(() => readOptions([wrong]), wrong).toThrow();
});
