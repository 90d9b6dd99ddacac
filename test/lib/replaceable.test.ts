import { expect, test } from 'vitest';
import { startReplaceable } from '../../server/lib/replaceable.ts';

/** What is started and stopped, in order; the configurations in `broken` cannot be started. */
async function setUp(broken: Set<string> = new Set()) {
  const done: string[] = [];
  const parts = await startReplaceable('first', async (config) => {
    if (broken.has(config)) throw new Error(`${config} is broken`);
    done.push(`start ${config}`);
    return { config, stop: async () => void done.push(`stop ${config}`) };
  });
  return { parts, done, broken };
}

test('what runs is stopped before the next is started, also where the next is asked for at once', async () => {
  const { parts, done } = await setUp();
  await Promise.all([parts.replace('second'), parts.replace('third')]);
  expect(parts.current().config).toBe('third');
  await parts.stop();
  expect(done).toEqual([
    ...['start first', 'stop first', 'start second', 'stop second', 'start third', 'stop third'],
  ]);
});

test('where the next cannot be started the former one goes on, and can be replaced again', async () => {
  const { parts, done } = await setUp(new Set(['second']));
  await expect(parts.replace('second')).rejects.toThrow('second is broken');
  expect([parts.current().config, parts.hasEnded()]).toEqual(['first', false]);
  await parts.replace('third');
  expect(done).toEqual(['start first', 'stop first', 'start first', 'stop first', 'start third']);
});

test('where neither can be started, nothing goes on', async () => {
  const { parts, broken } = await setUp(new Set(['second']));
  broken.add('first');
  await expect(parts.replace('second')).rejects.toThrow('first is broken');
  expect(parts.hasEnded()).toBe(true);
});

test('a stop waits for a replacement under way', async () => {
  const { parts, done } = await setUp();
  await Promise.all([parts.replace('second'), parts.stop()]);
  expect(done.at(-1)).toBe('stop second');
});
