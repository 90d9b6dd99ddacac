// @module-tag slow
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { createSkipClock } from '../support/skip-clock.ts';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ADDRESS = '203.0.113.77';

/** A shop that keeps events for a day unless `variables` say otherwise, and a clock that skips days; retention runs every hour. */
async function startShop(variables: Record<string, string> = {}) {
  const clock = createSkipClock();
  let runs = 0;
  const shop = await startWebhookShop(
    { RETENTION_DAYS: '1', ...variables },
    {
      clock,
      wrapLog: (log) => ({
        ...log,
        async retain() {
          const removed = await log.retain();
          runs++;
          return removed;
        },
      }),
    },
  );
  await eventually(
    () => runs,
    (count) => count > 0,
  );
  return {
    ...shop,
    async skip(days: number) {
      const before = runs;
      clock.skip(days * DAY_MS);
      await eventually(
        () => runs,
        (count) => count > before,
      );
    },
    filesWith: (text: string) =>
      readdirSync(shop.dataDir).filter((name) => readFileSync(join(shop.dataDir, name)).includes(text)),
    deadLetters: async () =>
      (await (await shop.admin('GET', '/admin/dead-letters')).json()).deadLetters as {
        consumer: string;
        reason: string;
        event: { messageId: string };
      }[],
    replay: async (consumer: string) =>
      (await (await shop.admin('POST', '/admin/dead-letters/replay', { consumer })).json()).replayed,
    metric: async (name: string) =>
      (await (await shop.admin('GET', '/metrics')).text())
        .split('\n')
        .find((line) => line.startsWith(name) && line.includes('customerio')),
  };
}

test('of an order its ids and the buyer’s digests are left after the retention, nothing else', async () => {
  const { place, settled, counted, skip, filesWith, sendWebhook, sandbox } = await startShop();
  const orderId = '2105022431212188732466611';
  const buyer = { userId: '77', email: 'ada@example.com', browserIp: ADDRESS };
  await place(orderId, '#D6611', buyer);
  await settled();
  await counted();
  expect(filesWith(ADDRESS)).not.toEqual([]);
  await skip(40);
  expect(filesWith(ADDRESS)).toEqual([]);
  const refund = {
    id: 'R6611',
    order_id: orderId,
    transactions: [{ kind: 'refund', status: 'success', amount: '5' }],
  };
  await sendWebhook('refunds/create', refund, 'refund');
  const refunds = () =>
    (sandbox.accepted('customerio') as { event?: string; userId?: string }[]).filter(
      ({ event }) => event === 'Order Refunded',
    );
  expect(await eventually(refunds, ({ length }) => length > 0)).toMatchObject([{ userId: '77' }]);
  await skip(361);
  expect(filesWith('D6611')).toEqual([]);
}, 60_000);

test('what waits is alerted from day 7, is a dead letter after 28 days, and leaves a day later', async () => {
  const shop = await startShop();
  const { skip, deadLetters, filesWith, lines, metric, sandbox } = shop;
  sandbox.setFaults('customerio', { status: 503 });
  const view = { anonymousId: 'visitor', event: 'Product Viewed', properties: { name: 'waiting-tea' } };
  await shop.post('/v1/track', { ...view, messageId: 'view-1' }, IN_BROWSER);
  await eventually(
    () => lines.join(''),
    (all) => all.includes('delivery failed; retrying'),
  );
  await skip(8);
  expect(lines.join('\n')).toContain('events have waited for more than 7 days');
  expect(Number((await metric('storebeacon_queue_oldest_age_seconds'))?.split(' ').at(-1))).toBeGreaterThan(
    7 * 86_400,
  );
  expect(await deadLetters()).toEqual([]);
  await skip(21);
  const expired = await eventually(deadLetters, ({ length }) => length > 0);
  expect(expired).toMatchObject([
    { consumer: expect.stringMatching(/^customerio@/), reason: 'expired', event: { messageId: 'view-1' } },
  ]);
  expect(await eventually(() => metric('storebeacon_dead_letters_total'), Boolean)).toBeTruthy();
  expect(filesWith('waiting-tea')).not.toEqual([]);
  await skip(1.1);
  expect(await deadLetters()).toEqual([]);
  expect(filesWith('waiting-tea')).toEqual([]);
}, 60_000);

test('a dead letter leaves a day after its death; one that is replayed and dies again, after that', async () => {
  const { post, skip, deadLetters, replay, filesWith, sandbox } = await startShop();
  sandbox.setFaults('customerio', { status: 400, body: { message: 'no' } });
  const view = { anonymousId: 'visitor', event: 'Product Viewed', properties: { name: 'dead-tea' } };
  await post('/v1/track', view, IN_BROWSER);
  const [first] = await eventually(deadLetters, ({ length }) => length > 0);
  await skip(0.9);
  expect(await replay(first?.consumer ?? '')).toBe(1);
  await skip(0.05);
  await eventually(deadLetters, ({ length }) => length > 0);
  await skip(0.9);
  expect(await deadLetters()).toHaveLength(1);
  await skip(0.2);
  expect(await deadLetters()).toEqual([]);
  expect(filesWith('dead-tea')).toEqual([]);
}, 60_000);

test.each([
  ['a no', { advertising: false, analytics: false, marketing: false }, 0],
  ['no further word', undefined, 1],
])(
  'a cart that is kept for longer than 90 days, and %s after it',
  async (_, choice, orders) => {
    const { post, place, settled, skip, sandbox } = await startShop({
      RETENTION_DAYS: '200',
      CONSENT_DEFAULT: 'granted',
    });
    await place('21050224312121887324660000', '#D999', { userId: '6999' });
    const [anonymousId, cart] = [randomUUID(), randomUUID()];
    const say = (event: string, categoryPreferences: object, properties: object = {}) =>
      post(
        '/v1/track',
        { event, anonymousId, properties, context: { consent: { categoryPreferences } } },
        IN_BROWSER,
      );
    const all = { advertising: true, analytics: true, marketing: true };
    await say('Cart Viewed', all, { cart_id: cart });
    if (choice) await say('Consent Denied', choice);
    await skip(91);
    await skip(1);
    const orderId = '21050224312121887324667001';
    await place(orderId, '#D7001', { cartToken: cart, email: 'buyer@example.com' });
    await settled();
    const sent = sandbox.accepted('customerio').filter((item) => JSON.stringify(item).includes(orderId));
    expect(sent).toHaveLength(orders);
  },
  60_000,
);

test('a choice is known for 90 days after it was said, and for 90 more after an event that needed it', async () => {
  const serverKey = 'server-key-of-the-backend-0123';
  const { post, settled, skip, sandbox } = await startShop({
    CONSENT_DEFAULT: 'granted',
    SERVER_KEY: serverKey,
  });
  const [asked, left] = [randomUUID(), randomUUID()];
  const none = { advertising: false, analytics: false, marketing: false };
  for (const anonymousId of [asked, left]) {
    const context = { consent: { categoryPreferences: none } };
    await post('/v1/track', { event: 'Consent Denied', anonymousId, context }, IN_BROWSER);
  }
  const isReached = async (anonymousId: string, day: number) => {
    const authorization = `Basic ${btoa(`${serverKey}:`)}`;
    await post('/v1/track', { event: `Day ${day}`, anonymousId }, { authorization });
    await settled();
    return JSON.stringify(sandbox.accepted('customerio')).includes(`"Day ${day}"`);
  };
  await skip(89);
  expect(await isReached(asked, 89)).toBe(false);
  await skip(2);
  expect(await isReached(left, 91)).toBe(true);
  await skip(86);
  expect(await isReached(asked, 177)).toBe(false);
  await skip(91);
  expect(await isReached(asked, 268)).toBe(true);
}, 60_000);

test('what a backend said of an email is known as long as an order with it', async () => {
  const serverKey = 'server-key-of-the-backend-0123';
  const { post, place, settled, skip, sandbox, sendWebhook } = await startShop({
    CONSENT_DEFAULT: 'granted',
    SERVER_KEY: serverKey,
  });
  await place('21050224312121887324660000', '#D999', { userId: '6999' });
  const none = { advertising: false, analytics: false, marketing: false };
  const denial = { event: 'Consent Denied', userId: 'buyer@example.com' };
  await post(
    '/v1/track',
    { ...denial, context: { consent: { categoryPreferences: none } } },
    { authorization: `Basic ${btoa(`${serverKey}:`)}` },
  );
  const orderId = '21050224312121887324667002';
  await place(orderId, '#D7002', { email: 'buyer@example.com' });
  await settled();
  await skip(100);
  await skip(1);
  await sendWebhook('refunds/create', {
    ...{ id: 'R7002', order_id: orderId },
    transactions: [{ kind: 'refund', status: 'success', amount: '5' }],
  });
  await settled();
  expect(JSON.stringify(sandbox.accepted('customerio'))).not.toContain(orderId);
}, 60_000);
