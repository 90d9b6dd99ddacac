import { expect, onTestFinished, test } from 'vitest';
import { createSandbox, sandboxVariables } from '../../server/sandbox/index.ts';
import type { Store } from '../../server/store/store.ts';
import { eventually, startCollector } from '../support/collector.ts';
import { IN_BROWSER } from '../support/webhook-shop.ts';

const FIRST = 'tiktok@tea';
const EU = 'tiktok:eu@tea';
const REJECTED = { body: { code: 40002, message: 'this pixel takes no such event', data: {} } };
const ORDER = { order_id: 'O-7', total: 10, currency: 'TWD', financial_status: 'paid' };

type Sent = { event: string; event_id: string };

/** A shop whose `tiktok:eu` is another TikTok than its first. */
async function startShop() {
  const [first, eu] = [await createSandbox(), await createSandbox()];
  onTestFinished(async () => {
    await Promise.all([first.close(), eu.close()]);
  });
  const own = Object.entries(sandboxVariables(eu.urls)).filter(([name]) => name.startsWith('TIKTOK_'));
  const destinations = { 'tiktok:eu': Object.fromEntries(own) };
  let store: Store | undefined;
  const collector = await startCollector(
    {},
    {
      sandbox: first,
      shops: { tea: { destinations } as never },
      wrapLog: (log) => {
        store = log;
        return log;
      },
    },
  );
  const { admin, post } = collector;
  const json = async (method: string, path: string, body?: unknown) =>
    (await admin(method, path, body)).json();
  return {
    ...{ first, eu },
    track: (messageId: string, event: string, properties: object = {}) =>
      post('/v1/track', { messageId, event, properties, anonymousId: 'visitor' }, IN_BROWSER),
    deadLettersOf: async (consumer: string) =>
      (await json('GET', `/admin/dead-letters?consumer=${encodeURIComponent(consumer)}`)).deadLetters,
    ask: (what: 'replay' | 'discard', selection: object) =>
      json('POST', `/admin/dead-letters/${what}`, selection),
    settled: () =>
      eventually(
        async () => (await json('GET', '/admin/status')).destinations as { waiting: number }[],
        (all) => all.every(({ waiting }) => waiting === 0),
      ),
    metrics: async () => (await admin('GET', '/metrics')).text(),
    history: async (consumer: string) => (await store?.history({ consumer, limit: 100 })) ?? [],
    sentTo: (api: typeof first) => (api.accepted('tiktok') as Sent[]).map(({ event }) => event).toSorted(),
  };
}

test('dead letters of one instance are listed, replayed and discarded apart from the other’s', async () => {
  const { first, eu, track, deadLettersOf, ask, settled, sentTo, metrics } = await startShop();
  eu.setFaults('tiktok', { ...REJECTED, times: 2 });
  await track('m-1', 'Product Viewed', { product_id: 'p' });
  await settled();
  await track('m-2', 'Product Added', { product_id: 'p' });
  await settled();
  expect(sentTo(first)).toEqual(['AddToCart', 'ViewContent']);
  expect(sentTo(eu)).toEqual([]);
  expect(await deadLettersOf(FIRST)).toEqual([]);
  const dead = await deadLettersOf(EU);
  expect(dead).toMatchObject([
    { consumer: EU, reason: 'rejected' },
    { consumer: EU, reason: 'rejected' },
  ]);
  expect(await metrics()).toMatch(
    /dead_letters_total\{shop="tea",destination="tiktok:eu",reason="rejected"\} 2/,
  );

  expect(await ask('replay', { consumer: FIRST })).toEqual({ replayed: 0 });
  expect(await ask('discard', { ids: [dead[0].id] })).toEqual({ discarded: 1 });
  expect(await ask('replay', { consumer: EU })).toEqual({ replayed: 1 });
  await settled();
  expect(await deadLettersOf(EU)).toEqual([]);
  expect(sentTo(eu)).toEqual(['ViewContent']);
  expect(sentTo(first)).toEqual(['AddToCart', 'ViewContent']);
});

test('each instance has a ledger of its own: what one has accepted is not taken for sent to the other', async () => {
  const { first, eu, track, ask, settled, sentTo, deadLettersOf } = await startShop();
  eu.setFaults('tiktok', { ...REJECTED, times: 10 });
  await track('m-1', 'Order Completed', ORDER);
  await settled();
  expect(sentTo(first)).toEqual(['PlaceAnOrder', 'Purchase']);
  expect(await deadLettersOf(EU)).toHaveLength(1);
  eu.setFaults('tiktok', undefined);
  expect(await ask('replay', { consumer: EU })).toEqual({ replayed: 1 });
  await settled();
  expect(sentTo(eu)).toEqual(['PlaceAnOrder', 'Purchase']);
  expect(sentTo(first)).toEqual(['PlaceAnOrder', 'Purchase']);
});

test('what an accepted event can be matched by is counted once for each destination, however many payloads it has', async () => {
  const { track, settled, metrics } = await startShop();
  await track('m-1', 'Order Completed', ORDER);
  await settled();
  const counted = [
    ...(await metrics()).matchAll(
      /^storebeacon_deliveries_matchable_total\{shop="tea",destination="tiktok:eu",key="(\w+)"\} ([1-9]\d*)$/gm,
    ),
  ];
  expect(counted.map(([, key, count]) => `${key} ${count}`).toSorted()).toEqual([
    'external_id 1',
    'ip 1',
    'user_agent 1',
  ]);
});

test('each instance has a delivery history of its own', async () => {
  const { eu, track, settled, history } = await startShop();
  eu.setFaults('tiktok', { ...REJECTED, times: 1 });
  await track('m-1', 'Product Viewed', { product_id: 'p' });
  await settled();
  expect(await history(FIRST)).toMatchObject([
    { consumer: FIRST, outcome: 'delivered', count: 1, messageIds: ['m-1'] },
  ]);
  expect(await history(EU)).toMatchObject([
    { consumer: EU, outcome: 'rejected', code: '40002', count: 1, messageIds: ['m-1'] },
  ]);
});
