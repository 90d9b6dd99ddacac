// @module-tag slow
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../../support/temp-dir.ts';
import { checkPromises } from './checks.ts';
import { evaluate, layOut, median } from './figures.ts';
import { createLatencies } from './latencies.ts';
import { readOptions } from './options.ts';
import { createTemplate, messageIdOf } from './order.ts';
import { partsOf, without } from './without.ts';

describe('a benchmark counts only what was really done (sabotaged collectors: sabotage.long.test.ts)', () => {
  test('under load and killed in the middle of it, every event answered 200 is in the log: once, hashed, synced', async () => {
    const { promised, broken } = await checkPromises({ dataDir: tempDir(), seconds: 0.5 });
    expect(broken).toEqual([]);
    expect(promised).toBeGreaterThan(100);
  });
});

describe('the load is what it says', () => {
  test.each([1, 50])(
    'a request of %i events is about 900 bytes each, every id its own',
    (eventsPerRequest) => {
      const template = createTemplate({
        path: '/v1/x',
        prefix: 'run',
        eventsPerRequest,
        timestamp: new Date(0).toISOString(),
      });
      template.number(998_999);
      const body = JSON.parse(template.bytes.toString().split('\r\n\r\n')[1] ?? '');
      const events = eventsPerRequest === 1 ? [body] : body.batch;
      expect(events.map(({ messageId }: { messageId: string }) => messageId)).toEqual(
        Array.from({ length: eventsPerRequest }, (_, index) => messageIdOf('run', 998_999 + index)),
      );
      for (const { messageId, properties } of events) expect(properties.order_id).toBe(messageId);
      expect(JSON.stringify(events[0]).length).toBeGreaterThan(850);
      expect(JSON.stringify(events[0]).length).toBeLessThan(1050);
    },
  );

  test('a p99 is the latency that one request in a hundred exceeds', () => {
    const latencies = createLatencies();
    expect(latencies.quantileMs(0.99)).toBe(0);
    for (let ms = 1; ms <= 100; ms++) latencies.add(ms);
    expect([latencies.quantileMs(0.5), latencies.quantileMs(0.99)]).toEqual([50, 99]);
    latencies.add(60_000);
    expect(latencies.quantileMs(1)).toBe(10_000);
  });
});

describe('what is left out is left out', () => {
  test.each(partsOf('search,history'))('the text of $file is there and changes', (part) => {
    const source = readFileSync(new URL(`../../../${part.file}`, import.meta.url), 'utf8');
    expect(without(source, part)).not.toBe(source);
    expect(() => without('', part)).toThrow(part.file);
  });
});

describe('the result is honest', () => {
  test.each([
    { reached: 0.9, bounds: { least: 1, stretch: 1.5 }, conclusion: 'missed' },
    { reached: 1, bounds: { least: 1, stretch: 1.5 }, conclusion: 'reached' },
    { reached: 1.5, bounds: { least: 1, stretch: 1.5 }, conclusion: 'stretch' },
    { reached: 1.6, bounds: { most: 1.5, stretch: 1 }, conclusion: 'missed' },
    { reached: 1.2, bounds: { most: 1.5, stretch: 1 }, conclusion: 'reached' },
    { reached: 0.8, bounds: { most: 1.5, stretch: 1 }, conclusion: 'stretch' },
  ])('$reached against $bounds is $conclusion', ({ reached, bounds, conclusion }) => {
    const goal = { reached, ...bounds };
    expect(evaluate(goal)).toBe(conclusion);
    expect(layOut([{ what: 'it', value: 'so', goal }])).toMatch(new RegExp(`${conclusion}$`));
  });

  test('a median is not moved by one bad round', () => {
    expect(median([5, 1, 4, 900, 3])).toBe(4);
    expect(median([])).toBe(0);
  });

  test('an unknown option is refused, not ignored', () => {
    expect(readOptions([])).toMatchObject({ rounds: 5, visitors: [10_000, 100_000, 1_000_000] });
    expect(readOptions([])).toHaveProperty('parts', [
      'ingest',
      'delivering',
      'backlog',
      'drain',
      'statistics',
      'growth',
      'webhooks',
      'erase',
      'console',
      'indexing',
      'fairness',
      'engines',
      'capacity',
    ]);
    expect(readOptions(['--only', 'drain', '--rounds', '7'])).toMatchObject({ rounds: 7, parts: ['drain'] });
    for (const wrong of [
      '--only=speed',
      '--engine=mysql',
      '--rounds=0',
      '--seconds=fast',
      '--backlog=1',
      '--events=1500',
      '--visitors=12000',
      '--webhook-seconds=0',
      '--fast',
    ])
      expect(() => readOptions([wrong]), wrong).toThrow();
    expect(() => readOptions(['--engine', 'postgres', '--only', 'ingest'])).toThrow('--only must be one of');
  });
});
