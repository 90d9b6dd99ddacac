// @module-tag slow
import { afterAll, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../server/lib/clock.ts';
import { tiktokDuplicates } from '../../server/sandbox/index.ts';
import { createFastClock } from '../support/clock.ts';
import { type Collector, eventually, SHOP_ORIGIN, startCollector } from '../support/collector.ts';
import { tempDir } from '../support/temp-dir.ts';

const collector = await startCollector({}, { whenOver: afterAll, clock: createFastClock(10) });
let last = 0;
const newId = (what = 'order') => `${what}-${++last}`;

/** An order as the thank-you page reports it; every sighting is a message of its own. */
const order = (order_id: unknown, more: Record<string, unknown> = {}) => ({
  type: 'track',
  event: 'Order Completed',
  messageId: newId('message'),
  anonymousId: 'buyer',
  properties: { order_id, value: 960, currency: 'TWD' },
  ...more,
});
async function send(body: object, to: Collector = collector, headers: Record<string, string> = {}) {
  const response = await to.post('/v1/track', body, { origin: SHOP_ORIGIN, ...headers });
  const { accepted, duplicates } = await response.json();
  return { status: response.status, accepted, duplicates };
}
const first = { status: 200, accepted: 1, duplicates: 0 };
const again = { status: 200, accepted: 1, duplicates: 1 };

const settled = ({ admin }: Collector) =>
  eventually(
    async () => (await (await admin('GET', '/admin/status')).json()).destinations,
    (destinations) => destinations.every(({ waiting }: { waiting: number }) => waiting === 0),
  );

/** What each API took about one order. */
function reports({ sandbox }: Collector, id: string) {
  const about = (items: unknown[]) => items.filter((item) => JSON.stringify(item).includes(`"${id}"`));
  return {
    tiktok: about(sandbox.accepted('tiktok')).map((item) => {
      const { event, event_id } = item as { event: string; event_id: string };
      return `${event} ${event_id}`;
    }),
    customerio: about(sandbox.accepted('customerio')).length,
    shopline: about(sandbox.accepted('shopline')).length,
  };
}

describe('one purchase is reported once', () => {
  test('however often the thank-you page is reloaded', async () => {
    const id = newId();
    expect(await send(order(id))).toEqual(first);
    for (let reload = 0; reload < 5; reload++) expect(await send(order(id))).toEqual(again);
    await settled(collector);
    expect(reports(collector, id)).toEqual({
      tiktok: [`PlaceAnOrder order:${id}`, `Purchase order:${id}`],
      customerio: 1,
      shopline: 1,
    });
    expect(tiktokDuplicates(collector.sandbox.received('tiktok'))).toEqual([]);
  });

  test('from two tabs at the same moment', async () => {
    const id = newId();
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(order(id))));
    expect(answers.filter(({ duplicates }) => duplicates === 0)).toHaveLength(1);
    expect(answers.every(({ status, accepted }) => status === 200 && accepted === 1)).toBe(true);
    await settled(collector);
    expect(reports(collector, id)).toMatchObject({ customerio: 1, shopline: 1 });
  });

  test('from the back button, in one batch with what happened since', async () => {
    const id = newId();
    const response = await collector.post('/v1/batch', {
      batch: [order(id), { type: 'page', anonymousId: 'buyer', messageId: newId('message') }, order(id)],
    });
    expect(await response.json()).toMatchObject({ accepted: 3, duplicates: 1, rejected: [] });
  });

  test.each([
    { how: 'as a number', id: 1_000_001, same: '1000001' },
    { how: 'by another visitor', id: newId(), more: { anonymousId: 'somebody-else', userId: 'customer-7' } },
    { how: 'with other money', id: newId(), more: { properties: { value: 1, currency: 'USD' } } },
  ])('also when it is sent again $how', async ({ id, same = id, more = {} }) => {
    expect(await send(order(id))).toEqual(first);
    const properties = { ...order(same).properties, ...('properties' in more ? more.properties : {}) };
    expect(await send(order(same, { ...more, properties }))).toEqual(again);
  });

  test('after a restart, and after a year', async () => {
    const dataDir = tempDir();
    let offsetMs = 0;
    const clock: Clock = { ...systemClock, now: () => Date.now() + offsetMs };
    const id = newId();
    const before = await startCollector({}, { dataDir, clock });
    expect(await send(order(id), before)).toEqual(first);
    await before.stop();
    offsetMs = 365 * 86_400_000;
    const after = await startCollector({}, { dataDir, clock });
    expect(await send(order(id), after)).toEqual(again);
  });
});

describe('what is not the same purchase counts by itself', () => {
  test('two orders of one visitor', async () => {
    expect(await send(order(newId()))).toEqual(first);
    expect(await send(order(newId()))).toEqual(first);
  });

  test.each([undefined, null, ''])('orders with %s as id', async (id) => {
    expect(await send(order(id))).toEqual(first);
    expect(await send(order(id))).toEqual(first);
  });

  test('orders whose ids were built from the buyers’ emails', async () => {
    const ids = ['lin@shop.example', 'wu@shop.example', 'lin%40other.example'];
    for (const id of ids) expect(await send(order(id))).toEqual(first);
    for (const id of ids) expect(await send(order(id))).toEqual(again);
    const kept = collector.events.filter(({ orderKey }) => orderKey).map(({ orderKey }) => orderKey);
    expect(kept.join()).not.toMatch(/lin|wu/);
  });

  test('its payment, its refunds, its cancellation', async () => {
    const id = newId();
    const about = (event: string, more = {}) =>
      order(id, { event, properties: { order_id: id, value: 100, ...more } });
    expect(await send(order(id))).toEqual(first);
    expect(await send(about('Order Updated', { financial_status: 'paid' }))).toEqual(first);
    expect(await send(about('Order Updated', { financial_status: 'paid' }))).toEqual(again);
    expect(await send(about('Order Updated', { fulfillment_status: 'shipped' }))).toEqual(first);
    expect(await send(about('Order Refunded'))).toEqual(first);
    expect(await send(about('Order Refunded'))).toEqual(first);
    expect(await send(about('Order Cancelled'))).toEqual(first);
  });

  test('other events that name the order', async () => {
    const id = newId();
    for (const event of ['Payment Info Entered', 'Checkout Started', 'Coupon Entered', 'Thanks Seen'])
      expect(await send(order(id, { event }))).toEqual(first);
    expect(await send(order(id))).toEqual(first);
  });
});

describe('a sighting that was not stored does not stand in the way of the one that is', () => {
  test('one that was rejected', async () => {
    const id = newId();
    expect(await send(order(id, { anonymousId: null, userId: null }))).toMatchObject({
      accepted: 0,
    });
    expect(await send(order(id))).toEqual(first);
  });

  test('one refused in strict mode for its neighbour’s sake', async () => {
    const id = newId();
    const refused = await collector.post('/v1/batch', { batch: [order(id), {}] }, { 'x-strict-mode': '1' });
    expect(refused.status).toBe(400);
    expect(await send(order(id))).toEqual(first);
  });

  test('one by a robot, where robots are dropped', async () => {
    const dropping = await startCollector({ BOTS: 'drop' });
    const id = newId();
    const robot = {
      'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    };
    expect(await send(order(id), dropping, robot)).toMatchObject({ accepted: 0 });
    expect(await send(order(id), dropping, { 'user-agent': 'Mozilla/5.0 Firefox/145.0' })).toEqual(first);
  });

  test('one by a visitor who refused everything', async () => {
    const id = newId();
    const none = { advertising: false, analytics: false, marketing: false };
    const refusing = { context: { consent: { categoryPreferences: none } } };
    expect(await send(order(id, refusing))).toMatchObject({ accepted: 0 });
    expect(await send(order(id))).toEqual(first);
  });
});
