// @module-tag slow
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { basic } from '../support/collector.ts';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

/** What a page says of a checkout whose id can be guessed. The shop's webhooks arrived before. */
const SERVER_KEY = 'server-key-of-the-backend-0123';
const shop = await startWebhookShop({ SERVER_KEY }, { whenOver: afterAll });
await shop.place('2105022431212188732466300', '#D6300', { userId: '1' });
await shop.settled();

const start = (properties: object, headers: Record<string, string> = IN_BROWSER) =>
  shop.post('/v1/track', { anonymousId: randomUUID(), event: 'Checkout Started', properties }, headers);
const webhook = (checkout: object) => {
  const body = { email: 'ann@example.com', total_price: 777, currency: 'TWD', line_items: [], ...checkout };
  return shop.sendWebhook('checkouts/create', body, randomUUID());
};
const begun = async () => {
  await shop.settled();
  const sent = shop.sandbox.accepted('tiktok') as {
    event: string;
    event_id: string;
    properties?: { value?: number };
  }[];
  shop.sandbox.clear();
  return sent.filter(({ event }) => event === 'InitiateCheckout');
};
const stored = { accepted: 1, duplicates: 0 };

describe.each(['12345', 'checkout-5001', '21050224312121887324667900'])('the checkout %s', (id) => {
  test.each(['checkout_id', 'checkout_token'])(
    'a page that claims it as %s takes it from nobody',
    async (field) => {
      expect(await (await start({ [field]: id, total: 0.01, currency: 'TWD' })).json()).toMatchObject(stored);
      const own = `${id}${field === 'checkout_id' ? 1 : 2}`;
      expect(await (await start({ [field]: own, total: 0.01, currency: 'TWD' })).json()).toMatchObject(
        stored,
      );
      expect(await (await webhook({ id: own })).json()).toMatchObject(stored);
      const sent = await begun();
      expect(sent.map(({ properties }) => properties?.value).sort()).toEqual([0.01, 0.01, 777]);
      expect(new Set(sent.map(({ event_id }) => event_id)).size).toBe(3);
    },
  );

  test('the webhook repeated is one checkout', async () => {
    await webhook({ id: `${id}9` });
    expect(await (await webhook({ id: `${id}9` })).json()).toMatchObject({ duplicates: 1 });
    expect(await begun()).toHaveLength(1);
  });

  test("the backend's has an id of its own at TikTok", async () => {
    const properties = { checkout_id: `${id}8`, total: 777, currency: 'TWD' };
    await start(properties);
    await start(properties, { authorization: basic(SERVER_KEY) });
    expect(new Set((await begun()).map(({ event_id }) => event_id)).size).toBe(2);
  });
});

test.each(['checkout_token', 'checkout_id'])(
  'of one token the first is sent, also where a page calls it %s',
  async (field) => {
    const token = randomUUID();
    await start({ [field]: token });
    await webhook({ id: '77', token });
    expect((await begun()).map(({ event_id }) => event_id)).toEqual([`checkout:${token}`]);
  },
);
