import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PersonQuery } from '../../../server/store/person.ts';
import type { FoundPerson } from '../../../server/store/search.ts';
import type { Consumer, Entry } from '../../../server/store/store.ts';
import type { Identity, ProtectedEvent } from '../../../shared/protected-event.ts';
import { entryOf, waiting } from '../../support/entries.ts';
import { event } from '../../support/event.ts';
import { CONSUMERS, caughtUp, type OpenSearch, type SearchSetUp, START_MS } from '../../support/search.ts';

export function describePeople(openSearch: OpenSearch): void {
  const STATISTICS: Consumer = {
    ...{ name: 'statistics@shop', shop: 'shop', decryptsPii: false, audience: 'statistics' },
  };
  const VISITORS = [0, 1, 2, 3, 4].map((n) => `0b8d6f2a-5a39-4b9d-8f5e-0d9c1f1c7e1${n}`).concat('guest');
  const USERS = ['lin-1', 'chen-2', 'wu-3'];
  const digest = (n: number) => `${n}f`.repeat(32);
  const EMAILS = [1, 2, 3].map(digest);
  const DOTLESS = [4, 5, 6].map(digest);
  const PHONES = [7, 8].map(digest);

  const one = <T>(of: readonly T[]) => fc.constantFrom(...of);
  const maybe = <T>(of: readonly T[]) => fc.option(one(of), { nil: undefined });
  const WHAT = fc.record({
    source: one(['browser', 'browser', 'server', 'platform'] as const),
    name: one(['Product Viewed', 'Order Completed', 'Order Completed', 'Order Paid']),
    shop: one(['shop', 'shop', 'shop', 'other']),
    visitor: maybe(VISITORS),
    user: maybe(USERS),
    previous: fc.option(one([...USERS, ...EMAILS]), { nil: undefined, freq: 1 }),
    email: maybe([0, 1, 2]),
    phone: maybe(PHONES),
    mentions: fc.subarray([...EMAILS, ...PHONES], { maxLength: 1 }),
    where: one(['recipient_email_sha256', 'nested', 'address', 'traits'] as const),
    /** Two names of one order make one of two. */
    order: one(['1', '2', '3', '4']),
    number: maybe(['1', '2', '3']),
  });
  type What = typeof WHAT extends fc.Arbitrary<infer Value> ? Value : never;

  function toEntry(what: What, index: number): Entry {
    const { source, name, shop, visitor, user, previous, email, phone, mentions, where, order, number } =
      what;
    const identity: Identity = {
      ...(visitor !== undefined && { anonymousId: visitor }),
      ...(user !== undefined && { userId: user }),
      ...(previous !== undefined && { previousId: previous }),
      ...(email !== undefined && { emailSha256: EMAILS[email] ?? '' }),
      ...(email !== undefined && index % 2 === 0 && { emailDotlessSha256: DOTLESS[email] ?? '' }),
      ...(phone !== undefined && { phoneSha256: phone }),
    };
    const [mentioned] = mentions;
    const shown: Partial<ProtectedEvent> =
      mentioned === undefined
        ? {}
        : where === 'traits'
          ? { traits: { friends: [{ email_sha256: mentioned }] } }
          : where === 'address'
            ? {
                context: {
                  page: { url: `https://shop.example/?of=${mentioned}&again` },
                },
              }
            : {
                properties:
                  where === 'nested' ? { gift: { to: { phone: mentioned } } } : { [where]: mentioned },
              };
    const isOrder = name.startsWith('Order');
    return entryOf(
      event({
        ...{
          messageId: `message-${index}`,
          shop,
          source,
          event: name,
          identity,
          ...shown,
        },
        receivedAt: new Date(START_MS + index).toISOString(),
        properties: {
          ...shown.properties,
          ...(isOrder && { order_id: `order-${order}` }),
          ...(isOrder && number !== undefined && { order_number: `number-${number}` }),
          ...(isOrder && name === 'Order Paid' && { financial_status: 'paid' }),
        },
      }),
    );
  }

  const PEOPLE: PersonQuery[] = [
    ...USERS.map((id) => ({ ids: [id] })),
    ...EMAILS.map((id) => ({ ids: [id] })),
    { ids: [DOTLESS[0] ?? ''] },
    { ids: [PHONES[0] ?? ''], orders: ['order-1'] },
    { ids: ['lin-1', EMAILS[0] ?? ''], browsers: [VISITORS[1] ?? ''] },
    {
      ids: ['nobody'],
      browsers: ['guest'],
      candidates: [VISITORS[2] ?? ''],
      shared: [VISITORS[3] ?? ''],
    },
  ];

  /** What an export, which reads everything, finds of the same person. */
  async function byReadingAll({ log }: SearchSetUp, query: PersonQuery): Promise<FoundPerson> {
    const found = await log.exportPerson('shop', query);
    return {
      ...{ userIds: found.userIds, browsers: found.browsers, orders: found.orders, claimed: found.claimed },
      ...{
        links: found.links,
        events: found.events.filter(({ mentions }) => !mentions).length,
      },
      mentions: found.events.filter(({ mentions }) => mentions).length,
    };
  }
  const sorted = ({ claimed, ...found }: FoundPerson, ids: readonly string[]) => ({
    ...found,
    // An export names browsers only where it found anything.
    browsers: found.events + found.mentions + found.orders.length > 0 ? found.browsers.toSorted() : [],
    userIds: found.userIds.toSorted(),
    orders: found.orders.toSorted(),
    claimed: { userIds: claimed.userIds.toSorted(), browsers: claimed.browsers.toSorted() },
    ids,
  });

  async function expectAlike(parts: SearchSetUp): Promise<void> {
    for (const asked of PEOPLE) {
      const query = { ...asked, ids: await parts.log.personOf('shop', asked.ids) };
      const [found, all] = [await parts.search.person('shop', query), await byReadingAll(parts, query)];
      expect(sorted(found, query.ids)).toEqual(sorted(all, query.ids));
    }
  }

  /** What is settled has its text composed. */
  async function deliverSome({ log }: SearchSetUp, most: number): Promise<void> {
    for (const { name } of CONSUMERS) for (const delivery of await log.lease(name, most)) delivery.ack();
  }

  const open = (ordersFrom: 'browser' | 'platform' | 'server') =>
    openSearch({
      consumers: [...CONSUMERS, STATISTICS],
      shops: waiting(0, { ordersFrom, hasPlatform: ordersFrom === 'platform' }),
    });
  const ACTS = fc.record({
    ordersFrom: one(['browser', 'platform', 'server'] as const),
    before: fc.array(WHAT, { minLength: 20, maxLength: 50 }),
    after: fc.array(WHAT, { minLength: 1, maxLength: 20 }),
  });

  test('a person is found by the index as by looking at everything: also what it lacks, and after an erasure', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(ACTS, async ({ ordersFrom, before, after }) => {
        const parts = await open(ordersFrom);
        await parts.log.accept(before.map(toEntry));
        await caughtUp(parts);
        await deliverSome(parts, 10);
        await expectAlike(parts);
        await parts.log.erase('shop', { ids: ['chen-2'] });
        await expectAlike(parts);
        await caughtUp(parts);
        // The index stays as it is, while the store goes on: events, composed texts, replaced reports.
        const release = await parts.index.hold();
        await parts.log.accept(after.map((what, index) => toEntry(what, 1_000 + index)));
        await deliverSome(parts, 100);
        await expectAlike(parts);
        expect(await parts.search.indexedUntil()).not.toMatchObject({ lag: 0 });
        await release();
        await parts.close();
      }),
      { numRuns: 3 },
    );
  });

  test('while the index is built, a person is found all the same', { timeout: 60_000 }, async () => {
    const [acts] = fc.sample(ACTS, { numRuns: 1, seed: 7 });
    const parts = await open('platform');
    await caughtUp(parts);
    await parts.index.hold();
    await parts.log.accept((acts?.before ?? []).map(toEntry));
    await expectAlike(parts);
  });
}
