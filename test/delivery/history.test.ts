import { expect, test } from 'vitest';
import { NoAnswer } from '../../server/lib/http-client.ts';
import { event } from '../support/event.ts';
import { answer, startBench } from '../support/worker-bench.ts';

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
});

test('without an answer the row has no status, and our own words', async () => {
  const bench = await startBench(() => Promise.reject(new NoAnswer('the connection was reset', true)));
  await bench.log.accept([{ event: event({ messageId: 'a' }) }]);
  await bench.clock.advance(0);
  const [row] = await bench.log.history({ limit: 1 });
  expect(row).toMatchObject({ outcome: 'retry', words: 'the connection was reset', messageIds: ['a'] });
  expect(row?.status).toBeUndefined();
});
