import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createDeadLetterLog } from '../../server/delivery/dead-letter-log.ts';
import { openLog } from '../../server/store/open.ts';
import { createFakeClock } from '../support/clock.ts';
import { event } from '../support/event.ts';
import { tempDir } from '../support/temp-dir.ts';
import { answer, startBench } from '../support/worker-bench.ts';

const place = { shop: 'shop', destination: 'plain' };
const TEXT = 'events moved to dead letters';

function start() {
  const clock = createFakeClock();
  const stopping = new AbortController();
  const lines: { facts: object; text: string }[] = [];
  const warn = (facts: object, text: string) => void lines.push({ facts, text });
  const logger = { info: () => {}, warn, error: () => {} };
  const log = createDeadLetterLog({ ...place, logger, clock, stopping: stopping.signal });
  return { clock, stopping, lines, log };
}

test('dead letters of one turn share a line, with their count and the last answer', async () => {
  const { clock, lines, log } = start();
  for (let number = 1; number <= 4; number++) log.record('rejected', `40002 field ${number}`);
  await clock.advance(0);
  const facts = { ...place, reason: 'rejected', count: 4, answer: '40002 field 4' };
  expect(lines).toEqual([{ facts, text: TEXT }]);
});

test('the dead letters of the next minute share one line at its end; a quiet minute has none', async () => {
  const { clock, lines, log } = start();
  log.record('rejected', 'first');
  await clock.advance(1_000);
  log.record('rejected', 'second');
  await clock.advance(1_000);
  log.record('rejected', 'third');
  await clock.advance(57_999);
  expect(lines).toHaveLength(1);
  await clock.advance(1);
  expect(lines[1]?.facts).toMatchObject({ count: 2, answer: 'third' });
  await clock.advance(120_000);
  expect(lines).toHaveLength(2);
  log.record('rejected', 'fourth');
  await clock.advance(0);
  expect(lines[2]?.facts).toMatchObject({ count: 1, answer: 'fourth' });
});

test('a reason never waits for the line of another', async () => {
  const { clock, lines, log } = start();
  log.record('rejected', '40002');
  log.record('too-large', '100 bytes');
  await clock.advance(0);
  log.record('mapping-failed', 'no such field');
  await clock.advance(0);
  expect(lines.map(({ facts }) => (facts as { reason: string }).reason)).toEqual([
    'rejected',
    'too-large',
    'mapping-failed',
  ]);
});

test('what was counted when the worker stops is logged at once', async () => {
  const { clock, stopping, lines, log } = start();
  log.record('rejected', 'first');
  await clock.advance(0);
  log.record('rejected', 'second');
  stopping.abort();
  await clock.advance(0);
  expect(lines.map(({ facts }) => (facts as { count: number }).count)).toEqual([1, 1]);
});

test('four events that the API refuses for good give one warning with its words', async () => {
  const bench = await startBench(() => answer(400, '40002 Invalid value for `currency`'));
  await bench.log.accept(['a', 'b', 'c', 'd'].map((messageId) => ({ event: event({ messageId }) })));
  await bench.clock.advance(0);
  expect(await bench.log.depth('plain@shop')).toMatchObject({ waiting: 0, deadLetters: 4 });
  const facts = { ...place, reason: 'rejected', count: 4, answer: '40002 Invalid value for `currency`' };
  expect(bench.lines).toEqual([{ level: 'warn', facts, text: TEXT }]);
});

test('an event that is not sent because its payload is invalid is named with our own words', async () => {
  const bench = await startBench(() => answer(200), { map: () => [{ id: 7 as unknown as string }] });
  await bench.log.accept([{ event: event({}) }]);
  await bench.clock.advance(0);
  expect(bench.lines).toMatchObject([
    {
      level: 'warn',
      text: TEXT,
      facts: { reason: 'invalid-payload', count: 1, answer: expect.stringMatching(/^id: /) },
    },
  ]);
});

test('an event that is damaged on disk is logged, counted and recorded as any other dead letter', async () => {
  const dataDir = tempDir();
  const consumers = [
    { name: 'plain@shop', shop: 'shop', decryptsPii: false, audience: 'destinations' as const },
  ];
  const log = await openLog({ dataDir, consumers, retentionMs: 86_400_000, clock: () => 0 });
  await log.accept([{ event: event({ messageId: 'a' }) }, { event: event({ messageId: 'b' }) }]);
  await log.close();
  const database = new DatabaseSync(join(dataDir, 'store.db'));
  database.exec("UPDATE events SET body = '{', packed = NULL WHERE seq = 1");
  database.close();
  const bench = await startBench(() => answer(200), {}, { dataDir });
  await bench.clock.advance(0);
  const words = 'the stored event cannot be parsed';
  expect(bench.lines).toEqual([
    { level: 'warn', facts: { ...place, reason: 'damaged', count: 1, answer: words }, text: TEXT },
  ]);
  const counted = bench.counters.snapshot().filter(({ name }) => /^(dead_letters|deliveries)/.test(name));
  expect(counted.map(({ name, labels, value }) => [name, labels.reason, value])).toEqual([
    ['dead_letters', 'damaged', 1],
    ['deliveries', undefined, 1],
  ]);
  expect(await bench.log.history({ limit: 2 })).toMatchObject([
    { outcome: 'delivered', messageIds: ['b'] },
    { outcome: 'dead', code: 'damaged', words, count: 1 },
  ]);
});
