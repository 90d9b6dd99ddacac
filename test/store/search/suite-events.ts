import { describe, expect, test } from 'vitest';
import type { EventQuery, FoundEvent } from '../../../server/store/search.ts';
import { order, waiting } from '../../support/entries.ts';
import { event } from '../../support/event.ts';
import { caughtUp, findAll, type OpenSearch, START_MS, settleAs } from '../../support/search.ts';

export function describeEvents(openSearch: OpenSearch): void {
  const EMAIL = 'a'.repeat(64);
  const DOTLESS = 'b'.repeat(64);
  const PHONE = 'c'.repeat(64);
  const GUEST = '4d'.repeat(32);
  const at = (minute: number) => new Date(START_MS + minute * 60_000).toISOString();
  const ids = (events: readonly FoundEvent[]) => events.map(({ event: { messageId } }) => messageId);

  describe('events are found by', () => {
    const TABLE: [what: string, query: Partial<EventQuery>, found: string[]][] = [
      ['nothing: all of every shop, newest first', {}, ['order', 'other', 'page', 'cart', 'view']],
      ['their shop', { shop: 'other' }, ['other']],
      ['the visitor', { anonymousId: 'visitor-a' }, ['page', 'view']],
      ['the user', { userId: 'user-1' }, ['cart']],
      ['the user they were before', { userId: 'user-0' }, ['cart']],
      ['the digest of the email', { emailSha256: EMAIL }, ['order', 'cart']],
      ['the digest in capitals', { emailSha256: EMAIL.toUpperCase() }, ['order', 'cart']],
      ['a further form of it', { emailSha256: DOTLESS }, ['cart']],
      ['a digest of the phone in properties', { phoneSha256: PHONE }, ['page']],
      ['a digest in an object of the properties', { emailSha256: GUEST }, ['page']],
      ['the messageId', { messageId: 'cart' }, ['cart']],
      ['any name of the order', { order: '1001' }, ['order']],
      ['the type', { type: 'page' }, ['page']],
      ['the name', { name: 'Product Viewed' }, ['other', 'view']],
      ['the name in one shop', { name: 'Product Viewed', shop: 'shop' }, ['view']],
      ['a name that there is not', { name: 'product viewed' }, []],
      ['a name of another type', { name: 'Product Viewed', type: 'page' }, []],
      ['the source', { source: 'server' }, ['order', 'cart']],
      [
        'the time, from the first moment on and before the last',
        { fromMs: START_MS + 60_000, toMs: START_MS + 180_000 },
        ['page', 'cart'],
      ],
      ['two things', { emailSha256: EMAIL, name: 'Product Added' }, ['cart']],
      ['two things of which one is not so', { anonymousId: 'visitor-a', name: 'Product Added' }, []],
      ['what somebody typed: a visitor', { text: 'visitor-a' }, ['page', 'view']],
      ['what somebody typed: a messageId', { text: 'view' }, ['view']],
      ['what somebody typed: a digest', { text: EMAIL }, ['order', 'cart']],
      ['what somebody typed: an order', { text: '#1001' }, ['order']],
      ['what is nobody’s', { text: 'nobody' }, []],
      ['a shop that there is not', { shop: 'none' }, []],
    ];

    test('each of these', async () => {
      const parts = await openSearch();
      await parts.log.accept([
        { event: event({ messageId: 'view', identity: { anonymousId: 'visitor-a' }, receivedAt: at(0) }) },
        {
          event: event({
            ...{ messageId: 'cart', event: 'Product Added', source: 'server', receivedAt: at(1) },
            identity: {
              userId: 'user-1',
              previousId: 'user-0',
              emailSha256: EMAIL,
              emailDotlessSha256: DOTLESS,
            },
          }),
        },
        {
          event: event({
            ...{ messageId: 'page', type: 'page', receivedAt: at(2), identity: { anonymousId: 'visitor-a' } },
            properties: { billing_phone_sha256: PHONE, guests: [{ email_sha256: GUEST }] },
          }),
        },
        { event: event({ messageId: 'other', shop: 'other', receivedAt: at(3) }) },
        order('o-1', {
          ...{ messageId: 'order', source: 'server', receivedAt: at(4), identity: { emailSha256: EMAIL } },
          properties: { order_number: '1001' },
        }),
      ]);
      await caughtUp(parts);
      for (const [what, query, found] of TABLE)
        expect(ids(await findAll(parts.search, query)), what).toEqual(found);
    });
  });

  describe('what became of an event', () => {
    const states = async (parts: Awaited<ReturnType<typeof openSearch>>, messageId = 'm') =>
      (await detail(parts, messageId))?.outcomes;
    async function detail(parts: Awaited<ReturnType<typeof openSearch>>, messageId: string) {
      await caughtUp(parts);
      return parts.search.event('shop', messageId);
    }

    async function stored(...messageIds: string[]) {
      const parts = await openSearch();
      await parts.log.accept(messageIds.map((messageId) => ({ event: event({ messageId }) })));
      return parts;
    }

    test('it waits at each destination of its shop', async () => {
      const parts = await stored('m');
      expect(await states(parts)).toEqual([
        { consumer: 'tiktok@shop', state: 'waiting' },
        { consumer: 'customerio@shop', state: 'waiting' },
      ]);
    });

    test('delivered, skipped, tried again, dead: with when, why and the answer', async () => {
      const parts = await stored('m', 'n');
      const [first, second] = await parts.log.lease('tiktok@shop', 10);
      const [third, fourth] = await parts.log.lease('customerio@shop', 10);
      if (!first || !second || !third || !fourth) throw new Error('four deliveries are due');
      settleAs(parts, 'tiktok@shop', first, 'delivered');
      settleAs(parts, 'tiktok@shop', second, 'skipped', 'unmapped');
      settleAs(parts, 'customerio@shop', third, 'retry');
      settleAs(parts, 'customerio@shop', fourth, 'rejected');
      expect(await states(parts)).toEqual([
        { consumer: 'tiktok@shop', state: 'delivered', atMs: START_MS + 5, attempt: 1 },
        {
          consumer: 'customerio@shop',
          state: 'retry',
          reason: 'unreachable',
          attempt: 2,
          dueAtMs: START_MS + 60_000,
        },
      ]);
      expect(await states(parts, 'n')).toEqual([
        { consumer: 'tiktok@shop', state: 'skipped', reason: 'unmapped', atMs: START_MS, attempt: 1 },
        {
          ...{ consumer: 'customerio@shop', state: 'dead', reason: 'rejected', attempt: 1, atMs: START_MS },
          words: 'Invalid parameter: value 12',
        },
      ]);
    });

    test('a detail lists every request that carried it, oldest first, also those before a replay', async () => {
      const parts = await stored('m');
      const leaseOne = async () => {
        const [delivery] = await parts.log.lease('tiktok@shop', 1);
        if (!delivery) throw new Error('nothing is due');
        return delivery;
      };
      settleAs(parts, 'tiktok@shop', await leaseOne(), 'retry');
      parts.clock.nowMs += 60_000;
      settleAs(parts, 'tiktok@shop', await leaseOne(), 'rejected');
      await parts.log.replayDeadLetters({ consumer: 'tiktok@shop' });
      expect((await states(parts))?.[0]).toMatchObject({ state: 'waiting' });
      settleAs(parts, 'tiktok@shop', await leaseOne(), 'delivered');
      const found = await detail(parts, 'm');
      expect(found?.outcomes[0]).toMatchObject({ state: 'delivered', attempt: 1 });
      expect(found?.requests.map(({ outcome, attempt }) => [outcome, attempt])).toEqual([
        ['retry', 1],
        ['rejected', 2],
        ['delivered', 1],
      ]);
    });

    test('of one request its events have outcomes and digests of their own', async () => {
      const parts = await stored('m', 'n');
      const deliveries = await parts.log.lease('tiktok@shop', 10);
      const [first, second] = deliveries;
      first?.ack();
      second?.deadLetter('rejected', 'no');
      const digests = Uint8Array.from({ length: 16 }, (_, index) => index + 1);
      const seqs = deliveries.map(({ seq }) => seq);
      const results = { delivered: seqs.slice(0, 1), rejected: seqs.slice(1) };
      const row = { atMs: START_MS, ms: 9, outcome: 'rejected' as const, attempt: 1, seqs, results, digests };
      parts.log.settle('tiktok@shop', { confirmed: [], released: [], requests: [row] });
      const [one, other] = await Promise.all(['m', 'n'].map((id) => detail(parts, id)));
      expect(one?.outcomes[0]).toMatchObject({ state: 'delivered' });
      expect(one?.requests).toMatchObject([
        { ownOutcome: 'delivered', digest: '0102030405060708', count: 2 },
      ]);
      expect(other?.outcomes[0]).toMatchObject({ state: 'dead', reason: 'rejected' });
      expect(other?.requests).toMatchObject([{ ownOutcome: 'rejected', digest: '090a0b0c0d0e0f10' }]);
    });

    test('a dead letter that is discarded is dead no more', async () => {
      const parts = await stored('m');
      const [delivery] = await parts.log.lease('tiktok@shop', 1);
      if (delivery) settleAs(parts, 'tiktok@shop', delivery, 'dead');
      await caughtUp(parts);
      expect(await findAll(parts.search, { states: ['dead'] })).toHaveLength(1);
      await parts.log.discardDeadLetters({ consumer: 'tiktok@shop' });
      expect((await states(parts))?.[0]).toMatchObject({
        state: 'none',
        reason: 'mapping-failed',
      });
      expect(await findAll(parts.search, { states: ['dead'] })).toEqual([]);
    });

    test('an order is one event in lists, and is found by the page that its composition adds', async () => {
      const statistics = {
        name: 'statistics',
        shop: 'shop',
        decryptsPii: false,
        audience: 'statistics' as const,
      };
      const tiktok = { ...statistics, name: 'tiktok@shop', audience: 'destinations' as const };
      const shops = waiting(60_000, { ordersFrom: 'server' });
      const parts = await openSearch({ consumers: [tiktok, statistics], shops });
      const cart = { cart_token: 'cart-token-of-this-visitor-0001' };
      await parts.log.accept([
        order('o-1', {
          messageId: 'placed',
          source: 'server',
          identity: {},
          properties: cart,
          receivedAt: at(0),
        }),
      ]);
      const visitor = '0b8d6f2a-5a39-4b9d-8f5e-0d9c1f1c7e11';
      await parts.log.accept([
        order('o-1', {
          messageId: 'shown',
          identity: { anonymousId: visitor },
          properties: cart,
          receivedAt: at(0),
        }),
      ]);
      await caughtUp(parts);
      expect(ids(await findAll(parts.search, {}))).toEqual(['placed']);
      expect(await findAll(parts.search, { anonymousId: visitor })).toEqual([]);
      parts.clock.nowMs += 120_000;
      const [delivery] = await parts.log.lease('tiktok@shop', 1);
      if (delivery) settleAs(parts, 'tiktok@shop', delivery, 'delivered');
      await caughtUp(parts);
      expect(ids(await findAll(parts.search, { anonymousId: visitor }))).toEqual(['placed']);
      expect(await parts.search.event('shop', 'shown')).toMatchObject({ isReport: true, outcomes: [] });
    });
  });

  test('a cursor that is none is refused', async () => {
    const { search } = await openSearch();
    await expect(search.events({ limit: 1, cursor: '../1' })).rejects.toThrow(/no cursor/);
  });
}
