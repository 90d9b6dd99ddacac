import { describe, expect, test } from 'vitest';
import { type Accepted, LogUnavailable } from '../../../server/store/store.ts';
import { createFakeClock, settled } from '../../support/clock.ts';
import { eventually } from '../../support/eventually.ts';
import { SHOP_POLICY } from '../../support/shop.ts';
import { APP_SECRET, configOf, NOW, oneShop, order, sign, startWebhookServer } from '../support.ts';

const twoShops = {
  ALLOWED_ORIGINS: 'https://shop.example',
  TIKTOK_PIXEL_CODE: 'PIXEL',
  TIKTOK_ACCESS_TOKEN: 'token-of-the-pixel',
  ...SHOP_POLICY,
  shops: {
    one: { WRITE_KEY: 'one', SHOPLINE_HANDLE: 'open001', SHOPLINE_APP_SECRET: APP_SECRET },
    two: { WRITE_KEY: 'two', SHOPLINE_HANDLE: 'Open002', SHOPLINE_APP_SECRET: 'the secret of two' },
    three: { WRITE_KEY: 'three', SHOPLINE_HANDLE: 'open003' },
  },
};

describe('who may send webhooks', () => {
  test.each(['hex', 'base64'] as const)('a request signed with the app secret, in %s', async (encoding) => {
    const webhooks = await startWebhookServer();
    const body = JSON.stringify(order());
    const signature = sign(body, APP_SECRET, encoding);
    const answer = await webhooks.shopline('orders/create', body, { 'X-Shopline-Hmac-Sha256': signature });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ success: true, accepted: 1, duplicates: 0 });
    expect(webhooks.entries).toHaveLength(1);
  });

  const right = sign(JSON.stringify(order()));
  test.each([
    ['no signature', ''],
    ['another secret', sign(JSON.stringify(order()), 'not the app secret')],
    ['a signature of another body', sign(JSON.stringify(order({ current_total_price: '1.00' })))],
    ['a signature cut short', right.slice(0, 62)],
    ['too many bytes', `${right}00`],
    ['hex read as base64', Buffer.from(right).toString('base64')],
    ['no signature at all but text', 'let me in'],
    ['base64 with rubbish behind it', `${sign(JSON.stringify(order()), APP_SECRET, 'base64')}!`],
  ])('%s: 401, and nothing is stored', async (_, signature) => {
    const webhooks = await startWebhookServer();
    const answer = await webhooks.shopline('orders/create', order(), { 'X-Shopline-Hmac-Sha256': signature });
    expect(answer.status).toBe(401);
    expect((await answer.json()).code).toBe('bad-signature');
    expect(webhooks.entries).toEqual([]);
    expect(webhooks.counted()).toEqual(['requests_refused bad-signature 1']);
  });

  test('what is signed is the bytes: the same JSON written otherwise is not', async () => {
    const webhooks = await startWebhookServer();
    const answer = await webhooks.shopline('orders/create', JSON.stringify(order(), null, 1), {
      'X-Shopline-Hmac-Sha256': right,
    });
    expect(answer.status).toBe(401);
  });

  test.each([
    ['another store', 'open009.myshopline.com'],
    ['no store', ''],
    ['a store with more behind it', 'open001.myshopline.com.evil.example'],
    ['a store of which only webhooks are off', 'open003.myshopline.com'],
  ])('%s is unknown: 404 with what would be right', async (_, domain) => {
    const webhooks = await startWebhookServer({ config: configOf({}, twoShops) });
    const answer = await webhooks.shopline('orders/create', order(), { 'X-Shopline-Shop-Domain': domain });
    expect(answer.status).toBe(404);
    const { code, message } = await answer.json();
    expect(code).toBe('unknown-shop');
    expect(message).toContain('SHOPLINE_HANDLE');
    expect(webhooks.entries).toEqual([]);
  });

  test('each shop has its own secret, and its orders are its own', async () => {
    const webhooks = await startWebhookServer({ config: configOf({}, twoShops) });
    const body = JSON.stringify(order());
    const ofTwo = { 'X-Shopline-Shop-Domain': 'OPEN002.myshopline.com' };
    expect((await webhooks.shopline('orders/create', body, ofTwo)).status).toBe(401);
    const signed = { ...ofTwo, 'X-Shopline-Hmac-Sha256': sign(body, 'the secret of two') };
    expect((await webhooks.shopline('orders/create', body, signed)).status).toBe(200);
    expect((await webhooks.shopline('orders/create', body)).status).toBe(200);
    expect(webhooks.entries.map(({ event }) => event.shop)).toEqual(['two', 'one']);
  });

  test('without any app secret there is no such route', async () => {
    const { SHOPLINE_APP_SECRET: _, ...off } = oneShop;
    const webhooks = await startWebhookServer({ config: configOf(off) });
    const answer = await webhooks.shopline('orders/create', order());
    expect([answer.status, (await answer.json()).code]).toEqual([404, 'not-found']);
  });
});

describe('what is answered', () => {
  test('a webhook sent again is stored once, and answered 200', async () => {
    const webhooks = await startWebhookServer();
    const same = { 'X-Shopline-Webhook-Id': 'b54557e48a5fbf7d70bcd043' };
    const answers = [];
    for (let time = 0; time < 3; time++)
      answers.push(await (await webhooks.shopline('orders/create', order(), same)).json());
    expect(answers.map(({ duplicates }) => duplicates)).toEqual([0, 1, 1]);
    expect(webhooks.entries.map(({ event }) => event.messageId)).toEqual([
      'shopline:b54557e48a5fbf7d70bcd043',
    ]);
    expect(webhooks.counted()).toEqual([
      'webhooks_received shop,shopline,stored 1',
      'webhooks_received shop,shopline,repeated 2',
    ]);
  });

  test('without a webhook id, the same body under the same topic is the same webhook', async () => {
    const webhooks = await startWebhookServer();
    const none = { 'X-Shopline-Webhook-Id': ' ' };
    const paid = order({ id: undefined });
    for (const topic of ['orders/create', 'orders/create', 'orders/paid'])
      expect((await webhooks.shopline(topic, paid, none)).status).toBe(200);
    expect(webhooks.entries.map(({ event }) => event.event)).toEqual(['Order Completed', 'Order Updated']);
    expect(webhooks.entries[0]?.event.messageId).toMatch(/^shopline:[0-9a-f]{64}$/);
  });

  test('an id of any length and look becomes one a destination can take', async () => {
    const webhooks = await startWebhookServer();
    await webhooks.shopline('orders/create', order(), {
      'X-Shopline-Webhook-Id': `ada@example.com ${'x'.repeat(5000)}`,
    });
    expect(webhooks.entries[0]?.event.messageId).toMatch(/^shopline:[0-9a-f]{64}$/);
  });

  test.each(['products/update', 'customers/update', '', 'constructor', 'orders/fulfilled'])(
    'a topic that says nothing here (%s) is answered, and counted as unused',
    async (topic) => {
      const webhooks = await startWebhookServer();
      const answer = await webhooks.shopline(topic, order());
      expect([answer.status, await answer.json()]).toEqual([
        200,
        { success: true, accepted: 0, duplicates: 0 },
      ]);
      expect(webhooks.entries).toEqual([]);
      expect(webhooks.counted()).toEqual(['webhooks_received shop,shopline,unused 1']);
    },
  );

  test.each([
    [
      'orders/create',
      order({ id: null, name: ' ', order_status_url: null, checkout_id: '', checkout_token: null }),
      'id',
    ],
    [
      'orders/create',
      order({
        id: 2 ** 60,
        name: {},
        order_status_url: 7,
        checkout_id: [],
        checkout_token: true,
      }),
      'id',
    ],
    ['orders/create', {}, 'id'],
    ['refunds/create', { id: 'refund', transactions: [] }, 'order_id'],
    ['checkouts/create', { email: 'ada@example.com' }, 'token'],
    ['carts/update', {}, 'token'],
    ['customers/redact', { customer: {} }, 'customer'],
    ['orders/paid', [order()], 'a JSON object'],
    ['orders/paid', '"text"', 'a JSON object'],
    ['orders/cancelled', 'null', 'a JSON object'],
  ])(
    '%s that lacks what it is about is never sent again 19 times: 200, unused, a line without values',
    async (topic, payload, lacks) => {
      const webhooks = await startWebhookServer();
      const answer = await webhooks.shopline(topic, payload);
      expect(answer.status).toBe(200);
      expect(webhooks.entries).toEqual([]);
      expect(webhooks.counted()).toEqual(['webhooks_received shop,shopline,unused 1']);
      expect(JSON.parse(webhooks.lines[0] ?? '')).toMatchObject({ shop: 'shop', topic, lacks });
      expect(webhooks.lines.join()).not.toMatch(/ada|D1001|2105/i);
    },
  );

  test.each(['', '{', '{"id": "1"', 'id=1', '\xff'])('what is no JSON (%s) is answered 400', async (body) => {
    const webhooks = await startWebhookServer();
    const answer = await webhooks.shopline('orders/create', body);
    expect([answer.status, (await answer.json()).code]).toEqual([400, 'malformed-body']);
  });

  test('while the log is down: 503 with Retry-After, and the body is let go', async () => {
    const accept = () => Promise.reject(new LogUnavailable('disk full'));
    const webhooks = await startWebhookServer({ log: { accept } });
    const answer = await webhooks.shopline('orders/create', order());
    expect([answer.status, (await answer.json()).code]).toEqual([503, 'not-stored']);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(webhooks.bytesHeld()).toBe(0);
    expect(webhooks.counted()).toEqual(['requests_refused not-stored 1']);
  });

  test('when the log hangs: 503 before the sender gives up, never 200; its bytes stay counted', async () => {
    const clock = createFakeClock(NOW);
    let finish = (_: Accepted[]) => {};
    const hanging = new Promise<Accepted[]>((resolve) => {
      finish = resolve;
    });
    let asked = 0;
    const webhooks = await startWebhookServer({
      clock,
      log: {
        accept: () => {
          asked++;
          return hanging;
        },
      },
    });
    const answering = webhooks.shopline('orders/create', order());
    await eventually(
      () => asked,
      (times) => times === 1,
    );
    await clock.advance(3_499);
    expect(webhooks.counted()).toEqual([]);
    await clock.advance(1);
    const answer = await answering;
    expect([answer.status, (await answer.json()).code]).toEqual([503, 'busy']);
    expect(webhooks.bytesHeld()).toBeGreaterThan(500);
    finish([{ isStored: true }]);
    await settled();
    expect(webhooks.bytesHeld()).toBe(0);
  });
});

describe('hostile bodies', () => {
  test('more than 500 KB is refused with 413 before it is read', async () => {
    const webhooks = await startWebhookServer();
    const answer = await webhooks.shopline('orders/create', order({ buyer_note: 'x'.repeat(512_001) }));
    expect(answer.status).toBe(413);
    expect(webhooks.bytesHeld()).toBe(0);
  });

  test('more than the budget of all is answered 503', async () => {
    const webhooks = await startWebhookServer({ log: { accept: () => new Promise(() => {}) } });
    const big = order({ buyer_note: 'x'.repeat(480_000) });
    for (const bytes of [480_000, 960_000]) {
      webhooks.shopline('orders/create', big).catch(() => {});
      await eventually(webhooks.bytesHeld, (held) => held > bytes);
    }
    const answer = await webhooks.shopline('orders/create', big);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  });

  test('an order around 200,000 nested lists is an order', async () => {
    const webhooks = await startWebhookServer();
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const body = JSON.stringify(order({ tags: 0 })).replace('"tags":0', `"tags":${deep}`);
    expect((await webhooks.shopline('orders/create', body)).status).toBe(200);
    expect(webhooks.entries[0]?.event.properties.order_id).toBe(order().id);
  });

  test('where lists stand for text, and objects for lists, only these fields are missing', async () => {
    const webhooks = await startWebhookServer();
    const nested = JSON.parse(`${'['.repeat(1000)}${']'.repeat(1000)}`);
    const odd = {
      email: nested,
      phone: nested,
      customer: nested,
      line_items: { length: 3 },
      note_attributes: 'x',
    };
    expect((await webhooks.shopline('orders/create', order(odd))).status).toBe(200);
    const { properties, identity } = webhooks.entries[0]?.event ?? {};
    expect(properties).toMatchObject({ total: 960, currency: 'TWD' });
    expect(properties).not.toHaveProperty('products');
    expect(identity).not.toHaveProperty('emailSha256');
  });

  test('keys that reach a prototype reach nothing', async () => {
    const webhooks = await startWebhookServer();
    const body = `{"__proto__": {"id": "1", "polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "id": "7",
      "customer": {"__proto__": {"email": "ada@example.com"}}, "line_items": [{"__proto__": {"price": 5}, "sku": "s"}]}`;
    expect((await webhooks.shopline('orders/create', body)).status).toBe(200);
    expect(webhooks.entries[0]?.event.properties).toEqual({ order_id: '7', products: [{ sku: 's' }] });
    expect(webhooks.entries[0]?.event.identity).toEqual({});
    expect({}).not.toHaveProperty('polluted');
  });

  test('an order of very many lines keeps a thousand', async () => {
    const webhooks = await startWebhookServer();
    const line_items = Array.from({ length: 5000 }, (_, index) => ({ sku: String(index), quantity: 1 }));
    await webhooks.shopline('orders/create', order({ line_items }));
    expect(webhooks.entries[0]?.event.properties.products).toHaveLength(1000);
  });
});
