import { describe, expect, test } from 'vitest';
import { keyOf } from '../../../server/store/sqlite/search/keys.ts';
import { order } from '../../support/entries.ts';
import { event } from '../../support/event.ts';
import {
  caughtUp,
  DAY_MS,
  findAll,
  type OpenSearch,
  type SearchSetUp,
  settleAs,
} from '../../support/search.ts';

export function describeErasure(openSearch: OpenSearch): void {
  const EMAIL = 'e1'.repeat(32);
  const BROWSER = '0b8d6f2a-5a39-4b9d-8f5e-0d9c1f1c7e11';
  const OTHER = '7c1d2e3f-1111-4222-8333-944455556666';

  const bytesOfKey = (key: number) => Buffer.from(key.toString(16).padStart(12, '0'), 'hex');

  async function deliverAll(parts: SearchSetUp) {
    for (const consumer of ['tiktok@shop', 'customerio@shop'])
      for (const delivery of await parts.log.lease(consumer, 100))
        settleAs(
          parts,
          consumer,
          delivery,
          delivery.event.event === 'Order Completed' ? 'skipped' : 'delivered',
        );
    await caughtUp(parts);
  }

  describe('after an erasure', () => {
    test('no row, no key and no byte of the person is in the files of the search; others stay', async () => {
      const parts = await openSearch();
      const person = { anonymousId: BROWSER, userId: 'lin-1', emailSha256: EMAIL };
      await parts.log.accept([
        { event: event({ messageId: 'their-view', source: 'server', identity: person }) },
        order('their-order', { messageId: 'their-purchase', source: 'server', identity: person }),
        {
          event: event({
            ...{ messageId: 'a-gift', identity: { anonymousId: OTHER } },
            properties: { recipient_email_sha256: EMAIL },
          }),
        },
        { event: event({ messageId: 'elsewhere', shop: 'other', identity: { emailSha256: EMAIL } }) },
      ]);
      await deliverAll(parts);
      const keys = [
        ...(['their-view', 'their-purchase'] as const).map((id) => keyOf('m', 'shop', id)),
        ...[keyOf('a', 'shop', BROWSER), keyOf('u', 'shop', 'lin-1'), keyOf('d', 'shop', EMAIL)],
      ];
      const found = () => keys.filter((key) => parts.index.bytes?.().includes(bytesOfKey(key)) ?? false);
      if (parts.index.bytes) expect(found()).toEqual(keys);

      expect(await parts.log.erase('shop', { ids: [EMAIL, 'lin-1'], browsers: [BROWSER] })).toMatchObject({
        isFound: true,
      });

      expect(found()).toEqual([]);
      expect(await parts.index.count('keys', `key IN (${keys.join()})`)).toBe(0);
      expect(await parts.index.count('events')).toBe(2);
      expect(await parts.index.count('outcomes')).toBe(2);
      expect(await parts.index.count('tallies', 'count <> 1')).toBe(0);
      expect((await findAll(parts.search, {})).map((found) => found.event.messageId)).toEqual([
        'elsewhere',
        'a-gift',
      ]);
      expect(await findAll(parts.search, { shop: 'shop', emailSha256: EMAIL })).toEqual([]);
      expect(await findAll(parts.search, { shop: 'other', emailSha256: EMAIL })).toHaveLength(1);
      expect(await parts.search.order('shop', 'their-order')).toBeUndefined();
      expect(await parts.search.groups({ shop: 'shop', state: 'skipped' })).toEqual([]);
    });
  });

  test('a purge of a shop leaves nothing of it, its figures included', async () => {
    const parts = await openSearch();
    await parts.log.accept([
      { event: event({ messageId: 'one' }) },
      { event: event({ messageId: 'two', shop: 'other' }) },
    ]);
    await deliverAll(parts);
    await parts.log.purge('shop');
    expect(await parts.index.count('events')).toBe(1);
    expect(await parts.index.count('outcomes')).toBe(0);
    expect(await parts.index.count('keys')).toBe(2);
    expect(await parts.index.count('series', "owner <> 'other'")).toBe(0);
  });

  test('what is past its retention leaves the index, and what is kept stays found', async () => {
    const parts = await openSearch();
    await parts.log.accept([{ event: event({ messageId: 'old', identity: { userId: 'user-1' } }) }]);
    await deliverAll(parts);
    parts.clock.nowMs += 31 * DAY_MS;
    const receivedAt = new Date(parts.clock.nowMs).toISOString();
    await parts.log.accept([
      { event: event({ messageId: 'new', identity: { userId: 'user-1' }, receivedAt }) },
    ]);
    await deliverAll(parts);
    await parts.log.retain();
    expect((await findAll(parts.search, { userId: 'user-1' })).map((found) => found.event.messageId)).toEqual(
      ['new'],
    );
    expect([await parts.index.count('events'), await parts.index.count('outcomes')]).toEqual([1, 2]);
    expect(await parts.index.count('keys', `key = ${keyOf('m', 'shop', 'old')}`)).toBe(0);
    // Figures by the minute are kept two days, by the hour 35.
    expect([
      await parts.index.count('figures', 'step = 60000 AND at < 1774000000000'),
      (await parts.index.count('figures', 'step = 3600000')) > 5,
    ]).toEqual([0, true]);
  });

  test('rows of a history whose numbers are used again are read all the same', async () => {
    const parts = await openSearch();
    await parts.log.accept([{ event: event({ messageId: 'one' }) }]);
    await deliverAll(parts);
    await parts.log.purge('shop');
    parts.clock.nowMs += 1_000;
    await parts.log.accept([{ event: event({ messageId: 'two' }) }]);
    await deliverAll(parts);
    const outcomes = (await parts.search.event('shop', 'two'))?.outcomes.map(({ state }) => state);
    expect(outcomes).toEqual(['delivered', 'delivered']);
  });
}
