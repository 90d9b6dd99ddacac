// @module-tag slow
import { afterAll, describe, expect, test } from 'vitest';
import { signShopline } from '../../server/sandbox/webhooks.ts';
import { WRITE_KEY } from '../support/shop.ts';
import { startWebhookShop } from '../support/webhook-shop.ts';

describe('a signed webhook that cannot be used has a clear answer, twice the same, and nothing is stored of it', async () => {
  const shop = await startWebhookShop({}, { whenOver: afterAll });
  const { admin, order, ordersAt, atShopline, post } = shop;
  const SECRET = 'app-secret-of-the-shop';
  const send = async (topic: string, body: unknown, shopDomain = 'sandbox.myshopline.com') => {
    const { headers, body: text } = signShopline({
      topic,
      body,
      secret: SECRET,
      shopDomain,
      webhookId: 'w-1',
    });
    const answer = await post('/v1/webhooks/shopline', text, headers);
    return { status: answer.status, ...(await answer.json()) };
  };
  const stored = async () => {
    const { destinations, counters } = await (await admin('GET', '/admin/status')).json();
    const waiting = destinations.map((one: { waiting: number }) => one.waiting);
    const bytes = counters.find(({ name }: { name: string }) => name === 'appended_bytes')?.value ?? 0;
    return { waiting, bytes, tiktok: ordersAt('tiktok'), shopline: atShopline() };
  };
  const body = order('21050224050312121887324660', '1001') as Record<string, unknown>;
  const nameless = {
    ...body,
    ...{ id: null, name: ' ', order_status_url: null, checkout_id: '', checkout_token: null },
  };
  const UNUSED = { status: 200, success: true, accepted: 0, duplicates: 0 };

  test.each([
    {
      title: 'of a shop that is not known',
      topic: 'orders/create',
      body,
      domain: 'other.myshopline.com',
      is: { status: 404, code: 'unknown-shop' },
    },
    {
      title: 'of a shop without a name',
      topic: 'orders/create',
      body,
      domain: '',
      is: { status: 404, code: 'unknown-shop' },
    },
    { title: 'under a topic that is not known', topic: 'orders/exploded', body, is: UNUSED },
    { title: 'without a topic', topic: '', body, is: UNUSED },
    { title: 'with an order without an id', topic: 'orders/create', body: nameless, is: UNUSED },
    { title: 'with a payment of an order without an id', topic: 'orders/paid', body: nameless, is: UNUSED },
    {
      title: 'with a refund of no order',
      topic: 'refunds/create',
      body: { id: 'R1', transactions: [] },
      is: UNUSED,
    },
    { title: 'with a list', topic: 'orders/create', body: [body], is: UNUSED },
  ])('$title', async ({ topic, body, domain, is }) => {
    const before = await stored();
    expect(await send(topic, body, domain)).toMatchObject(is);
    expect(await send(topic, body, domain)).toMatchObject(is);
    expect(await stored()).toEqual(before);
  });

  test('the genuine order after it, under the same webhook id, is taken once', async () => {
    const { status, accepted, duplicates } = await send('orders/create', body);
    expect({ status, accepted, duplicates }).toEqual({ status: 200, accepted: 1, duplicates: 0 });
    expect(await send('orders/create', body)).toMatchObject({ accepted: 1, duplicates: 1 });
    await shop.settled();
    expect(
      ordersAt('tiktok')
        .map(({ event }) => event)
        .toSorted(),
    ).toEqual(['PlaceAnOrder', 'Purchase']);
  });

  test('a page has no say in it: its key sends no webhook', async () => {
    expect((await post('/v1/webhooks/shopline', body, { authorization: `Bearer ${WRITE_KEY}` })).status).toBe(
      404,
    );
  });
});
