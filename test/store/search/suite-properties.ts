import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DeliveryState, EventFilter } from '../../../server/store/search.ts';
import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import { event } from '../../support/event.ts';
import {
  CONSUMERS,
  caughtUp,
  findAll,
  type OpenSearch,
  type SearchSetUp,
  START_MS,
  settleAs,
} from '../../support/search.ts';

/** @param runs how many random histories each property is held against. */
export function describeProperties(openSearch: OpenSearch, runs = { found: 6, pages: 5 }): void {
  const WAYS = ['delivered', 'skipped', 'retry', 'rejected', 'dead'] as const;
  const SHOPS = ['shop', 'other'];
  const NAMES = ['Product Viewed', 'Product Added', 'Order Placed', 'own name'];
  const SOURCES = ['browser', 'browser', 'server', 'platform'] as const;
  const TYPES = ['track', 'track', 'page', 'identify'] as const;
  const one = <T>(of: readonly T[]) => fc.constantFrom(...of);
  const digest = (of: number) => `${of}`.repeat(64);

  /** What is stored, and what happens to it at each consumer. */
  const STORED = fc.record({
    shop: one(SHOPS),
    type: one(TYPES),
    name: one(NAMES),
    source: one(SOURCES),
    visitor: fc.integer({ min: 0, max: 4 }),
    user: fc.integer({ min: 0, max: 6 }),
    email: fc.integer({ min: 0, max: 3 }),
    minute: fc.integer({ min: 0, max: 30 }),
  });
  const EVERY_FIELD = {
    shop: one(SHOPS),
    type: one(TYPES),
    name: one(NAMES),
    source: one(SOURCES),
    anonymousId: fc.integer({ min: 0, max: 5 }).map((of) => `visitor-${of}`),
    userId: fc.integer({ min: 0, max: 3 }).map((of) => `user-${of}`),
    emailSha256: fc.integer({ min: 1, max: 4 }).map(digest),
    fromMs: fc.integer({ min: 0, max: 30 }).map((minute) => START_MS + minute * 60_000),
    toMs: fc.integer({ min: 0, max: 30 }).map((minute) => START_MS + minute * 60_000 + 1),
    consumers: fc.subarray(
      CONSUMERS.map(({ name }) => name),
      { minLength: 1 },
    ),
    states: one<[DeliveryState]>([['waiting'], ['retry'], ['delivered'], ['skipped'], ['dead'], ['none']]),
    reason: one(['consent', 'bot', 'rejected', 'mapping-failed', 'unreachable']),
  };
  /** At most three things are looked for: with more, hardly anything is found. */
  const FILTER: fc.Arbitrary<EventFilter> = fc
    .tuple(fc.record(EVERY_FIELD), fc.subarray(Object.keys(EVERY_FIELD), { maxLength: 3 }))
    .map(([fields, names]) =>
      Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name))),
    );
  type Stored = typeof STORED extends fc.Arbitrary<infer Value> ? Value : never;

  const toEvent = ({ shop, type, name, source, visitor, user, email, minute }: Stored): ProtectedEvent => {
    const { event: _, ...rest } = event({
      ...{ shop, type, source, receivedAt: new Date(START_MS + minute * 60_000).toISOString() },
      identity: {
        anonymousId: `visitor-${visitor}`,
        ...(user < 3 && { userId: `user-${user}` }),
        ...(email > 0 && { emailSha256: digest(email) }),
      },
    });
    return type === 'track' ? { ...rest, event: name } : rest;
  };

  /** The outcome of each event at each consumer, as the test brought it about. */
  type Model = Map<string, { state: DeliveryState; reason?: string }>;

  /** Leases some of what is due, and ends each of it in the next way. */
  async function settleSome(parts: SearchSetUp, model: Model, ways: readonly number[]): Promise<void> {
    let turn = 0;
    for (const { name } of CONSUMERS)
      for (const delivery of await parts.log.lease(name, 5)) {
        const way = WAYS[(ways[turn++ % ways.length] ?? 0) % WAYS.length] ?? 'delivered';
        const reason = turn % 2 === 0 ? 'bot' : 'consent';
        settleAs(parts, name, delivery, way, reason);
        const outcome = {
          delivered: { state: 'delivered' as const },
          skipped: { state: 'skipped' as const, reason },
          retry: { state: 'retry' as const, reason: 'unreachable' },
          rejected: { state: 'dead' as const, reason: 'rejected' },
          dead: { state: 'dead' as const, reason: 'mapping-failed' },
        }[way];
        model.set(`${delivery.event.messageId}@${name}`, outcome);
      }
  }

  function expected(events: readonly ProtectedEvent[], model: Model, filter: EventFilter): string[] {
    const { consumers, states, reason } = filter;
    const hasOutcome = consumers !== undefined || states !== undefined || reason !== undefined;
    const matches = (stored: ProtectedEvent): boolean => {
      const atMs = Date.parse(stored.receivedAt);
      const outcomes = CONSUMERS.filter(
        ({ shop, name }) => shop === stored.shop && (!consumers || consumers.includes(name)),
      ).map(
        ({ name }): { state: DeliveryState; reason?: string } =>
          model.get(`${stored.messageId}@${name}`) ?? { state: 'waiting' },
      );
      return (
        (filter.shop === undefined || stored.shop === filter.shop) &&
        (filter.type === undefined || stored.type === filter.type) &&
        (filter.name === undefined || stored.event === filter.name) &&
        (filter.source === undefined || stored.source === filter.source) &&
        (filter.anonymousId === undefined || stored.identity.anonymousId === filter.anonymousId) &&
        (filter.userId === undefined || stored.identity.userId === filter.userId) &&
        (filter.emailSha256 === undefined || stored.identity.emailSha256 === filter.emailSha256) &&
        (filter.fromMs === undefined || atMs >= filter.fromMs) &&
        (filter.toMs === undefined || atMs < filter.toMs) &&
        (!hasOutcome ||
          outcomes.some(
            (own) =>
              (states === undefined || states.includes(own.state)) &&
              (reason === undefined || own.reason === reason),
          ))
      );
    };
    return events
      .filter(matches)
      .map(({ messageId }) => messageId)
      .reverse();
  }

  const idsOf = async (parts: SearchSetUp, filter: EventFilter) =>
    (await findAll(parts.search, filter)).map((found) => found.event.messageId);

  test('what a search finds is what looking at every event finds', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(STORED, { minLength: 5, maxLength: 60 }),
        fc.array(fc.nat(4), { minLength: 1, maxLength: 30 }),
        fc.array(FILTER, { minLength: 30, maxLength: 30 }),
        async (stored, ways, filters) => {
          const parts = await openSearch();
          const events = stored.map(toEvent);
          const model: Model = new Map();
          const half = Math.ceil(events.length / 2);
          for (const some of [events.slice(0, half), events.slice(half)]) {
            await parts.log.accept(some.map((one) => ({ event: one })));
            await settleSome(parts, model, ways);
          }
          await caughtUp(parts);
          for (const filter of filters)
            expect(await idsOf(parts, filter), JSON.stringify(filter)).toEqual(
              expected(events, model, filter),
            );
          await parts.close();
        },
      ),
      { numRuns: runs.found },
    );
  });

  test('pages hold each event once, whatever is stored meanwhile', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(STORED, { minLength: 5, maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        FILTER,
        async (stored, limit, { consumers: _, states: __, reason: ___, ...filter }) => {
          const parts = await openSearch();
          const events = stored.map(toEvent);
          await parts.log.accept(events.map((one) => ({ event: one })));
          await caughtUp(parts);
          const found: string[] = [];
          for (let cursor: string | undefined; ; ) {
            const page = await parts.search.events({
              ...filter,
              limit,
              ...(cursor !== undefined && { cursor }),
            });
            found.push(...page.events.map((one) => one.event.messageId));
            cursor = page.nextCursor;
            if (cursor === undefined) break;
            await parts.log.accept(stored.slice(0, 3).map((one) => ({ event: toEvent(one) })));
            await caughtUp(parts);
          }
          expect(found).toEqual(expected(events, new Map(), filter));
          await parts.close();
        },
      ),
      { numRuns: runs.pages },
    );
  });
}
