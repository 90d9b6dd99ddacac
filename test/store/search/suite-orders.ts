import { describe, expect, test } from 'vitest';
import type { FoundOrder } from '../../../server/store/search.ts';
import type { Entry } from '../../../server/store/store.ts';
import { order, waiting } from '../../support/entries.ts';
import { caughtUp, type OpenSearch, type SearchSetUp, START_MS, settleAs } from '../../support/search.ts';

export function describeOrders(openSearch: OpenSearch): void {
  const TAIPEI_MIDNIGHT_MS = Date.parse('2026-02-28T16:00:00Z');
  const HOUR_MS = 3_600_000;
  const at = (ms: number) => ({
    receivedAt: new Date(ms).toISOString(),
    timestamp: new Date(ms).toISOString(),
  });

  /** A report of the shop system. */
  const reported = (
    id: string,
    status: string,
    atMs = START_MS,
    properties: Entry['event']['properties'] = {},
  ) =>
    order(id, {
      ...{
        messageId: `${id}-${status}-${atMs}`,
        source: 'platform',
        identity: { userId: `buyer-of-${id}` },
        ...at(atMs),
      },
      properties: { total: 1200, currency: 'TWD', financial_status: status, ...properties },
    });
  const payment = (id: string, atMs = START_MS) =>
    order(id, {
      ...{ messageId: `${id}-payment`, source: 'platform', event: 'Order Updated', ...at(atMs) },
      properties: { total: 1200, currency: 'TWD', financial_status: 'paid' },
    });

  const open = () => openSearch({ shops: waiting(0, { ordersFrom: 'platform', hasPlatform: true }) });

  /** Ends everything that is due at a destination in the way chosen for its order and stage. */
  async function settle(
    parts: SearchSetUp,
    consumer: string,
    ways: Record<string, Parameters<typeof settleAs>[3]>,
  ) {
    for (;;) {
      const deliveries = await parts.log.lease(consumer, 100);
      if (deliveries.length === 0) break;
      for (const delivery of deliveries) {
        const { orderId, event } = delivery.event;
        const way = ways[`${orderId} ${event}`] ?? ways[`${orderId}`] ?? 'delivered';
        settleAs(parts, consumer, delivery, way);
      }
    }
    await caughtUp(parts);
  }
  const outcomeAt = (wanted: string, { outcomes }: FoundOrder) => {
    const found = outcomes.find(({ consumer }) => consumer === wanted);
    return [found?.stage, found?.state, found?.reason];
  };
  const atTikTok = (order: FoundOrder) => outcomeAt('tiktok@shop', order);

  describe('an order', () => {
    test('is what its reports say by now, with the outcome of the stage that counts', async () => {
      const parts = await open();
      await parts.log.accept([reported('o-1', 'paid'), reported('o-2', 'pending')]);
      await settle(parts, 'tiktok@shop', { 'o-2': 'skipped' });
      const list = async () => (await parts.search.orders({ limit: 10 })).orders;
      expect(
        (await list()).map((one) => [
          one.id,
          one.total,
          one.currency,
          one.isPaid,
          one.sources,
          ...atTikTok(one),
        ]),
      ).toEqual([
        ['o-2', 1200, 'TWD', false, ['platform'], 'placed', 'skipped', 'consent'],
        ['o-1', 1200, 'TWD', true, ['platform'], 'placed', 'delivered', undefined],
      ]);
      await parts.log.accept([payment('o-2')]);
      await settle(parts, 'tiktok@shop', { 'o-2 Order Updated': 'rejected' });
      expect((await list()).map((one) => [one.id, one.isPaid, ...atTikTok(one)])).toEqual([
        ['o-2', true, 'paid', 'dead', 'rejected'],
        ['o-1', true, 'placed', 'delivered', undefined],
      ]);
      await settle(parts, 'customerio@shop', { 'o-2 Order Updated': 'skipped', 'o-1': 'skipped' });
      expect((await list()).map((one) => outcomeAt('customerio@shop', one))).toEqual([
        ['placed', 'delivered', undefined],
        ['placed', 'skipped', 'consent'],
      ]);
    });

    test('has a page of its own by any of its names: names, reports, stages with requests, evidence', async () => {
      const parts = await open();
      await parts.log.accept([
        reported('o-1', 'paid', START_MS, { order_number: '#1001' }),
        order('1001', { messageId: 'page', ...at(START_MS + 1) }),
      ]);
      await settle(parts, 'tiktok@shop', {});
      const found = await parts.search.order('shop', '1001');
      expect(found).toMatchObject({ id: 'o-1', isPaid: true });
      expect(found?.names.map(({ name }) => name).sort()).toEqual(['1001', 'o-1']);
      expect(found?.reports.map(({ source, stage }) => [source, stage])).toEqual([['platform', 'placed']]);
      expect(found?.evidence.map(({ status, event }) => [status, event.messageId])).toEqual([
        ['open', 'page'],
      ]);
      expect(found?.stages).toMatchObject([
        { stage: 'placed', requests: [{ outcome: 'delivered', count: 1 }] },
      ]);
      expect(found?.stages[0]?.outcomes[0]).toMatchObject({ consumer: 'tiktok@shop', state: 'delivered' });
      expect(await parts.search.order('shop', 'none')).toBeUndefined();
      expect(await parts.search.order('other', 'o-1')).toBeUndefined();
    });

    test('is found by outcome, payment and time, page by page', async () => {
      const parts = await open();
      const all = Array.from({ length: 130 }, (_, n) =>
        reported(`o-${n}`, n % 2 === 0 ? 'paid' : 'pending', START_MS + n * 1000),
      );
      await parts.log.accept(all);
      await settle(parts, 'tiktok@shop', { 'o-100': 'skipped', 'o-7': 'dead' });
      const ids = async (query: Partial<Parameters<typeof parts.search.orders>[0]>) => {
        const found: string[] = [];
        for (let cursor: string | undefined; ; ) {
          const page = await parts.search.orders({
            limit: 20,
            ...query,
            ...(cursor !== undefined && { cursor }),
          });
          found.push(...page.orders.map(({ id }) => id));
          cursor = page.nextCursor;
          if (cursor === undefined) return found;
        }
      };
      const newestFirst = all.map((_, n) => `o-${129 - n}`);
      expect(await ids({})).toEqual(newestFirst);
      expect(await ids({ isPaid: true })).toEqual(newestFirst.filter((id) => Number(id.slice(2)) % 2 === 0));
      expect(await ids({ consumers: ['tiktok@shop'], state: 'skipped' })).toEqual(['o-100']);
      expect(await ids({ consumers: ['tiktok@shop'], state: 'dead', reason: 'mapping-failed' })).toEqual([
        'o-7',
      ]);
      expect(await ids({ fromMs: START_MS + 3000, toMs: START_MS + 6000 })).toEqual(['o-5', 'o-4', 'o-3']);
      expect(await ids({ shop: 'other' })).toEqual([]);
    });
  });

  test('orders that a page and a trusted voice reported are counted as lists have them', async () => {
    const parts = await openSearch();
    const of = (id: string, source: 'browser' | 'platform' | 'server', atMs = START_MS) =>
      order(id, { messageId: `${id} ${source}`, source, receivedAt: new Date(atMs).toISOString() });
    await parts.log.accept([of('both', 'browser'), of('page', 'browser'), of('shop', 'platform')]);
    await parts.log.accept([
      of('both', 'platform'),
      of('late', 'server', START_MS + 9),
      of('late', 'browser'),
    ]);
    const counted = (fromMs: number, most: number) =>
      parts.search.joinedOrders({ shop: 'shop', fromMs, most });
    expect(await counted(START_MS, 10)).toEqual({ orders: 4, joined: 2 });
    expect(await counted(START_MS + 9, 10)).toEqual({ orders: 1, joined: 1 });
    expect(await counted(START_MS, 1)).toEqual({ orders: 1, joined: 1 });
    expect(await parts.search.joinedOrders({ shop: 'other', fromMs: 0, most: 10 })).toEqual({
      ...{ orders: 0, joined: 0 },
    });
    const { orders } = await parts.search.orders({ shop: 'shop', limit: 10 });
    expect(orders.filter(({ sources }) => sources.length > 1)).toHaveLength(2);
  });

  describe('the orders of a day', () => {
    test('are those placed between midnight and midnight of the shop', async () => {
      const parts = await open();
      await parts.log.accept([
        reported('before', 'paid', TAIPEI_MIDNIGHT_MS - 1),
        reported('first', 'paid', TAIPEI_MIDNIGHT_MS),
        reported('last', 'paid', TAIPEI_MIDNIGHT_MS + 24 * HOUR_MS - 1),
        reported('after', 'paid', TAIPEI_MIDNIGHT_MS + 24 * HOUR_MS),
      ]);
      await caughtUp(parts);
      const day = async (name: string, zone = 'Asia/Taipei') =>
        (await parts.search.orderDay('shop', name, zone)).orders;
      expect((await day('2026-03-01')).map(({ id }) => id)).toEqual(['first', 'last']);
      expect((await day('2026-02-28')).map(({ id }) => id)).toEqual(['before']);
      await expect(day('2026-13-01')).rejects.toThrow(RangeError);
      await expect(day('2026-03-01', 'Nowhere/None')).rejects.toThrow();
    });

    /** Placed at one time, received at another; in minutes from a midnight of the shop. */
    const placed = (
      id: string,
      minutes: number,
      receivedMinutes: number,
      parts: Partial<Entry['event']> = {},
    ) =>
      order(id, {
        ...{ messageId: `${id} ${parts.source ?? 'platform'} ${receivedMinutes}`, source: 'platform' },
        timestamp: new Date(TAIPEI_MIDNIGHT_MS + minutes * 60_000).toISOString(),
        receivedAt: new Date(TAIPEI_MIDNIGHT_MS + receivedMinutes * 60_000).toISOString(),
        ...parts,
      });

    test('go by when they were placed, as the strongest voice states it, and never by a clock that is ahead', async () => {
      const parts = await open();
      await parts.log.accept([
        placed('two minutes before', -2, 3),
        placed('of last week', -7 * 24 * 60, 60),
        placed('without a time', 5, 5),
        placed('of a clock ahead', 25 * 60, 10),
        placed('of a backend that errs', -60, 15, { source: 'server' }),
        placed('of a backend that errs', 14, 16),
        placed('of a payment alone', -1, 4, {
          event: 'Order Updated',
          properties: { financial_status: 'paid' },
        }),
      ]);
      const idsOf = async (day: string) =>
        (await parts.search.orderDay('shop', day, 'Asia/Taipei')).orders.map(({ id }) => id);
      expect(await idsOf('2026-03-01')).toEqual([
        'without a time',
        'of a clock ahead',
        'of a backend that errs',
      ]);
      expect(await idsOf('2026-02-28')).toEqual(['two minutes before', 'of a payment alone']);
      expect(await idsOf('2026-02-22')).toEqual(['of last week']);
      // The same report again, as the order poll reads it, moves nothing; nor does one that comes after the index was built.
      await parts.log.accept([
        placed('two minutes before', -2, 600),
        placed('of a payment alone', -1441, 601),
      ]);
      expect(await idsOf('2026-03-01')).toEqual([
        'without a time',
        'of a clock ahead',
        'of a backend that errs',
      ]);
      expect(await idsOf('2026-02-27')).toEqual(['of a payment alone']);
    });

    test('of a shop whose clocks are set are those of the whole day', async () => {
      const parts = await open();
      const at = (id: string, time: string) =>
        order(id, {
          messageId: id,
          source: 'platform',
          timestamp: time,
          receivedAt: '2026-11-03T00:00:00.000Z',
        });
      await parts.log.accept([
        at('last of Saturday', '2026-11-01T03:59:59.999Z'),
        at('first', '2026-11-01T04:00:00.000Z'),
        at('last', '2026-11-02T04:59:59.999Z'),
        at('first of Monday', '2026-11-02T05:00:00.000Z'),
      ]);
      const { orders } = await parts.search.orderDay('shop', '2026-11-01', 'America/New_York');
      expect(orders.map(({ id }) => id)).toEqual(['first', 'last']);
    });

    test.each([
      ['2026-03-08', 'America/New_York', 23],
      ['2026-11-01', 'America/New_York', 25],
      ['2026-03-01', 'Asia/Taipei', 24],
      ['2026-09-06', 'America/Santiago', 23],
    ])('%s in %s has %i hours', async (day, zone, hours) => {
      const { dayBounds } = await import('../../../server/store/sqlite/search/local-day.ts');
      const { fromMs, toMs } = dayBounds(day, zone);
      expect((toMs - fromMs) / HOUR_MS).toBe(hours);
    });
  });
}
