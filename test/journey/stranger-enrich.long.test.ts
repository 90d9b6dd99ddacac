// @module-tag slow
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

/**
 * What somebody with the public write key can add to a genuine order, or take from it. The shop's webhooks arrived
 * before; visitors come through one proxy.
 */
const shop = await startWebhookShop({ TRUST_PROXY: '1', ORDER_MERGE_SECONDS: '1' }, { whenOver: afterAll });
await shop.place('2105022431212188732466300', '#D6300', { userId: '1' });

const HOME = '203.0.113.7';
const ELSEWHERE = '198.51.100.66';
const BUYERS_CLICK = 'E.C.P.buyer';
const STRANGERS_CLICK = 'E.C.P.stranger';

let nextNumber = 7000;
/** An order to come, its buyer and a stranger, known to nobody yet. */
function begin() {
  const number = nextNumber++;
  const orderId = `210502243121218873246${number}`;
  const [token, cartToken] = [randomUUID(), randomUUID()];
  const send = async (anonymousId: string, click: string, address: string, message: object) => {
    const context = { tiktok: { ttclid: click }, page: { url: 'https://shop.example/' } };
    const batch = [{ type: 'track', anonymousId, context, ...message }];
    const response = await shop.post('/v1/batch', { batch }, { ...IN_BROWSER, 'x-forwarded-for': address });
    expect(response.status).toBe(200);
  };
  const visitor = (click: string, address: string) => {
    const anonymousId = randomUUID();
    const say = (message: object, from = address) => send(anonymousId, click, from, message);
    return {
      anonymousId,
      say,
      land: (marketing: string, more: object = {}) =>
        say({
          type: 'page',
          context: {
            tiktok: { ttclid: click },
            page: { url: `https://shop.example/?utm_id=${marketing}` },
          },
          ...more,
        }),
      bought: (properties: object, more: object = {}, from = address) =>
        say(
          { event: 'Order Completed', properties: { total: 1, currency: 'TWD', ...properties }, ...more },
          from,
        ),
    };
  };
  const ofOrder = (api: 'tiktok' | 'customerio') =>
    shop.ordersAt(api).filter((one) => JSON.stringify(one).includes(orderId));
  return {
    ...{ number, orderId, token, cartToken },
    name: `D${number}`,
    buyer: visitor(BUYERS_CLICK, HOME),
    stranger: visitor(STRANGERS_CLICK, ELSEWHERE),
    /** Somebody else who has the buyer's address. */
    neighbour: visitor(STRANGERS_CLICK, HOME),
    visitor,
    place: (parts: object = {}, more: object = {}) =>
      shop.place(
        orderId,
        `#D${number}`,
        { userId: `customer-${number}`, checkoutToken: token, cartToken, browserIp: HOME, ...parts },
        more,
      ),
    /** What TikTok was sent of the order. */
    async sent() {
      await eventually(
        () => ofOrder('customerio'),
        (all) => all.length >= 1,
      );
      await shop.settled();
      const all = ofOrder('tiktok');
      expect(all.map(({ properties }) => properties.value)).toEqual([240, 240]);
      return JSON.stringify(all);
    },
  };
}
/** The orders that statistics credit to a marketing event. */
async function creditOf(marketing: string): Promise<number> {
  const { shops } = (await (await shop.counted()).json()) as {
    shops: { marketing: { marketingEventId: string; orders: number }[] }[];
  };
  return shops[0]?.marketing.find(({ marketingEventId }) => marketingEventId === marketing)?.orders ?? 0;
}

describe('the campaign that brought the buyer is credited with the order', () => {
  test.each<[string, (given: ReturnType<typeof begin>) => object]>([
    ['its id', ({ orderId }) => ({ order_id: orderId })],
    ['its number', ({ name }) => ({ order_number: name })],
    ['its number with #', ({ name }) => ({ order_id: `#${name}` })],
    ['its id as the sequence', ({ orderId }) => ({ order_seq: orderId })],
    [
      'its thank-you page',
      ({ orderId }) => ({
        order_status_url: `https://shop.example/trade/thank_you?mainOrderSeq=${orderId}&mainOrderMark=m`,
      }),
    ],
    [
      'a number and a token that are guessed',
      ({ name }) => ({ order_number: name, checkout_token: '12345678', cart_id: 'cart' }),
    ],
  ])('when a stranger from another campaign claims the order before by %s', async (_, namesOf) => {
    const given = begin();
    const [good, evil] = [`MA_${given.number}`, `MA_EVIL${given.number}`];
    await given.buyer.land(good);
    await given.stranger.land(evil);
    await given.stranger.bought(namesOf(given), { userId: `customer-${given.number}` });
    await given.buyer.bought({ order_number: given.name, checkout_token: given.token });
    await given.place();
    expect(await given.sent()).toContain(BUYERS_CLICK);
    expect([await creditOf(good), await creditOf(evil)]).toEqual([1, 0]);
  });

  test.each<[string, object]>([
    ['after the landing', {}],
    ['with the landing', { userId: 'theirs' }],
  ])('when a stranger from another campaign identifies as the buyer %s', async (_, more) => {
    const given = begin();
    const userId = `customer-${given.number}`;
    const [good, evil] = [`MA_${given.number}`, `MA_EVIL${given.number}`];
    await given.buyer.land(good);
    await given.buyer.say({ event: 'Checkout Started', properties: { checkout_token: given.token } });
    await given.stranger.land(evil, 'userId' in more ? { userId } : {});
    await given.stranger.say({ type: 'identify', userId, traits: { email: 'buyer@example.com' } });
    await given.place({ email: 'buyer@example.com' });
    await given.sent();
    expect([await creditOf(good), await creditOf(evil)]).toEqual([1, 0]);
  });

  test('when a stranger refunds and cancels it, and reports another amount', async () => {
    const given = begin();
    const good = `MA_${given.number}`;
    await given.buyer.land(good);
    await given.buyer.bought({ order_number: given.name, checkout_token: given.token });
    await given.place();
    await given.sent();
    for (const event of ['Order Refunded', 'Order Cancelled', 'Order Updated', 'Order Completed'])
      await given.stranger.say({
        event,
        properties: { order_id: given.orderId, total: 240, revenue: 1, currency: 'USD', refund_id: 'r' },
      });
    await shop.settled();
    const { shops } = (await (await shop.counted()).json()) as {
      shops: { marketing: Record<string, unknown>[] }[];
    };
    expect(shops[0]?.marketing.find(({ marketingEventId }) => marketingEventId === good)).toMatchObject({
      orders: 1,
      paidOrders: 1,
      amountHundredths: 24_000,
      refundedHundredths: 0,
      foreignOrders: 0,
    });
  });
});

describe('an order leaves without the click, address and browser of a stranger', () => {
  test.each<[string, (given: ReturnType<typeof begin>) => Promise<void>]>([
    [
      'who views a page as the buyer',
      ({ stranger, number }) => stranger.say({ type: 'page', userId: `customer-${number}`, properties: {} }),
    ],
    [
      'who identifies as the buyer with email',
      ({ stranger, number }) =>
        stranger.say({
          type: 'identify',
          userId: `customer-${number}`,
          traits: { email: 'ada@example.com' },
        }),
    ],
    ['who reports it by its number', ({ stranger, name }) => stranger.bought({ order_id: name })],
    [
      'who reports it under `Order Placed`',
      ({ stranger, name, orderId }) =>
        stranger.say({ event: 'Order Placed', properties: { order_id: orderId, order_number: name } }),
    ],
    [
      "who writes the buyer's address into the message",
      ({ stranger, name }) =>
        stranger.bought({ order_id: name }, { context: { ip: HOME, tiktok: { ttclid: STRANGERS_CLICK } } }),
    ],
    [
      "who puts the buyer's address before his own for the proxy",
      ({ stranger, name }) => stranger.bought({ order_id: name }, {}, `${HOME}, ${ELSEWHERE}`),
    ],
    [
      'who reports its update, payment and refund',
      async ({ neighbour, orderId }) => {
        for (const event of ['Order Updated', 'Order Refunded', 'Order Cancelled'])
          await neighbour.say({ event, properties: { order_id: orderId, financial_status: 'paid' } });
      },
    ],
  ])('%s', async (_, attack) => {
    const given = begin();
    await attack(given);
    await given.place({ email: 'ada@example.com' });
    await attack(given);
    const sent = await given.sent();
    expect(sent).not.toContain(STRANGERS_CLICK);
    expect(sent).not.toContain(ELSEWHERE);
  });

  test.each(['12345678901234567890', 'short', '7000', 'cart-00012', 'checkout-12'])(
    'who guesses the token %s of its cart and checkout',
    async (guessed) => {
      const given = begin();
      await given.stranger.say({
        event: 'Checkout Started',
        properties: { checkout_token: guessed, cart_id: guessed },
      });
      await given.stranger.bought({ order_id: `x${given.name}`, checkout_token: guessed });
      await given.place({ checkoutToken: guessed, cartToken: guessed });
      expect(await given.sent()).not.toContain(STRANGERS_CLICK);
    },
  );
});

describe('on a device that Ann and Bob share', () => {
  test.each(['checkout_token', 'cart_id'])(
    "Ann's order takes nothing of Bob, who was logged in last and saw the same %s",
    async (field) => {
      const given = begin();
      const [ann, bob] = [`customer-${given.number}`, `bob-${given.number}`];
      const device = given.visitor(BUYERS_CLICK, HOME);
      const shown = { [field]: field === 'cart_id' ? given.cartToken : given.token };
      await device.say({ type: 'identify', userId: ann, traits: { email: 'ann@example.com' } });
      await device.say({ type: 'identify', userId: bob });
      const context = { tiktok: { ttclid: STRANGERS_CLICK }, userAgent: 'Browser of Bob' };
      await device.say({ event: 'Product Viewed', userId: bob, context, properties: { product_id: 'tea' } });
      await device.say({ event: 'Cart Viewed', userId: bob, context, properties: shown });
      await device.bought({ order_id: given.name, ...shown }, { userId: bob, context });
      await given.place({ email: 'ann@example.com', userId: ann });
      const sent = await given.sent();
      expect(sent).not.toContain(STRANGERS_CLICK);
      expect(sent).not.toContain('Browser of Bob');
    },
  );

  test('what Ann herself showed joins', async () => {
    const given = begin();
    await given.buyer.say({
      event: 'Cart Viewed',
      userId: `customer-${given.number}`,
      properties: { cart_id: given.cartToken },
    });
    await given.stranger.say({
      event: 'Cart Viewed',
      userId: 'bob',
      properties: { cart_id: given.cartToken },
    });
    await given.place();
    const sent = await given.sent();
    expect(sent).toContain(BUYERS_CLICK);
    expect(sent).not.toContain(STRANGERS_CLICK);
  });
});

describe('the thank-you page joins by the address that the collector saw', () => {
  const HOME_6 = '2001:db8:1:2:aaaa::1';
  test.each<[string, string, string, boolean]>([
    ['the same IPv4 address', HOME, HOME, true],
    ['the neighbouring IPv4 address', '203.0.113.8', HOME, false],
    ['the same IPv6 network', '2001:db8:1:2:bbbb::9', HOME_6, true],
    ['the same IPv6 address, written in full', '2001:0DB8:0001:0002:AAAA:0000:0000:0001', HOME_6, true],
    ['another IPv6 network', '2001:db8:1:3:aaaa::1', HOME_6, false],
    ['IPv4 within IPv6', `::ffff:${HOME}`, HOME, true],
    ['the same end of another IPv4 within IPv6', '::ffff:203.0.113.9', HOME, false],
  ])('%s', async (_, seen, browserIp, isJoined) => {
    for (const isBefore of [true, false]) {
      const given = begin();
      const thanks = () => given.buyer.bought({ order_id: given.name }, {}, seen);
      if (isBefore) await thanks();
      await given.place({ browserIp });
      if (!isBefore) await thanks();
      expect((await given.sent()).includes(BUYERS_CLICK), isBefore ? 'before' : 'after').toBe(isJoined);
    }
  });

  test.each([1, 25])(
    'not where two visitors at one address report the order, one of them %s times',
    async (times) => {
      const given = begin();
      await given.buyer.bought({ order_number: given.name });
      for (let nth = 0; nth < times; nth++)
        await given.neighbour.bought({ order_id: given.name, order_number: `x${nth}-${given.name}` });
      await given.place();
      const sent = await given.sent();
      expect(sent).not.toContain(STRANGERS_CLICK);
      expect(sent).not.toContain(BUYERS_CLICK);
    },
  );

  test('a second visitor at one address adds nothing after the webhook', async () => {
    const given = begin();
    await given.place();
    await given.buyer.bought({ order_number: given.name });
    await given.neighbour.bought({ order_id: given.name });
    expect(await given.sent()).not.toContain(STRANGERS_CLICK);
  });

  test('not where one visitor reports it before the webhook and another after', async () => {
    const given = begin();
    await given.buyer.bought({ order_number: given.name });
    await given.place();
    await given.neighbour.bought({ order_id: given.name });
    expect(await given.sent()).not.toContain(STRANGERS_CLICK);
  });

  test("a token is better than the address: the buyer's click goes, the neighbour's does not", async () => {
    const given = begin();
    await given.buyer.bought({ order_number: given.name, checkout_token: given.token });
    await given.place();
    await given.neighbour.bought({ order_id: given.name });
    const sent = await given.sent();
    expect(sent).toContain(BUYERS_CLICK);
    expect(sent).not.toContain(STRANGERS_CLICK);
  });

  test.each(['token', 'address'])('nothing that is shown after the merge window joins by %s', async (by) => {
    const given = begin();
    await given.place();
    await given.sent();
    await given.stranger.land(`MA_LATE${given.number}`);
    await given.neighbour.land(`MA_LATE${given.number}`);
    await (by === 'token'
      ? given.stranger.bought({ order_number: given.name, checkout_token: given.token })
      : given.neighbour.bought({ order_number: given.name }));
    await shop.sendWebhook(
      'orders/paid',
      shop.order(given.orderId, `#${given.name}`, { userId: `customer-${given.number}`, browserIp: HOME }),
      `paid-${given.number}`,
    );
    await eventually(
      () => JSON.stringify(shop.ordersAt('customerio')),
      (text) => text.includes('Order Updated'),
    );
    await shop.settled();
    expect(JSON.stringify(shop.ordersAt('tiktok').slice(-3))).not.toContain(STRANGERS_CLICK);
    expect(await creditOf(`MA_LATE${given.number}`)).toBe(0);
  });
});
