// @module-tag slow
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isObject } from '../../shared/is-object.ts';
import { ANYTHING, json } from '../programs/fuzz/written.ts';
import { startCollector } from '../support/collector.ts';
import { expectedOrders } from './expected.ts';
import { RECORDINGS } from './recordings.ts';

type Message = Record<string, unknown> & { properties: Record<string, unknown> };

/** Orders whose id and lines every client writes plainly, as the clients sent them. */
const ORDERS = Object.entries(RECORDINGS).flatMap(([client, { requests }]) =>
  requests
    .filter(({ body }) => !body.includes('NaN'))
    .flatMap(({ body }) => (JSON.parse(body) as { batch: Message[] }).batch)
    .filter(({ event, properties }) => event === 'Order Completed' && `${properties.order_id}` < '1007')
    .map((message) => ({ message, expected: expectedOrders(client)[`${message.properties.order_id}`] })),
);

/** Every place in a message, outermost first. */
const placesIn = (value: unknown, place: string[] = []): string[][] =>
  isObject(value)
    ? Object.entries(value).flatMap(([key, inner]) => [[...place, key], ...placesIn(inner, [...place, key])])
    : [];
/** Without one of these a message is about nothing or nobody; the choice of destinations is not about the order. */
const NEEDED = ['type', 'event', 'messageId', 'userId', 'integrations', 'properties'];
/** What the order is held against. */
const HELD = ['order_id', 'total', 'currency', 'products'];

const mutation = fc.record({
  order: fc.constantFrom(...ORDERS),
  at: fc.nat(),
  written: fc.constantFrom(...ANYTHING),
});

test('whatever stands in another field, the orders that clients send arrive as they are', async () => {
  const { base, post, events } = await startCollector();
  let last = 0;

  await fc.assert(
    fc.asyncProperty(fc.array(mutation, { minLength: 20, maxLength: 20 }), async (mutations) => {
      const sent = mutations.map(({ order: { message, expected }, at, written }) => {
        const copy = structuredClone(message);
        const id = `order-${++last}`;
        Object.assign(copy, { messageId: id });
        copy.properties.order_id = id;
        const places = placesIn(message).filter(
          ([first = '', second = '']) => !(NEEDED.includes(first) && second === '') && !HELD.includes(second),
        );
        const place = places[at % places.length] ?? [];
        const parent = place.slice(0, -1).reduce<unknown>((inner, key) => (inner as Message)[key], copy);
        (parent as Message)[place.at(-1) ?? ''] = written.sent;
        return { copy, id, expected };
      });

      const answer = await post('/v1/batch', json({ batch: sent.map(({ copy }) => copy) }));

      expect(await answer.json(), base).toMatchObject({ success: true, rejected: [] });
      for (const { copy, id, expected } of sent) {
        const stored = events.findLast(({ messageId }) => messageId === id);
        expect(stored?.properties, json(copy)).toMatchObject({
          ...{ order_id: id, total: expected?.total, currency: 'USD' },
          products: expected?.lines,
        });
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);
