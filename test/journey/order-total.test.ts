// @module-tag slow
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { createSkipClock } from '../support/skip-clock.ts';
import { tempDir } from '../support/temp-dir.ts';
import { startWebhookShop } from '../support/webhook-shop.ts';

const ORDER = '21050224050312121887324660';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** What SHOPLINE's Admin API lists: the whole order, with what it costs beside the lines, and one with a discount. */
const PRICE = { current_total_price: '199.00' };

type Shop = Awaited<ReturnType<typeof startWebhookShop>>;
const purchases = ({ ordersAt }: Shop) =>
  ordersAt('tiktok').map(({ event, properties }) => `${event} ${properties.value}`);
const WITH_TOTAL = ['PlaceAnOrder 199', 'Purchase 199'];

/** A shop that has had an order before. `list`: the Admin API lists the order, or does not answer yet. */
async function startShop(variables: Record<string, string> = {}, options = {}) {
  const sleeps: number[] = [];
  const skipClock = createSkipClock();
  const clock = {
    ...skipClock,
    sleep: (ms: number, signal?: AbortSignal) => {
      sleeps.push(ms);
      return skipClock.sleep(ms, signal);
    },
  };
  const shop = await startWebhookShop(variables, { clock, ...options });
  const {
    current_total_price: _,
    total_price: __,
    ...body
  } = shop.order(ORDER, '1001', { userId: '6999' }) as Record<string, unknown>;
  for (const name of Object.keys(body)) if (/total_price_set$/.test(name)) delete body[name];
  const listed = { ...body, ...PRICE, updated_at: new Date(clock.now()).toISOString() };
  return {
    ...shop,
    clock,
    /** Resolves when the order poll and the reading on demand have each ended a run. */
    pollWaits: () =>
      eventually(
        () => sleeps,
        (all) => all.includes(15 * MINUTE_MS) && all.includes(5_000),
      ),
    send: (topic = 'orders/create') => shop.sendWebhook(topic, body),
    list: () => {
      shop.sandbox.shopline.orders = [listed];
      shop.sandbox.setFaults('shopline', []);
    },
    fail: (status = 503) => shop.sandbox.setFaults('shopline', [{ status, path: 'orders' }]),
    settledAs: (expected: string[]) =>
      eventually(
        () => purchases(shop).toSorted(),
        (sent) => JSON.stringify(sent) === JSON.stringify(expected),
      ),
  };
}

test.each(['orders/create', 'orders/paid'])(
  'an order whose %s lacks the total is read from SHOPLINE before it is sent',
  async (topic) => {
    const { send, list, settledAs, settled, admin, ...shop } = await startShop();
    list();
    expect((await send(topic)).status).toBe(200);
    await settledAs(WITH_TOTAL);
    await settled();
    expect(purchases(shop as unknown as Shop)).toHaveLength(2);
    expect(await (await admin('GET', '/metrics')).text()).toMatch(/order_totals_missing_total\{[^}]*\} 1/);
  },
);

test('while SHOPLINE does not answer, the order and its refund wait, and the order poll finds it', async () => {
  const { send, list, fail, settledAs, clock, sendWebhook, ordersAt, counted, pollWaits } = await startShop();
  fail();
  await send();
  await sendWebhook('refunds/create', {
    ...{ id: 'R1', order_id: ORDER, created_at: new Date(clock.now()).toISOString() },
    transactions: [{ kind: 'refund', status: 'success', amount: '50.00', currency: 'TWD' }],
  });
  // Until then, the reading that the webhook asked for has found nothing either.
  await pollWaits();
  await counted();
  expect(ordersAt('customerio')).toEqual([]);
  list();
  clock.skip(16 * MINUTE_MS);
  await settledAs(WITH_TOTAL);
  await eventually(
    () => ordersAt('customerio').map(({ event }) => event),
    (names) =>
      names.includes('Order Refunded') && names.indexOf('Order Completed') < names.indexOf('Order Refunded'),
  );
});

test.each(['refunded', 'partially_refunded'])(
  'an order that is %s, of which the webhook says only what is left, waits for nothing',
  async (financialStatus) => {
    const { place, settledAs } = await startShop();
    await place(ORDER, '1001', { financialStatus, userId: '6999' });
    await settledAs(['PlaceAnOrder 240', 'Purchase 240']);
  },
);

test('an order that SHOPLINE does not list is sent as its lines add up, after a second look', async () => {
  const { send, settledAs, ordersAt, counted, pollWaits, clock } = await startShop();
  await send();
  await pollWaits();
  await counted();
  expect(ordersAt('tiktok')).toEqual([]);
  clock.skip(6_000);
  await settledAs(['PlaceAnOrder 240', 'Purchase 240']);
});

test.each([400, 401, 403, 404])('so is one that may not be read (%i), at once', async (status) => {
  const { send, settledAs, fail } = await startShop();
  fail(status);
  await send();
  await settledAs(['PlaceAnOrder 240', 'Purchase 240']);
});

test('an order that cannot be read is sent after an hour, as its lines add up', async () => {
  const { send, settledAs, fail, clock } = await startShop();
  fail();
  await send();
  clock.skip(HOUR_MS + 10_000);
  await settledAs(['PlaceAnOrder 240', 'Purchase 240']);
});

test('without an access token the order is sent as it is', async () => {
  const { send, settledAs, lines } = await startShop({
    SHOPLINE_ACCESS_TOKEN: '',
    SHOPLINE_CDP_CHANNEL_ID: '',
  });
  await send();
  await settledAs(['PlaceAnOrder 240', 'Purchase 240']);
  expect(lines.filter((line) => line.includes('order webhook without a total'))).toHaveLength(1);
});

test('an order that waits for its total survives a crash', async () => {
  const dataDir = tempDir();
  const first = await startShop({}, { dataDir });
  first.fail();
  await first.send();
  await first.stop();
  const { sandbox } = first;
  const next = await startShop({}, { dataDir, sandbox });
  next.list();
  next.clock.skip(16 * MINUTE_MS);
  await next.settledAs(WITH_TOTAL);
});
