// @module-tag slow

import { expect, test } from 'vitest';
import { event } from '../../support/event.ts';
import { eventually } from '../../support/eventually.ts';
import { ownSchema } from '../../support/postgres-for-tests.ts';
import { caughtUp, findAll, openSearch, type SearchSetUp } from '../../support/search.ts';
import { openSearchOnPostgres } from '../../support/search-on-postgres.ts';
import { describeErasure } from './suite-erasure.ts';
import { describeEvents } from './suite-events.ts';
import { describeFigures } from './suite-figures.ts';
import { describeOrders } from './suite-orders.ts';
import { describeUnjoined } from './suite-unjoined.ts';

test('collectors answer from one index: what one stored and erased, and when the one that adds to it ends', async () => {
  const own = ownSchema();
  const first = await openSearch(own);
  const second = await openSearch(own);
  const found = async (parts: SearchSetUp) =>
    (await findAll(parts.search, { userId: 'lin-1' })).map(({ event }) => event.messageId);
  const theirs = (messageId: string) => ({
    event: event({ messageId, source: 'server', identity: { userId: 'lin-1' } }),
  });
  await second.log.accept([theirs('of-the-second')]);
  await first.log.accept([theirs('of-the-first')]);
  for (const parts of [first, second]) {
    await caughtUp(parts);
    expect(await found(parts)).toEqual(['of-the-first', 'of-the-second']);
  }
  await second.log.erase('shop', { ids: ['lin-1'] });
  expect(await found(first)).toEqual([]);
  expect(await first.index.count('events')).toBe(0);
  await first.close();
  const received: number[] = [];
  second.search.onIndexed(({ seq }) => void received.push(seq));
  await second.log.accept([theirs('later')]);
  await eventually(
    () => received,
    (seqs) => seqs.includes(3),
  );
  await caughtUp(second);
  expect(await found(second)).toEqual(['later']);
  expect([first.reports, second.reports]).toEqual([['rebuilding: there was none'], []]);
});

test('an index whose tables are gone is built again while collectors run', async () => {
  const parts = await openSearchOnPostgres();
  await parts.log.accept([{ event: event({ messageId: 'one' }) }]);
  await caughtUp(parts);
  await parts.index.remove();
  await parts.log.accept([{ event: event({ messageId: 'two' }) }]);
  await eventually(
    async () => (await findAll(parts.search, {}).catch(() => [])).length,
    (count) => count === 2,
  );
  expect(parts.reports).toEqual(['rebuilding: there was none', 'rebuilding: there was none']);
});

describeEvents(openSearchOnPostgres);
describeFigures(openSearchOnPostgres);
describeOrders(openSearchOnPostgres);
describeUnjoined(openSearchOnPostgres);
describeErasure(openSearchOnPostgres);
