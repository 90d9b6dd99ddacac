import { describe, expect, test } from 'vitest';
import type { OrderQuery } from '../../../server/store/search.ts';
import { order, waiting } from '../../support/entries.ts';
import { DAY_MS, type OpenSearch, START_MS } from '../../support/search.ts';

export function describeUnjoined(openSearch: OpenSearch): void {
  const BROWSER = '5d0c9a7e-31f2-4a60-8f5b-1c2d3e4f5a6b';
  const EMAIL = 'ab'.repeat(32);
  const open = () => openSearch({ shops: waiting(0, { ordersFrom: 'platform', hasPlatform: true }) });
  /** The shop system is heard of, and two pages report orders that it does not know. */
  async function withPages() {
    const parts = await open();
    await parts.log.accept([
      order('real', { messageId: 'real', source: 'platform', identity: { userId: 'buyer' } }),
      order('p-1', {
        ...{ messageId: 'page-1', identity: { anonymousId: BROWSER, userId: 'u-1', emailSha256: EMAIL } },
        properties: { order_number: '#77', total: 480, currency: 'TWD' },
      }),
      order('p-2', { messageId: 'page-2' }),
      order('p-1', { messageId: 'page-1-again', identity: { anonymousId: 'somebody-else' } }),
    ]);
    const find = async (query: Partial<OrderQuery>) =>
      (await parts.search.orders({ limit: 10, ...query })).orders.map(({ id, unjoined }) => [id, unjoined]);
    const close = async (outcome: 'not-joined' | 'unconfirmed-order') => {
      const ids = (await parts.log.openEvidence('shop', START_MS + 1, 10)).map(({ id }) => id);
      await parts.log.closeEvidence(ids, outcome);
    };
    return { ...parts, find, closeAs: close };
  }

  describe('an order that only pages reported', () => {
    test('is in the list once, with what became of the reports, and told apart from others', async () => {
      const { find, closeAs } = await withPages();
      const both = [
        ['p-1', 'open'],
        ['p-2', 'open'],
      ];
      expect((await find({})).toSorted()).toEqual([...both, ['real', undefined]]);
      expect(await find({ isConfirmed: true })).toEqual([['real', undefined]]);
      expect((await find({ unjoined: 'open' })).toSorted()).toEqual(both);
      expect(await find({ shop: 'other' })).toEqual([]);
      await closeAs('unconfirmed-order');
      expect(await find({ unjoined: 'open' })).toEqual([]);
      expect((await find({ isConfirmed: false })).toSorted()).toEqual([
        ['p-1', 'unconfirmed-order'],
        ['p-2', 'unconfirmed-order'],
      ]);
    });

    test('is found by each of its ids, as others are, and its message has a page', async () => {
      const { find, search } = await withPages();
      const ids: Partial<OrderQuery>[] = [
        ...['p-1', '77', '#77', 'page-1', 'page-1-again', 'u-1', BROWSER, EMAIL].map((text) => ({ text })),
        ...[{ anonymousId: BROWSER }, { userId: 'u-1' }, { emailSha256: EMAIL }, { messageId: 'page-1' }],
      ];
      for (const query of ids) expect([query, await find(query)]).toEqual([query, [['p-1', 'open']]]);
      expect(await find({ text: 'buyer' })).toEqual([['real', undefined]]);
      expect(await find({ userId: 'u-1', messageId: 'page-2' })).toEqual([]);
      expect(await search.event('shop', 'page-1')).toMatchObject({
        ...{ event: { messageId: 'page-1' }, outcomes: [], requests: [] },
        evidence: { status: 'open', orderId: 'p-1' },
      });
    });

    test('has a page of its own, by any name, with every report', async () => {
      const { search } = await withPages();
      const found = await search.order('shop', '77');
      expect(found).toMatchObject({
        ...{ id: 'p-1', unjoined: 'open', total: 480, currency: 'TWD', isPaid: false, sources: ['browser'] },
        ...{ reports: [], stages: [], outcomes: [] },
        names: [
          { name: 'p-1', isTrusted: false },
          { name: '77', isTrusted: false },
        ],
      });
      expect(found?.evidence.map(({ status, event }) => [status, event.messageId])).toEqual([
        ['open', 'page-1'],
        ['open', 'page-1-again'],
      ]);
    });

    test('leaves the search with an erasure, also where another report has its number then', async () => {
      const { find, log, search } = await withPages();
      expect(await find({ userId: 'u-1' })).toEqual([['p-1', 'open']]);
      await log.erase('shop', { ids: [EMAIL, 'u-1'], browsers: [BROWSER] });
      for (const text of ['u-1', EMAIL, BROWSER, 'page-1', '77'])
        expect([text, await find({ text })]).toEqual([text, []]);
      expect(await search.event('shop', 'page-1')).toBeUndefined();
      await log.erase('shop', { ids: [], browsers: ['somebody-else'] });
      await log.accept([order('p-3', { messageId: 'page-3', identity: { anonymousId: 'later' } })]);
      expect(await find({ anonymousId: 'later' })).toEqual([['p-3', 'open']]);
      expect(await find({ anonymousId: 'somebody-else' })).toEqual([]);
    });

    test('leaves it with time', async () => {
      const { log, clock, find, closeAs } = await withPages();
      await closeAs('unconfirmed-order');
      clock.nowMs += 29 * DAY_MS;
      await log.retain();
      expect(await find({ unjoined: 'unconfirmed-order' })).toHaveLength(2);
      clock.nowMs += 2 * DAY_MS;
      await log.retain();
      expect(await find({ isConfirmed: false })).toEqual([]);
      expect(await find({ userId: 'u-1' })).toEqual([]);
    });

    test('leaves it with its shop, and is found in an index that is built anew', async () => {
      const parts = await withPages();
      await parts.close();
      const again = await openSearch(
        { searchPages: 100_000 },
        { dataDir: parts.dataDir, clock: parts.clock },
      );
      const find = async () => (await again.search.orders({ limit: 10, userId: 'u-1' })).orders.length;
      expect(await find()).toBe(1);
      await again.log.purge('shop');
      expect(await find()).toBe(0);
    });
  });
}
