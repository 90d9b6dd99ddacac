// @module-tag slow
import { describe, expect, onTestFinished, test } from 'vitest';

import { type HttpResponse, NoAnswer } from '../../server/lib/http-client.ts';
import { event } from '../support/event.ts';
import { answer, type Bench, plain, startBench } from '../support/worker-bench.ts';

const named = (...ids: string[]) => ids.map((messageId) => ({ event: event({ messageId }) }));
const numbered = (count: number) => named(...Array.from({ length: count }, (_, index) => `m${index}`));
const depth = (bench: Bench) => bench.log.depth('plain@shop');
const sent = (bench: Bench) => bench.requests.map(({ ids }) => ids);
const limits = (requestsInFlight: number, maxEvents: number) => ({
  ...plain.limits,
  requestsInFlight,
  maxEvents,
});
const counted = (bench: Bench, name: string) =>
  bench.counters
    .snapshot()
    .filter((row) => row.name === name)
    .reduce((sum, { value }) => sum + value, 0);

/** A worker and an API whose responses the test triggers. */
async function startManual(changes: Parameters<typeof startBench>[1]) {
  const open: { ids: string[]; answer(response: HttpResponse): void; fail(error: Error): void }[] = [];
  const bench = await startBench((ids) => {
    const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
    const request = { ids, answer: resolve, fail: reject };
    open.push(request);
    return promise.finally(() => void open.splice(open.indexOf(request), 1));
  }, changes);
  const answerAll = async (response: HttpResponse) => {
    for (const { answer } of [...open]) answer(response);
    await bench.clock.advance(0);
  };
  onTestFinished(async () => {
    const stopping = bench.worker.stop();
    await answerAll(answer(200));
    await stopping;
  });
  /** `open`: the requests in flight, oldest first. */
  return { bench, api: { open }, answerAll };
}

describe('several requests in flight', () => {
  test('as many as the limit allows; each response makes room for the next', async () => {
    const { api, bench } = await startManual({ limits: limits(3, 10) });
    await bench.log.accept(numbered(100));
    for (let answered = 0; answered < 10; answered++) {
      await bench.clock.advance(0);
      expect(api.open).toHaveLength(Math.min(3, 10 - answered));
      api.open.at(answered % 2 ? 0 : -1)?.answer(answer(200));
    }
    await bench.clock.advance(0);
    expect(sent(bench).flat()).toEqual(numbered(100).map(({ event }) => event.messageId));
    expect(await depth(bench)).toMatchObject({ waiting: 0 });
  });

  test('stopping waits for all of them and sends nothing new', async () => {
    const { api, bench } = await startManual({ limits: limits(3, 1) });
    await bench.log.accept(numbered(5));
    await bench.clock.advance(0);
    let hasStopped = false;
    const stopping = bench.worker.stop().then(() => {
      hasStopped = true;
    });
    const [first, second, third] = [...api.open];
    first?.answer(answer(200));
    second?.fail(new NoAnswer('reset', true));
    await bench.clock.advance(0);
    expect(hasStopped).toBe(false);
    third?.answer(answer(200));
    await stopping;
    expect(sent(bench)).toEqual([['m0'], ['m1'], ['m2']]);
    expect(await depth(bench)).toMatchObject({ waiting: 3, deadLetters: 0 });
  });

  test('one purchase under two names is sent once: not again while the first is in flight, and not afterwards', async () => {
    const { api, bench } = await startManual({
      limits: limits(2, 1),
      once: ({ id }) => (id === 'other' ? undefined : 'purchase:1'),
    });
    await bench.log.accept(named('first', 'twin'));
    await bench.clock.advance(0);
    // Once the first is on its way: it asks the ledger before, and whoever need not might overtake it.
    await bench.log.accept(named('other'));
    await bench.clock.advance(3_000);
    expect(sent(bench)).toEqual([['first'], ['other']]);
    expect(counted(bench, 'deliveries_skipped')).toBe(0);
    api.open[0]?.answer(answer(200));
    await bench.clock.advance(3_000);
    expect(sent(bench)).toEqual([['first'], ['other']]);
    expect(counted(bench, 'deliveries_skipped')).toBe(1);
    expect(counted(bench, 'possible_duplicates')).toBe(0);
  });
});

describe('the breaker, with several requests in flight,', () => {
  async function startFour() {
    const parts = await startManual({ limits: limits(4, 5) });
    const { api, bench } = parts;
    await bench.log.accept(numbered(60));
    await bench.clock.advance(0);
    expect(api.open).toHaveLength(4);
    return parts;
  }

  test('lets one event through every five seconds once it is open', async () => {
    const { api, bench, answerAll } = await startFour();
    await answerAll(answer(429));
    expect((await bench.worker.state()).breaker).toBe('open');
    for (let probe = 1; probe <= 6; probe++) {
      await bench.clock.advance(4_999);
      expect(api.open).toHaveLength(0);
      await bench.clock.advance(1);
      expect(api.open.map(({ ids }) => ids)).toEqual([['m0']]);
      await answerAll(answer(429));
    }
    expect(bench.requests).toHaveLength(4 + 6);
  });

  test('is not closed by an earlier request that succeeds late, and no probe is sent beside it', async () => {
    const { api, bench } = await startFour();
    const [late, ...others] = [...api.open];
    for (const other of others) other.answer(answer(500));
    await bench.clock.advance(8_000);
    expect((await bench.worker.state()).breaker).toBe('open');
    expect(api.open).toHaveLength(1);
    late?.answer(answer(200));
    await bench.clock.advance(0);
    expect(api.open.map(({ ids }) => ids)).toEqual([['m5']]);
    expect((await bench.worker.state()).breaker).toBe('open');
    api.open[0]?.answer(answer(200));
    await bench.clock.advance(0);
    expect((await bench.worker.state()).breaker).toBe('closed');
    expect(api.open).toHaveLength(4);
  });

  test('is not kept open longer by an earlier request that fails late', async () => {
    const { api, bench } = await startFour();
    const [late, ...others] = [...api.open];
    for (const other of others) other.answer(answer(500));
    await bench.clock.advance(4_000);
    late?.answer(answer(500));
    await bench.clock.advance(1_000);
    expect(api.open).toHaveLength(1);
  });

  test('raises one alert for four rejections of the same token', async () => {
    const { bench, answerAll } = await startFour();
    await answerAll(answer(401, 'token'));
    expect((await bench.worker.state()).breaker).toBe('paused');
    expect(counted(bench, 'destination_alerts')).toBe(1);
  });

  test('stops a round that is still looking for its bad event', async () => {
    const { api, bench } = await startFour();
    const [suspicious, ...others] = [...api.open];
    suspicious?.answer(answer(400, 'field error'));
    await bench.clock.advance(0);
    const halves = [...api.open].filter(({ ids }) => ids.length < 5);
    expect(halves).toHaveLength(1);
    for (const other of others) other.answer(answer(500));
    await bench.clock.advance(0);
    await bench.clock.advance(8_000);
    halves[0]?.answer(answer(400, 'field error'));
    await bench.clock.advance(0);
    expect((await bench.worker.state()).breaker).toBe('open');
    expect(api.open.map(({ ids }) => ids)).toEqual([['m0']]);
    expect(await depth(bench)).toMatchObject({ waiting: 60, deadLetters: 0 });
    const reasons = bench.reports.map(({ reason }) => reason);
    expect(new Set(reasons), 'unsent events do not count as failures').toEqual(
      new Set(['server-error', 'deferred']),
    );
  });

  test('keeps the wait that one response asked for, whatever the others return', async () => {
    const { api, bench } = await startFour();
    const [asked, ...others] = [...api.open];
    asked?.answer(answer(429, '', { 'retry-after': '120' }));
    await bench.clock.advance(0);
    for (const other of others) other.answer(answer(200));
    await bench.clock.advance(119_000);
    expect(bench.requests).toHaveLength(4);
    await bench.clock.advance(1_000);
    expect(bench.requests.length).toBeGreaterThan(4);
  });
});

describe('one bad event in a thousand', () => {
  test('costs at most 22 more requests and only itself, while other rounds continue', async () => {
    const pending = Promise.withResolvers<void>();
    const bench = await startBench(
      async (ids) => {
        if (!ids.includes('m700')) return answer(200);
        await pending.promise;
        return answer(400, 'field error');
      },
      { limits: { ...limits(2, 1000), maxBytes: 1_000_000 } },
    );
    onTestFinished(() => pending.resolve());
    await bench.log.accept(numbered(4000));
    for (let look = 0; look < 4; look++) await bench.clock.advance(0);
    expect(await depth(bench)).toMatchObject({ waiting: 1000 });
    expect(bench.requests).toHaveLength(4);
    pending.resolve();
    for (let look = 0; look < 4; look++) await bench.clock.advance(0);
    expect(await depth(bench)).toMatchObject({ waiting: 0, deadLetters: 1 });
    expect((await bench.log.deadLetters({ limit: 1 }))[0]?.event.messageId).toBe('m700');
    expect(bench.requests.length - 4).toBeLessThanOrEqual(2 * Math.log2(1000) + 2);
  });

  test('a long search ends before its leases do: no event is in flight twice', async () => {
    const inAir = new Map<string, number>();
    let most = 0;
    const bench = await startBench(
      async (ids): Promise<HttpResponse> => {
        for (const id of ids) inAir.set(id, (inAir.get(id) ?? 0) + 1);
        most = Math.max(most, ...inAir.values());
        await bench.clock.sleep(7_000);
        for (const id of ids) inAir.set(id, (inAir.get(id) ?? 0) - 1);
        return answer(400, 'field error');
      },
      { limits: limits(3, 32) },
    );
    await bench.log.accept(numbered(32));
    await bench.clock.advance(40 * 60_000);
    expect(most).toBe(1);
    expect(await depth(bench)).toMatchObject({ waiting: 0, deadLetters: 32 });
  });
});

describe('an identify in flight', () => {
  const jane = { anonymousId: 'jane' };
  const identify = (messageId: string, identity = jane) => ({
    event: event({ type: 'identify', messageId, identity }),
  });
  const track = (messageId: string, anonymousId: string) => ({
    event: event({ messageId, identity: { anonymousId } }),
  });
  const start = (maxEvents: number) => startManual({ waitsForIdentify: true, limits: limits(3, maxEvents) });

  test('delays later events of the same person only', async () => {
    const { api, bench } = await start(1);
    await bench.log.accept([identify('who'), track('janes', 'jane'), track('toms', 'tom')]);
    await bench.clock.advance(0);
    expect(sent(bench)).toEqual([['who'], ['toms']]);
    api.open[0]?.answer(answer(200));
    await bench.clock.advance(0);
    expect(sent(bench)).toEqual([['who'], ['toms'], ['janes']]);
    expect(counted(bench, 'deliveries_retried')).toBe(0);
  });

  test('delays them too when it fails and is retried', async () => {
    const { api, bench, answerAll } = await start(1);
    await bench.log.accept([identify('who'), track('janes', 'jane')]);
    await bench.clock.advance(0);
    api.open[0]?.answer(answer(500));
    for (let second = 0; second < 5; second++) {
      await bench.clock.advance(1_000);
      await answerAll(answer(200));
    }
    expect(sent(bench)).toEqual([['who'], ['who'], ['janes']]);
  });

  test('shares a request with the events after it, and the next identify follows in order', async () => {
    const { bench, answerAll } = await start(3);
    await bench.log.accept([identify('who'), track('a', 'jane'), track('b', 'tom')]);
    await bench.log.accept([identify('again'), track('c', 'jane'), track('d', 'tom')]);
    await bench.clock.advance(0);
    expect(sent(bench)).toEqual([['who', 'a', 'b'], ['d']]);
    await answerAll(answer(200));
    expect(sent(bench)).toEqual([['who', 'a', 'b'], ['d'], ['again', 'c']]);
  });

  test('counts for every id it names, also when it waits itself', async () => {
    const { api, bench } = await start(1);
    const both = { anonymousId: 'jane', userId: 'u1' };
    await bench.log.accept([identify('who'), identify('login', both)]);
    await bench.log.accept([{ event: event({ messageId: 'buys', identity: { userId: 'u1' } }) }]);
    await bench.clock.advance(0);
    expect(sent(bench)).toEqual([['who']]);
    for (let turn = 0; turn < 2; turn++) {
      api.open[0]?.answer(answer(200));
      await bench.clock.advance(0);
    }
    expect(sent(bench)).toEqual([['who'], ['login'], ['buys']]);
  });
});
