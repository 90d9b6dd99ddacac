import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { digestOf } from '../../server/delivery/prepare.ts';
import { skip } from '../../server/destinations/destination.ts';
import { NoAnswer } from '../../server/lib/http-client.ts';
import { event } from '../support/event.ts';
import { answer, type Bench, startBench } from '../support/worker-bench.ts';

const describeAnswer = ({ headers }: { headers: Record<string, string> }) => ({
  code: '0',
  requestId: headers['x-request'] ?? '',
});

test('every request has a row of history: a throttled one, and its repeat that was accepted', async () => {
  const bench = await startBench(
    (_ids, _request, count) => answer(count === 1 ? 429 : 200, 'words', { 'x-request': `R-${count}` }),
    { describeAnswer },
  );
  await bench.log.accept(['a', 'b'].map((messageId) => ({ event: event({ messageId }) })));
  await bench.clock.advance(60_000);
  const common = { consumer: 'plain@shop', code: '0', words: 'words', count: 2, messageIds: ['a', 'b'] };
  expect(await bench.log.history({ limit: 10 })).toMatchObject([
    { ...common, status: 200, outcome: 'delivered', attempt: 2, requestId: 'R-2' },
    { ...common, status: 429, outcome: 'retry', attempt: 1, requestId: 'R-1' },
  ]);
});

test('a refused batch has a row for each request of the search, each with the events it carried', async () => {
  const bench = await startBench((ids) => (ids.includes('bad') ? answer(400, 'field error') : answer(200)));
  const ids = ['a', 'bad', 'b', 'c'];
  await bench.log.accept(ids.map((messageId) => ({ event: event({ messageId }) })));
  await bench.clock.advance(0);
  const rows = await bench.log.history({ limit: 10 });
  expect(rows.toReversed().map(({ outcome, messageIds }) => [outcome, messageIds.join()])).toEqual([
    ['rejected', 'a,bad,b,c'],
    ['rejected', 'a,bad'],
    ['delivered', 'a'],
    ['rejected', 'bad'],
    ['delivered', 'b,c'],
  ]);
  // What is sent again in halves is not refused yet.
  expect(rows.toReversed().map(({ results }) => results)).toEqual([
    { retry: 4 },
    { retry: 2 },
    ...[undefined, undefined, undefined],
  ]);
});

test('what is settled without a request has one row for each reason, however many events', async () => {
  const bench = await startBench(() => answer(200), {
    map: (found) => {
      if (found.messageId.startsWith('none')) return skip('no-identity');
      if (found.messageId.startsWith('odd')) return skip('unmapped');
      if (found.messageId.startsWith('broken')) throw new Error('no such field');
      return [{ id: found.messageId }];
    },
  });
  const ids = ['none-1', 'odd-1', 'a', 'none-2', 'broken-1', 'odd-2', 'broken-2'];
  await bench.log.accept(ids.map((messageId) => ({ event: event({ messageId }) })));
  await bench.clock.advance(0);
  const rows = await bench.log.history({ limit: 10 });
  expect(rows.filter(({ outcome }) => outcome !== 'delivered').reverse()).toEqual([
    without({ id: 1, outcome: 'skipped', code: 'no-identity', messageIds: ['none-1', 'none-2'] }),
    without({ id: 2, outcome: 'skipped', code: 'unmapped', messageIds: ['odd-1', 'odd-2'] }),
    without({
      ...{ id: 3, outcome: 'dead', code: 'mapping-failed', words: 'no such field' },
      messageIds: ['broken-1', 'broken-2'],
    }),
  ]);
  expect(rows).toHaveLength(4);
  expect(await bench.log.depth('plain@shop')).toMatchObject({ waiting: 0, deadLetters: 2 });
});

const without = (row: object) => ({
  ...{ consumer: 'plain@shop', atMs: expect.any(Number), ms: 0, attempt: 1, count: 2 },
  ...row,
});

test('a row says which of its events had another outcome, and a refused one has no row beside its request', async () => {
  const bench = await startBench(() => answer(200), {
    classify: (_response, batch) =>
      batch.map(({ id }) =>
        id === 'bad' ? { kind: 'rejected', answer: 'field error' } : { kind: 'delivered' },
      ),
  });
  await bench.log.accept(['a', 'bad', 'b', 'c'].map((messageId) => ({ event: event({ messageId }) })));
  await bench.clock.advance(0);
  expect(await bench.log.history({ limit: 10 })).toMatchObject([
    { outcome: 'rejected', count: 4, results: { delivered: 3, rejected: 1 } },
  ]);
  expect(columns(bench)).toEqual([{ events: '1-4', results: 'delivered:1,3-4 rejected:2' }]);
});

test('the rows of an event whose payloads are in several requests say which one has what it came to', async () => {
  const bench = await startBench((ids) => (ids.includes('b-2') ? answer(400, 'field error') : answer(200)), {
    map: ({ messageId }) => [{ id: `${messageId}-1` }, { id: `${messageId}-2` }],
    groupKey: ({ id }) => id.slice(-1),
  });
  await bench.log.accept(['a', 'b'].map((messageId) => ({ event: event({ messageId }) })));
  await bench.clock.advance(0);
  expect(columns(bench)).toEqual([
    { events: '1-2', results: '=open:1-2' },
    { events: '1-2', results: 'retry:1-2' },
    { events: '1', results: null },
    { events: '2', results: null },
  ]);
  expect(await bench.log.history({ limit: 10 })).toMatchObject([
    { outcome: 'rejected' },
    { outcome: 'delivered' },
    { outcome: 'rejected', results: { retry: 2 } },
    { outcome: 'delivered', count: 2 },
  ]);
  expect((await bench.log.history({ limit: 10 })).at(-1)).not.toHaveProperty('results');
});

const columns = ({ dataDir }: Bench) => {
  const database = new DatabaseSync(join(dataDir, 'store.db'), { readOnly: true });
  onTestFinished(() => database.close());
  return database.prepare('SELECT events, results FROM delivery_history').all();
};

test('accepted events are counted by name and by what they carried', async () => {
  const bench = await startBench((ids) => (ids.includes('bad') ? answer(400) : answer(200)), {
    matchKeys: ({ id }) => (id === 'bare' ? [] : ['email', 'email', 'ip']),
    valueKeys: ({ id }) => (id === 'paid' ? ['value', 'currency'] : []),
  });
  const bought = (messageId: string) => ({ event: event({ messageId, event: 'Order Completed' }) });
  const { event: _, ...home } = event({ messageId: 'home', type: 'page', name: 'Home' });
  await bench.log.accept([bought('paid'), bought('bare'), bought('bad'), { event: home }]);
  await bench.clock.advance(0);
  const rows = await bench.log.history({ limit: 10 });
  const sums = rows.flatMap(({ match }) => (match ? Object.entries(match) : []));
  expect(sums.sort()).toEqual([
    ['Order Completed', [2, { email: 1, ip: 1, value: 1, currency: 1 }]],
    ['page', [1, { email: 1, ip: 1 }]],
  ]);
  const counted = bench.counters.snapshot().filter(({ name }) => name === 'deliveries_matchable');
  expect(counted.map(({ labels, value }) => [labels.key, value])).toEqual([
    ['email', 2],
    ['ip', 2],
  ]);
});

test('a digest of each event as it was sent tells whether a payload computed again is the same', async () => {
  const bench = await startBench(() => answer(200));
  await bench.log.accept(['b', 'a'].map((messageId) => ({ event: event({ messageId }) })));
  await bench.clock.advance(0);
  const database = new DatabaseSync(join(bench.dataDir, 'store.db'), { readOnly: true });
  onTestFinished(() => database.close());
  const [row] = database.prepare('SELECT events, digests FROM delivery_history').all();
  const expected = ['b', 'a'].map((id) => digestOf([{ item: JSON.stringify({ id }) }]));
  expect(row?.events).toBe('1-2');
  expect(Buffer.from(row?.digests as Uint8Array)).toEqual(Buffer.concat(expected));
  expect(digestOf([{ item: '1' }, { item: '2' }])).not.toEqual(digestOf([{ item: '2' }, { item: '1' }]));
});

test('without an answer the row has no status, and our own words', async () => {
  const bench = await startBench(() => Promise.reject(new NoAnswer('the connection was reset', true)));
  await bench.log.accept([{ event: event({ messageId: 'a' }) }]);
  await bench.clock.advance(0);
  const [row] = await bench.log.history({ limit: 1 });
  expect(row).toMatchObject({ outcome: 'retry', words: 'the connection was reset', messageIds: ['a'] });
  expect(row?.status).toBeUndefined();
});
