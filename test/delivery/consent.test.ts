// @module-tag slow
import { describe, expect, test } from 'vitest';
import { event } from '../support/event.ts';
import { answer, plain, startBench } from '../support/worker-bench.ts';

const VISITOR = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const OTHER = '3f2504e0-4f89-41d3-9a0c-0305e82c3302';
const WAIT_MS = 250;
const limits = { ...plain.limits, maxBatchDelayMs: WAIT_MS };
const seen = (messageId: string, anonymousId: string) => ({
  event: event({ messageId, identity: { anonymousId } }),
});
/** A minute after what the events of the fixture say. */
const SAID_MS = Date.parse('2026-03-01T00:01:00Z');
const denial = (anonymousId: string) => ({
  ...{ shop: 'shop', source: 'browser' as const, messageId: 'denial', choice: '-d-', anonymousId },
  ...{ receivedAtMs: SAID_MS, saidAtMs: SAID_MS },
});
const sent = ({ requests }: Awaited<ReturnType<typeof startBench>>) => requests.map(({ ids }) => ids);

describe('consent denied after an event was prepared', () => {
  test('while it waits for others to fill its request: the others are sent, it is skipped', async () => {
    const bench = await startBench(() => answer(200), { limits });
    await bench.log.accept([seen('hers', VISITOR), seen('his', OTHER)]);
    await bench.clock.advance(WAIT_MS - 1);
    expect(sent(bench)).toEqual([]);
    await bench.log.deny([denial(VISITOR)]);
    await bench.clock.advance(1);
    expect(sent(bench)).toEqual([['his']]);
    await bench.clock.advance(10_000);
    expect(sent(bench)).toEqual([['his']]);
    expect(bench.reports.filter(({ state }) => state === 'skipped')).toMatchObject([
      { messageId: 'hers', reason: 'consent-withdrawn' },
    ]);
    expect(await bench.log.depth('plain@shop')).toMatchObject({ waiting: 0 });
  });

  test('while it waits for its turn by the rate limit', async () => {
    const slow = { ...plain.limits, maxEvents: 1, requestsPerSecond: 1, burst: 1 };
    const bench = await startBench(() => answer(200), { limits: slow });
    await bench.log.accept([seen('first', OTHER), seen('hers', VISITOR), seen('last', OTHER)]);
    await bench.clock.advance(500);
    expect(sent(bench)).toEqual([['first']]);
    await bench.log.deny([denial(VISITOR)]);
    await bench.clock.advance(20_000);
    expect(sent(bench)).toEqual([['first'], ['last']]);
  });

  test('while the API fails: the retry is skipped', async () => {
    let status = 500;
    const bench = await startBench(() => answer(status));
    await bench.log.accept([seen('hers', VISITOR)]);
    await bench.clock.advance(0);
    expect(sent(bench)).toEqual([['hers']]);
    await bench.log.deny([denial(VISITOR)]);
    status = 200;
    await bench.clock.advance(600_000);
    expect(sent(bench)).toEqual([['hers']]);
  });

  test('a batch that the API rejects as a whole is still searched for the payload at fault', async () => {
    const bench = await startBench((ids) => answer(ids.includes('poison') ? 400 : 200), { limits });
    const ids = ['a', 'b', 'poison', 'c'];
    await bench.log.accept([seen('hers', VISITOR), ...ids.map((id) => seen(id, OTHER))]);
    await bench.clock.advance(WAIT_MS - 1);
    await bench.log.deny([denial(VISITOR)]);
    await bench.clock.advance(10_000);
    const states = bench.reports.map(({ messageId, state }) => `${messageId} ${state}`);
    expect(states).toEqual(
      expect.arrayContaining(['a delivered', 'b delivered', 'c delivered', 'poison dead']),
    );
    expect(sent(bench).flat()).not.toContain('hers');
  });

  test('a dead letter that is replayed', async () => {
    let status = 400;
    const bench = await startBench(() => answer(status));
    await bench.log.accept([seen('hers', VISITOR)]);
    await bench.clock.advance(0);
    await bench.log.deny([denial(VISITOR)]);
    status = 200;
    await bench.log.replayDeadLetters({ consumer: 'plain@shop' });
    await bench.clock.advance(60_000);
    expect(sent(bench)).toEqual([['hers']]);
    expect(bench.reports.at(-1)).toMatchObject({ state: 'skipped', reason: 'consent-withdrawn' });
  });
});
