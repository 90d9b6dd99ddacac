// @module-tag slow
import { expect, test } from 'vitest';
import { NoAnswer } from '../../server/lib/http-client.ts';
import { openLog } from '../../server/store/open.ts';
import { event } from '../support/event.ts';
import { tempDir } from '../support/temp-dir.ts';
import { answer, type Bench, plain, startBench } from '../support/worker-bench.ts';

const append = (bench: Bench, ...events: ReturnType<typeof event>[]) =>
  bench.log.accept(events.map((one) => ({ event: one })));
const named = (...ids: string[]) => ids.map((messageId) => event({ messageId }));
const depth = (bench: Bench) => bench.log.depth('plain@shop');
const counted = (bench: Bench, name: string) =>
  bench.counters
    .snapshot()
    .filter((row) => row.name === name)
    .reduce((sum, row) => sum + row.value, 0);

test('stored events are delivered in order, in one request', async () => {
  const bench = await startBench(() => answer(200));
  await append(bench, ...named('a', 'b', 'c'));
  await bench.clock.advance(0);
  expect(bench.requests.map(({ ids }) => ids)).toEqual([['a', 'b', 'c']]);
  expect(await depth(bench)).toMatchObject({ waiting: 0, deadLetters: 0 });
});

test('an API that is down for ten minutes receives every event afterwards, oldest first, and at most one request every 5 s meanwhile', async () => {
  let isUp = false;
  const bench = await startBench(() => {
    if (isUp) return answer(200);
    throw new NoAnswer('ECONNREFUSED', false);
  });
  const ids = Array.from({ length: 300 }, (_, index) => `m${index}`);
  for (let start = 0; start < 300; start += 50) {
    await append(bench, ...named(...ids.slice(start, start + 50)));
    await bench.clock.advance(10_000);
  }
  await bench.clock.advance(600_000);
  const whileDown = bench.requests.map(({ atMs }) => atMs);
  const gaps = whileDown.slice(3).map((atMs, index) => atMs - (whileDown[index + 2] as number));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5_000);
  expect((await bench.worker.state()).breaker).toBe('open');
  isUp = true;
  const before = bench.requests.length;
  await bench.clock.advance(6_000);
  const arrived = bench.requests.slice(before).flatMap((request) => request.ids);
  expect(arrived).toEqual(ids);
  expect((await bench.worker.state()).breaker).toBe('closed');
  expect(await depth(bench)).toMatchObject({ waiting: 0 });
});

test('one bad event among a hundred becomes a dead letter; the others are delivered with few requests', async () => {
  const bench = await startBench((ids) => (ids.includes('m57') ? answer(400, 'field error') : answer(200)));
  await append(bench, ...named(...Array.from({ length: 100 }, (_, index) => `m${index}`)));
  await bench.clock.advance(0);
  expect(await depth(bench)).toMatchObject({ waiting: 0, deadLetters: 1 });
  const [dead] = await bench.log.deadLetters({ limit: 10 });
  expect(dead).toMatchObject({ reason: 'rejected', answer: 'field error', event: { messageId: 'm57' } });
  expect(bench.requests.length).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(100)));
});

test('an event that makes the API fail is sent alone in the end, and the others are delivered', async () => {
  const bench = await startBench((ids) => (ids.includes('poison') ? answer(500) : answer(200)));
  await append(bench, ...named('a', 'poison', 'b', 'c'));
  await bench.clock.advance(10 * 60_000);
  const delivered = new Set(
    bench.requests.filter(({ ids }) => !ids.includes('poison')).flatMap(({ ids }) => ids),
  );
  expect([...delivered].sort()).toEqual(['a', 'b', 'c']);
  expect(await depth(bench)).toMatchObject({ waiting: 1, deadLetters: 0 });
  await append(bench, ...named('d'));
  await bench.clock.advance(6 * 60_000);
  expect(await depth(bench)).toMatchObject({ waiting: 1 });
});

test('a rejected token pauses delivery with an alert; a valid one resumes it, and nothing is lost', async () => {
  let token = 'revoked';
  const bench = await startBench(() => (token === 'revoked' ? answer(401, 'token') : answer(200)));
  await append(bench, ...named('a', 'b'));
  await bench.clock.advance(50_000);
  expect((await bench.worker.state()).breaker).toBe('paused');
  expect(bench.requests).toHaveLength(1);
  expect(counted(bench, 'destination_alerts')).toBe(1);
  expect(await depth(bench)).toMatchObject({ waiting: 2, deadLetters: 0 });
  token = 'renewed';
  const place = { shop: 'shop', destination: 'plain' };
  const text = 'destination rejected the access token; delivery paused, 2 waiting';
  expect(bench.lines).toEqual([{ level: 'error', facts: { ...place, answer: 'token' }, text }]);
  await bench.clock.advance(20_000);
  expect((await bench.worker.state()).breaker).toBe('closed');
  expect(await depth(bench)).toMatchObject({ waiting: 0 });
  expect(bench.lines.slice(1)).toEqual([{ level: 'info', facts: place, text: 'destination recovered' }]);
});

test('an error of our own is logged, and the worker leases again a second later', async () => {
  const bench = await startBench(() => answer(200));
  await bench.clock.advance(0);
  const { lease } = bench.log;
  bench.log.lease = async () => {
    bench.log.lease = lease;
    throw new Error('SQLITE_FULL');
  };
  await append(bench, ...named('a'));
  await bench.clock.advance(0);
  const facts = { shop: 'shop', destination: 'plain', error: 'Error: SQLITE_FULL' };
  expect(bench.lines).toEqual([{ level: 'error', facts, text: 'delivery worker failed; retrying in 1s' }]);
  await bench.clock.advance(999);
  expect(bench.requests).toEqual([]);
  await bench.clock.advance(1);
  expect(bench.requests.map(({ ids }) => ids)).toEqual([['a']]);
});

test('Retry-After is obeyed', async () => {
  const bench = await startBench((_ids, _request, count) =>
    count === 1 ? answer(429, '', { 'retry-after': '120' }) : answer(200),
  );
  await append(bench, ...named('a'));
  await bench.clock.advance(119_000);
  expect(bench.requests).toHaveLength(1);
  await bench.clock.advance(2_000);
  expect(bench.requests).toHaveLength(2);
  expect(await depth(bench)).toMatchObject({ waiting: 0 });
});

test('results per item settle each event by itself', async () => {
  const bench = await startBench(() => answer(200, 'mixed'), {
    classify: (_response, batch) =>
      batch.map(({ id }) =>
        id === 'bad' ? { kind: 'rejected', answer: 'unknown code' } : { kind: 'delivered' },
      ),
  });
  await append(bench, ...named('a', 'bad', 'b'));
  await bench.clock.advance(0);
  expect(await depth(bench)).toMatchObject({ waiting: 0, deadLetters: 1 });
  expect(bench.requests).toHaveLength(1);
});

test.each([1, 2])(
  'a response with results for %i of three events is invalid: all are retried',
  async (few) => {
    const bench = await startBench((_ids, _request, count) => answer(200, String(count)), {
      classify: ({ body }, batch) =>
        batch.slice(0, body === '1' ? few : 3).map(() => ({ kind: 'delivered' })),
    });
    await append(bench, ...named('a', 'b', 'c'));
    await bench.clock.advance(2_000);
    expect(bench.requests.map(({ ids }) => ids)).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
    expect(await depth(bench)).toMatchObject({ waiting: 0, deadLetters: 0 });
  },
);

test('a payload that the API would reject is not sent', async () => {
  const bench = await startBench(() => answer(200), {
    map: (one) => [{ id: one.messageId === 'bad' ? (7 as unknown as string) : one.messageId }],
  });
  await append(bench, ...named('bad', 'good'));
  await bench.clock.advance(0);
  expect(bench.requests.map(({ ids }) => ids)).toEqual([['good']]);
  const [dead] = await bench.log.deadLetters({ limit: 10 });
  expect(dead).toMatchObject({ reason: 'invalid-payload', answer: expect.stringContaining('id:') });
});

test('payloads of different groups are sent in different requests; an event with payloads of both is settled once', async () => {
  const groupKey = ({ id }: { id: string }) => id.slice(0, 4);
  const bench = await startBench(() => answer(200), {
    groupKey,
    map: ({ messageId }) =>
      messageId === 'both' ? [{ id: 'test-both' }, { id: 'live-both' }] : [{ id: messageId }],
  });
  await append(bench, ...named('live-1', 'test-1', 'both', 'live-2', 'test-2'));
  await bench.clock.advance(0);
  expect(bench.requests.map(({ ids }) => ids)).toEqual([
    ['live-1', 'live-both', 'live-2'],
    ['test-1', 'test-both', 'test-2'],
  ]);
  expect(counted(bench, 'deliveries')).toBe(5);
  expect(await depth(bench)).toMatchObject({ waiting: 0, deadLetters: 0 });
});

test('a rejected request of one group leaves the other alone', async () => {
  const bench = await startBench((ids) => (ids.includes('test-1') ? answer(400, 'no') : answer(200)), {
    groupKey: ({ id }) => id.slice(0, 4),
  });
  await append(bench, ...named('test-1', 'live-1', 'test-2', 'live-2'));
  await bench.clock.advance(0);
  expect(bench.requests.map(({ ids }) => ids)).toContainEqual(['live-1', 'live-2']);
  expect((await bench.log.deadLetters({ limit: 10 })).map(({ event: { messageId } }) => messageId)).toEqual([
    'test-1',
  ]);
  expect(await depth(bench)).toMatchObject({ waiting: 0, deadLetters: 1 });
});

test('a person is known before later events of theirs, whichever groups these are in', async () => {
  const bench = await startBench(() => answer(200), {
    waitsForIdentify: true,
    groupKey: ({ id }) => id.slice(0, 4),
  });
  const jane = { anonymousId: 'jane' };
  await append(
    bench,
    event({ messageId: 'live-1', identity: { anonymousId: 'tom' } }),
    event({ messageId: 'test-who', type: 'identify', identity: jane }),
    event({ messageId: 'live-2', identity: jane }),
  );
  await bench.clock.advance(0);
  expect(bench.requests.map(({ ids }) => ids)).toEqual([['live-1'], ['test-who'], ['live-2']]);
});

test('the request is built from the settings and the time it is sent at', async () => {
  const built: unknown[] = [];
  const bench = await startBench(() => answer(200), {
    request(items, parts) {
      if (items.length > 0) built.push(parts);
      return plain.request(items, parts);
    },
  });
  await bench.clock.advance(5_000);
  await append(bench, ...named('a'));
  await bench.clock.advance(0);
  expect(built).toEqual([{ settings: {}, nowMs: bench.clock.now() }]);
});

test('an event whose mapping throws becomes a dead letter', async () => {
  const bench = await startBench(() => answer(200), {
    map: () => {
      throw new Error('no such field');
    },
  });
  await append(bench, ...named('a'));
  await bench.clock.advance(0);
  expect((await bench.log.deadLetters({ limit: 10 }))[0]).toMatchObject({ reason: 'mapping-failed' });
});

test('an event larger than the API’s limit becomes a dead letter; the others are sent', async () => {
  const bench = await startBench(() => answer(200), { limits: { ...plainLimits, maxBytes: 100 } });
  await append(bench, ...named('a', 'x'.repeat(95), 'b'));
  await bench.clock.advance(0);
  expect(bench.requests.flatMap(({ ids }) => ids)).toEqual(['a', 'b']);
  expect((await bench.log.deadLetters({ limit: 10 }))[0]).toMatchObject({ reason: 'too-large' });
});
const plainLimits = { maxEvents: 100, maxBatchDelayMs: 0, requestsPerSecond: 1_000_000, requestsInFlight: 1 };

test.each([
  {
    title: 'without consent for its purpose',
    parts: { consent: { advertising: true, analytics: false, marketing: true } },
    reason: 'consent',
  },
  { title: 'switched off by name', parts: { integrations: { plain: false } }, reason: 'integration-off' },
  {
    title: 'switched off by All',
    parts: { integrations: { all: false, other: true } },
    reason: 'integration-off',
  },
  {
    title: 'older than the API accepts',
    parts: { timestamp: '2026-01-01T00:00:00.000Z' },
    reason: 'too-old',
  },
])('an event $title is skipped, counted as $reason', async ({ parts, reason }) => {
  const bench = await startBench(() => answer(200), {
    limits: { ...plainLimits, maxBytes: 100_000, maxAgeMs: 28 * 86_400_000 },
  });
  await append(bench, event(parts));
  await bench.clock.advance(0);
  expect(bench.requests).toEqual([]);
  expect(bench.reports).toMatchObject([{ state: 'skipped', reason }]);
  expect(await depth(bench)).toMatchObject({ waiting: 0 });
});

test('All: false with its own name true is delivered', async () => {
  const bench = await startBench(() => answer(200));
  await append(bench, event({ integrations: { all: false, plain: true } }));
  await bench.clock.advance(0);
  expect(bench.requests).toHaveLength(1);
});

test('a track waits for an unsettled identify of the same person; tracks of others do not', async () => {
  const bench = await startBench(
    (ids, _request, count) => (count === 1 && ids.includes('who') ? answer(500) : answer(200)),
    {
      waitsForIdentify: true,
      limits: { ...plainLimits, maxBytes: 100_000, maxEvents: 1 },
    },
  );
  const jane = { anonymousId: 'jane' };
  await append(bench, event({ type: 'identify', messageId: 'who', identity: jane }));
  await bench.clock.advance(0);
  await append(
    bench,
    event({ messageId: 'janes', identity: jane }),
    event({ messageId: 'other', identity: { anonymousId: 'tom' } }),
  );
  await bench.clock.advance(5_000);
  expect(bench.requests.flatMap(({ ids }) => ids)).toEqual(['who', 'other', 'who', 'janes']);
});

test('an order accepted once is never sent again; one whose outcome is unknown is sent again and counted', async () => {
  const dataDir = tempDir();
  let hasAnswered = false;
  const once = { once: ({ order }: { order?: string | undefined }) => order };
  const bench = await startBench(
    () => {
      if (hasAnswered) return answer(200);
      hasAnswered = true;
      throw new NoAnswer('reset', true);
    },
    once,
    { dataDir },
  );
  await append(bench, event({ messageId: 'first', orderKey: 'order:1' }));
  await bench.clock.advance(2_000);
  expect(bench.requests.map(({ ids }) => ids)).toEqual([['first'], ['first']]);
  expect(counted(bench, 'possible_duplicates')).toBe(1);
  await bench.log.replaySince('plain@shop', 0);
  await append(bench, ...named('wake'));
  await bench.clock.advance(2_000);
  expect(bench.requests.flatMap(({ ids }) => ids)).toEqual(['first', 'first', 'wake']);
  expect(bench.reports.at(-1) ?? {}).toMatchObject({ state: expect.stringMatching('skipped|delivered') });
});

test('an order that was certainly not accepted is no possible duplicate when it is sent again', async () => {
  const bench = await startBench((_ids, _request, count) => (count === 1 ? answer(429) : answer(200)), {
    once: ({ order }) => order,
  });
  await append(bench, event({ orderKey: 'order:1' }));
  await bench.clock.advance(3_000);
  expect(bench.requests).toHaveLength(2);
  expect(counted(bench, 'possible_duplicates')).toBe(0);
});

test('an event whose response was lost longer ago than the API recognises repeats becomes a dead letter', async () => {
  const bench = await startBench(
    () => {
      throw new NoAnswer('timeout', true);
    },
    { dedupWindowMs: 10 * 60_000 },
  );
  await append(bench, ...named('a'));
  await bench.clock.advance(9 * 60_000);
  expect(await depth(bench)).toMatchObject({ waiting: 1, deadLetters: 0 });
  await bench.clock.advance(2 * 60_000);
  expect((await bench.log.deadLetters({ limit: 1 }))[0]).toMatchObject({ reason: 'unknown-outcome' });
});

test('a destination that was unreachable for longer than that receives every event', async () => {
  let isUp = false;
  const bench = await startBench(
    () => {
      if (isUp) return answer(200);
      throw new NoAnswer('ECONNREFUSED', false);
    },
    { dedupWindowMs: 10 * 60_000 },
  );
  await append(bench, ...named('a'));
  await bench.clock.advance(30 * 60_000);
  isUp = true;
  await bench.clock.advance(6_000);
  expect(await depth(bench)).toMatchObject({ waiting: 0, deadLetters: 0 });
});

test('an event gets the API’s id of the order it refers to', async () => {
  const bench = await startBench(() => answer(200), {
    once: ({ order }) => order,
    classify: (_response, batch) => batch.map(({ id }) => ({ kind: 'delivered', remoteId: `remote-${id}` })),
    refersTo: (one) => (one.event === 'Order Refunded' ? 'order:1' : undefined),
  });
  await append(bench, event({ messageId: 'bought', orderKey: 'order:1' }));
  await bench.clock.advance(0);
  await append(bench, event({ messageId: 'refund', event: 'Order Refunded' }));
  await bench.clock.advance(0);
  expect(bench.requests.at(-1)?.payloads).toEqual([{ id: 'refund', remote: 'remote-bought' }]);
});

test('stopping waits for the response in flight and leaves the other events in the store', async () => {
  let reply = (_status: number) => {};
  const pending = new Promise<number>((resolve) => {
    reply = resolve;
  });
  const bench = await startBench(async () => answer(await pending), {
    limits: { ...plainLimits, maxBytes: 100_000, maxEvents: 1 },
  });
  await append(bench, ...named('a', 'b'));
  await bench.clock.advance(0);
  const stopping = bench.worker.stop();
  reply(200);
  await stopping;
  expect(bench.requests.map(({ ids }) => ids)).toEqual([['a']]);
  expect(await depth(bench)).toMatchObject({ waiting: 1 });
});

test('events that many crashes interrupted are delivered in turn, even when one round is too short for them', async () => {
  const dataDir = tempDir();
  const clock = () => Date.parse('2026-03-01T00:00:00Z') - 60_000;
  const consumers = [
    { name: 'plain@shop', shop: 'shop', decryptsPii: false, audience: 'destinations' as const },
  ];
  for (let crash = 0; crash < 10; crash++) {
    const log = await openLog({ dataDir, consumers, retentionMs: 86_400_000, clock });
    if (crash === 0)
      await log.accept(
        Array.from({ length: 60 }, (_, index) => ({ event: event({ messageId: `m${index}` }) })),
      );
    expect(await log.lease('plain@shop', 100)).toHaveLength(60);
    await log.close();
  }
  const limits = { ...plain.limits, requestsPerSecond: 1, burst: 1 };
  const { clock: now, requests } = await startBench(() => answer(200), { limits }, { dataDir });
  await now.advance(75_000);
  // Each alone, for one of them may be what the crashes came from; one a second, in two rounds.
  expect(requests.flatMap(({ ids }) => ids)).toHaveLength(60);
});
