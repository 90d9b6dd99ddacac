// @module-tag slow
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { messagePayload, signCustomerIo } from '../../server/sandbox/webhooks.ts';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

/** What a stranger can do to the campaign that statistics credit with a genuine order. Webhooks arrived before. */
const CUSTOMERIO_KEY = 'customerio-webhook-key-0123456789';
const shop = await startWebhookShop(
  { CUSTOMERIO_WEBHOOK_SIGNING_KEY: CUSTOMERIO_KEY, FLOWS: '[{"flow_id": "F1", "campaign_id": 1}]' },
  { whenOver: afterAll },
);
await shop.place('2105022431212188732466300', '#D6300', { userId: '1' });

let number = 7000;
const idOf = (nth: number) => `210502243121218873246${nth}`;
const post = async (batch: object[]) =>
  expect((await shop.post('/v1/batch', { batch }, IN_BROWSER)).status).toBe(200);
const landing = (marketing: string, anonymousId: string, more: object = {}) => ({
  type: 'page',
  anonymousId,
  context: { page: { url: `https://shop.example/?utm_id=${marketing}` } },
  ...more,
});
const creditOf = async (marketing: string): Promise<number> => {
  const { shops } = (await (await shop.counted()).json()) as {
    shops: { marketing: { marketingEventId: string; orders: number }[] }[];
  };
  return shops[0]?.marketing.find((one) => one.marketingEventId === marketing)?.orders ?? 0;
};

describe('a buyer who came by phone and buys by laptop', () => {
  const buy = async (attack: (userId: string) => Promise<void>) => {
    const [first, second] = [++number, ++number];
    const [phone, laptop] = [randomUUID(), randomUUID()];
    const [good, userId, cartToken] = [`MA_${first}`, `customer-${first}`, randomUUID()];
    await post([landing(good, phone)]);
    // A paid order of a logged-in customer, in whose cart the snippet wrote the phone's id: the link is proven.
    const attributes = { note_attributes: [{ name: '_sb_id', value: phone }] };
    await shop.place(idOf(first), `#D${first}`, { userId }, attributes);
    await post([
      { type: 'track', event: 'Cart Viewed', anonymousId: laptop, properties: { cart_id: cartToken } },
    ]);
    await attack(userId);
    await shop.place(idOf(second), `#D${second}`, { userId, cartToken });
    return creditOf(good);
  };

  test('is credited to the campaign on the phone', async () => {
    expect(await buy(async () => {})).toBe(2);
  });

  test('still is when 201 visitors claim to be that customer', async () => {
    const claims = (userId: string) =>
      Array.from({ length: 201 }, () => ({ type: 'page', anonymousId: randomUUID(), userId }));
    expect(await buy((userId) => post(claims(userId)))).toBe(2);
  });
});

/** Customer.io's report of a message to this customer, with its id of the person. */
async function mailed(metric: 'sent' | 'clicked', userId: string, cioId: string) {
  const timestamp = Math.floor(Date.now() / 1000);
  const deliveryId = `dl-${metric}-${userId}`;
  const identifiers = { id: userId, email: `${userId}@example.com`, cioId };
  const ids = { campaignId: 1, actionId: 2 };
  const body = messagePayload({ eventId: deliveryId, metric, timestamp, deliveryId, identifiers, ...ids });
  const hook = signCustomerIo({ key: CUSTOMERIO_KEY, timestamp, body });
  expect((await shop.post('/v1/webhooks/customerio', hook.body, hook.headers)).status).toBe(200);
}

describe("a landing with the buyer's id at Customer.io, which whoever has the link holds", () => {
  const withId = (marketing: string, cioId: string) => ({
    type: 'page',
    anonymousId: randomUUID(),
    context: { page: { url: `https://shop.example/?utm_id=${marketing}&_cio_id=${cioId}` } },
  });
  const begin = () => {
    const nth = ++number;
    const [buyer, cartToken] = [randomUUID(), randomUUID()];
    return {
      ...{ good: `MA_${nth}`, evil: `MA_EVIL${nth}`, buyer, userId: `customer-${nth}` },
      cioId: `d9c1060000${nth}`,
      showCart: () =>
        post([
          { type: 'track', event: 'Cart Viewed', anonymousId: buyer, properties: { cart_id: cartToken } },
        ]),
      place: () => shop.place(idOf(nth), `#D${nth}`, { userId: `customer-${nth}`, cartToken }),
    };
  };

  test("takes no credit from the buyer's own landing", async () => {
    const { good, evil, buyer, userId, cioId, showCart, place } = begin();
    await mailed('sent', userId, cioId);
    await post([landing(good, buyer)]);
    await showCart();
    await post([withId(evil, cioId)]);
    await place();
    expect([await creditOf(good), await creditOf(evil)]).toEqual([1, 0]);
  });

  test.each([0, 250])(
    'is credited where nothing is stronger, whatever %d strangers claim',
    async (claims) => {
      const { good, userId, cioId, showCart, place } = begin();
      await mailed('sent', userId, cioId);
      await post([withId(good, cioId)]);
      if (claims > 0)
        await post(
          Array.from({ length: claims }, () => ({ type: 'identify', anonymousId: randomUUID(), userId })),
        );
      await showCart();
      await place();
      expect(await creditOf(good)).toBe(1);
    },
  );

  test('is credited before an earlier landing of the buyer where a click in a message led to it', async () => {
    const { good, evil, buyer, userId, cioId, showCart, place } = begin();
    await post([landing(evil, buyer)]);
    await showCart();
    await mailed('clicked', userId, cioId);
    await post([withId(good, cioId)]);
    await place();
    expect([await creditOf(good), await creditOf(evil)]).toEqual([1, 0]);
  });
});

describe('a visitor of another campaign does not take the credit of an order whose buyer is evidenced', () => {
  const buy = async (attack: (evil: string, nth: number) => Promise<void>, parts: object = {}) => {
    const nth = ++number;
    const [good, evil, buyer, cartToken] = [`MA_${nth}`, `MA_EVIL${nth}`, randomUUID(), randomUUID()];
    await post([
      landing(good, buyer),
      { type: 'track', event: 'Cart Viewed', anonymousId: buyer, properties: { cart_id: cartToken } },
    ]);
    await attack(evil, nth);
    const own = { userId: `customer-${nth}`, email: `buyer-${nth}@example.com`, cartToken, ...parts };
    await shop.place(idOf(nth), `#D${nth}`, own);
    return [await creditOf(good), await creditOf(evil)];
  };

  test('by its checkout_id, which can be guessed', async () => {
    const credit = await buy(
      async (evil) => {
        const stranger = randomUUID();
        const properties = { checkout_id: 'checkout-5001' };
        await post([
          landing(evil, stranger),
          { type: 'track', event: 'Checkout Started', anonymousId: stranger, properties },
        ]);
      },
      { checkoutId: 'checkout-5001' },
    );
    expect(credit).toEqual([1, 0]);
  });

  test("by an own paid order with the buyer's email typed into it", async () => {
    const credit = await buy(async (evil, nth) => {
      const stranger = randomUUID();
      const own = ++number;
      const parts = { userId: `stranger-${own}`, email: `buyer-${nth}@example.com` };
      const attributes = { note_attributes: [{ name: '_sb_id', value: stranger }] };
      await shop.place(idOf(own), `#D${own}`, parts, attributes);
      await post([landing(evil, stranger)]);
    });
    expect(credit).toEqual([1, 0]);
  });
});
