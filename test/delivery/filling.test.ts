// @module-tag slow
import { describe, expect, test } from 'vitest';
import { createFilling } from '../../server/delivery/filling.ts';
import type { Ready } from '../../server/delivery/prepare.ts';
import { event } from '../support/event.ts';
import { answer, type Bench, plain, startBench } from '../support/worker-bench.ts';

const WAIT_MS = 250;
const limits = { ...plain.limits, maxBytes: 1_000_000, maxBatchDelayMs: WAIT_MS };
const named = (...ids: string[]) => ids.map((messageId) => ({ event: event({ messageId }) }));
const skipped = (...ids: string[]) =>
  ids.map((messageId) => ({ event: event({ messageId, integrations: { all: false } }) }));
const sent = ({ requests }: Bench) => requests.map(({ ids }) => ids);
const startMs = ({ clock }: Bench) => clock.now();

describe('a request is filled with payloads that will be sent', () => {
  test('900 skipped of 1,000 events: the others are one full request, sent at once; all are settled', async () => {
    const bench = await startBench(() => answer(200), { limits });
    const entries = Array.from({ length: 1_000 }, (_, index) =>
      index % 10 === 7 ? named(`m${index}`) : skipped(`m${index}`),
    );
    await bench.log.accept(entries.flat());
    await bench.clock.advance(0);
    expect(sent(bench).map(({ length }) => length)).toEqual([100]);
    expect(await bench.log.depth('plain@shop')).toMatchObject({ waiting: 0 });
  });

  test('what is left over fills the next, together with what comes; the last goes when it has waited', async () => {
    const bench = await startBench(() => answer(200), { limits: { ...limits, maxEvents: 10 } });
    const began = startMs(bench);
    const ids = Array.from({ length: 25 }, (_, index) => `m${index}`);
    await bench.log.accept(ids.flatMap((id) => [...skipped(`x-${id}`, `y-${id}`), ...named(id)]));
    await bench.clock.advance(WAIT_MS - 1);
    expect(sent(bench)).toEqual([ids.slice(0, 10), ids.slice(10, 20)]);
    await bench.clock.advance(1);
    expect(sent(bench).slice(2)).toEqual([ids.slice(20)]);
    expect(bench.requests.map(({ atMs }) => atMs - began)).toEqual([0, 0, WAIT_MS]);
  });

  test('also by bytes, with payloads of several sizes', async () => {
    const bench = await startBench(() => answer(200), { limits: { ...limits, maxBytes: 1_000 } });
    const ids = Array.from({ length: 40 }, (_, index) => `m${index}`.padEnd(60 + (index % 7) * 10, '.'));
    await bench.log.accept(ids.flatMap((id) => [...skipped(`x${id}`), ...named(id)]));
    await bench.clock.advance(WAIT_MS);
    expect(sent(bench).flat()).toEqual(ids);
    const bytes = bench.requests.map(({ payloads }) => Buffer.byteLength(JSON.stringify(payloads)));
    expect(Math.max(...bytes)).toBeLessThanOrEqual(1_000);
    expect(Math.min(...bytes.slice(0, -1))).toBeGreaterThan(1_000 - 140);
  });

  test('of each group apart', async () => {
    const bench = await startBench(() => answer(200), {
      limits: { ...limits, maxEvents: 10 },
      groupKey: ({ id }) => id.slice(0, 1),
    });
    const ids = Array.from({ length: 60 }, (_, index) => `${index % 3 === 0 ? 'a' : 'b'}${index}`);
    await bench.log.accept(named(...ids));
    await bench.clock.advance(0);
    expect(sent(bench)).toHaveLength(6);
    for (const request of sent(bench)) {
      expect(request).toHaveLength(10);
      expect(new Set(request.map((id) => id.slice(0, 1))).size).toBe(1);
    }
  });

  test('payloads that were accepted before take no place and are settled at once', async () => {
    const bench = await startBench(() => answer(200), {
      limits: { ...limits, maxEvents: 10 },
      once: ({ order }) => order,
    });
    const orders = Array.from({ length: 10 }, (_, index) => ({
      event: event({ messageId: `o${index}`, orderKey: `order:${index}` }),
    }));
    await bench.log.accept(orders);
    await bench.clock.advance(1_000);
    await bench.log.replaySince('plain@shop', 0);
    await bench.log.accept(named('n0', 'n1'));
    await bench.clock.advance(0);
    expect(await bench.log.depth('plain@shop')).toMatchObject({ waiting: 2 });
    expect(bench.reports.slice(-10).map(({ reason }) => reason)).toEqual(Array(10).fill('already-sent'));
    await bench.log.accept(named(...Array.from({ length: 8 }, (_, index) => `n${index + 2}`)));
    await bench.clock.advance(WAIT_MS);
    expect(sent(bench).slice(1)).toEqual([Array.from({ length: 10 }, (_, index) => `n${index}`)]);
  });
});

describe('no event waits longer than maxBatchDelayMs for others', () => {
  test('a single payload', async () => {
    const bench = await startBench(() => answer(200), { limits });
    await bench.clock.advance(60_000);
    await bench.log.accept(named('single'));
    await bench.clock.advance(WAIT_MS - 1);
    expect(sent(bench)).toEqual([]);
    await bench.clock.advance(1);
    expect(sent(bench)).toEqual([['single']]);
  });

  test.each([1, 7, 40, 240, 260])('events that come every %i ms', async (intervalMs) => {
    const bench = await startBench(() => answer(200), { limits });
    const storedAt = new Map<string, number>();
    for (let index = 0; index < 60; index++) {
      storedAt.set(`m${index}`, bench.clock.now());
      await bench.log.accept(index % 3 === 0 ? skipped(`m${index}`) : named(`m${index}`));
      await bench.clock.advance(intervalMs);
    }
    await bench.clock.advance(WAIT_MS);
    const waits = bench.requests.flatMap(({ ids, atMs }) => ids.map((id) => atMs - (storedAt.get(id) ?? 0)));
    expect(waits).toHaveLength(40);
    expect(Math.max(...waits)).toBeLessThanOrEqual(WAIT_MS);
    // They share requests: about one for each wait, however many events came.
    expect(bench.requests.length).toBeLessThanOrEqual(Math.ceil((60 * intervalMs) / WAIT_MS) + 2);
  });

  test('when the clock is set back an hour meanwhile', async () => {
    const bench = await startBench(() => answer(200), { limits });
    const { now } = bench.clock;
    await bench.log.accept(named('before'));
    await bench.clock.advance(10);
    bench.clock.now = () => now() - 3_600_000;
    await bench.log.accept(named('after'));
    await bench.clock.advance(2 * WAIT_MS);
    expect(sent(bench).flat()).toEqual(['before', 'after']);
  });
});

describe('while a payload waits for others', () => {
  test('skipped events are settled at once, before any request', async () => {
    const bench = await startBench(() => answer(200), { limits });
    await bench.log.accept([...skipped('x'), ...named('a'), ...skipped('y')]);
    await bench.clock.advance(0);
    expect(bench.reports.map(({ messageId, state }) => [messageId, state])).toEqual([
      ['x', 'skipped'],
      ['y', 'skipped'],
    ]);
    expect(await bench.log.depth('plain@shop')).toMatchObject({ waiting: 1 });
    expect(sent(bench)).toEqual([]);
  });

  test('dead letters of the mapping are written at once, too', async () => {
    const bench = await startBench(() => answer(200), { limits: { ...limits, maxBytes: 100 } });
    await bench.log.accept(named('a', 'x'.repeat(200)));
    await bench.clock.advance(0);
    expect(await bench.log.depth('plain@shop')).toMatchObject({ waiting: 1, deadLetters: 1 });
  });

  test('the collector stops: nothing is sent, the event stays in the store', async () => {
    const bench = await startBench(() => answer(200), { limits });
    await bench.log.accept(named('a'));
    await bench.clock.advance(0);
    await bench.worker.stop();
    expect(sent(bench)).toEqual([]);
    expect(await bench.log.depth('plain@shop')).toMatchObject({ waiting: 1, deadLetters: 0 });
  });

  test('the destination fails: the event is put back and delivered once, after the recovery', async () => {
    let isUp = false;
    const bench = await startBench(() => answer(isUp ? 200 : 401, 'token'), {
      limits: { ...limits, maxEvents: 2, requestsInFlight: 2 },
    });
    await bench.log.accept(named('a', 'b', 'c'));
    await bench.clock.advance(WAIT_MS);
    expect((await bench.worker.state()).breaker).toBe('paused');
    expect(sent(bench)).toEqual([['a', 'b']]);
    isUp = true;
    await bench.clock.advance(120_000);
    expect(sent(bench).slice(1).flat().toSorted()).toEqual(['a', 'b', 'c']);
    expect(await bench.log.depth('plain@shop')).toMatchObject({ waiting: 0 });
  });

  test('a refund of an order that waits gets the API’s id of it', async () => {
    const bench = await startBench(() => answer(200), {
      limits,
      once: ({ order }) => order,
      classify: (_response, batch) =>
        batch.map(({ id }) => ({ kind: 'delivered', remoteId: `remote-${id}` })),
      refersTo: (one) => (one.event === 'Order Refunded' ? 'order:1' : undefined),
    });
    await bench.log.accept([{ event: event({ messageId: 'bought', orderKey: 'order:1' }) }]);
    await bench.clock.advance(0);
    await bench.log.accept([{ event: event({ messageId: 'refund', event: 'Order Refunded' }) }]);
    await bench.clock.advance(2 * WAIT_MS);
    expect(bench.requests.flatMap(({ payloads }) => payloads)).toEqual([
      { id: 'bought', order: 'order:1' },
      { id: 'refund', remote: 'remote-bought' },
    ]);
  });

  test('an identify is sent before later events of the person, in one request', async () => {
    const bench = await startBench(() => answer(200), { limits, waitsForIdentify: true });
    const identity = { anonymousId: 'jane' };
    await bench.log.accept([{ event: event({ type: 'identify', messageId: 'who', identity }) }]);
    await bench.clock.advance(100);
    await bench.log.accept([{ event: event({ messageId: 'janes', identity }) }]);
    await bench.clock.advance(WAIT_MS);
    expect(sent(bench)).toEqual([['who', 'janes']]);
  });
});

describe('which events fill a request', () => {
  const ready = (name: string, ...payloads: [group: string, bytes: number][]): Ready =>
    ({
      delivery: { event: { messageId: name } },
      payloads: payloads.map(([group, bytes]) => ({ group, bytes })),
      leasedAtMs: 0,
    }) as unknown as Ready;
  const names = (found: Ready[] | undefined) => found?.map(({ delivery }) => delivery.event.messageId);
  const start = (isOrdered: boolean, ...events: Ready[]) => {
    const filling = createFilling({ maxEvents: 3, maxBytes: 100, envelopeBytes: 10, isOrdered });
    filling.add(events);
    return filling;
  };

  test('none while there is space; exactly as many as the limit', () => {
    const filling = start(false, ready('a', ['g', 1]), ready('b', ['g', 1]));
    expect(filling.removeFull()).toBeUndefined();
    filling.add([ready('c', ['g', 1]), ready('d', ['g', 1])]);
    expect(names(filling.removeFull())).toEqual(['a', 'b', 'c']);
    expect(filling.removeFull()).toBeUndefined();
    expect(names(filling.removeAll())).toEqual(['d']);
    expect(filling.sinceMs()).toBeUndefined();
  });

  test('the payloads of one event stay together, even where no request holds them all', () => {
    const filling = start(
      false,
      ready('a', ['g', 50], ['g', 60]),
      ready('b', ['g', 80]),
      ready('c', ['g', 40]),
    );
    expect(names(filling.removeFull())).toEqual(['a']);
    expect(names(filling.removeFull())).toEqual(['b']);
    expect(filling.removeFull()).toBeUndefined();
  });

  test.each([
    { isOrdered: false, full: ['a', 'c', 'd'], rest: ['b', 'e', 'f'] },
    { isOrdered: true, full: ['a', 'b', 'c', 'd', 'e'], rest: ['f'] },
  ])(
    'another group between them goes before them where order is kept: $isOrdered',
    ({ isOrdered, full, rest }) => {
      const one = (name: string, group: string) => ready(name, [group, 1]);
      const events = [
        one('a', 'g'),
        one('b', 'h'),
        one('c', 'g'),
        one('d', 'g'),
        one('e', 'g'),
        one('f', 'h'),
      ];
      const filling = start(isOrdered, ...events);
      expect(names(filling.removeFull())).toEqual(full);
      expect(filling.removeFull()).toBeUndefined();
      expect(names(filling.removeAll())).toEqual(rest);
    },
  );
});
