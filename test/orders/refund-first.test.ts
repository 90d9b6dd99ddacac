import { expect, test } from 'vitest';
import { firstOrder, MERGE_MS, openShop } from './support.ts';

test.each([
  { what: 'new', isSeen: false },
  { what: 'held already', isSeen: true },
])(
  'a refund before its order, $what: after an outage both are due together, and the order goes first',
  async ({ isSeen }) => {
    const { accept, clock, leased } = await openShop();
    await accept(firstOrder);
    clock.nowMs += 2 * MERGE_MS;
    await leased();
    const report = { source: 'platform', identity: { userId: '77' } } as const;
    await accept({
      ...report,
      event: 'Order Refunded',
      properties: { order_id: 'A-1', refund_id: 'R-1', total: 5 },
    });
    if (isSeen) expect(await leased()).toEqual([]);
    await accept({ ...report, event: 'Order Completed', properties: { order_id: 'A-1', total: 46 } });
    if (isSeen) expect(await leased()).toEqual([]);
    clock.nowMs += 2 * MERGE_MS;
    const sent = await leased();
    expect(sent.map(({ event, properties }) => [event, properties.refund_id, properties.total])).toEqual([
      ['Order Completed', undefined, 46],
      ['Order Refunded', 'R-1', 5],
    ]);
    expect(await leased()).toEqual([]);
  },
);
