// @module-tag slow
import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

/**
 * Somebody at the buyer's address (an office, a café, a mobile network's shared address) guesses the next order number. The
 * buyer showed the cart's token, but the thank-you page was never reported: its tab was closed, or its report blocked.
 */
const shop = await startWebhookShop({ TRUST_PROXY: '1' }, { whenOver: afterAll });
await shop.place('2105022431212188732466300', '#D6300', { userId: '1' });
const HOME = '203.0.113.7';
const [BUYERS_CLICK, STRANGERS_CLICK] = ['E.C.P.buyer', 'E.C.P.stranger'];
let number = 7000;

async function buy(guess: { consent?: object }) {
  const orderId = `210502243121218873246${++number}`;
  const [checkoutToken, cartToken] = [randomUUID(), randomUUID()];
  const say = (click: string, event: string, properties: object, context: object = {}) =>
    shop.post(
      '/v1/track',
      { anonymousId: randomUUID(), event, properties, context: { tiktok: { ttclid: click }, ...context } },
      { ...IN_BROWSER, 'x-forwarded-for': HOME },
    );
  await say(BUYERS_CLICK, 'Checkout Started', { checkout_token: checkoutToken, cart_id: cartToken });
  await say(STRANGERS_CLICK, 'Order Completed', { order_number: `D${number}` }, guess);
  const parts = { userId: `customer-${number}`, checkoutToken, cartToken, browserIp: HOME };
  await shop.place(orderId, `#D${number}`, parts);
  await shop.settled();
  return JSON.stringify(shop.ordersAt('tiktok').filter((one) => JSON.stringify(one).includes(orderId)));
}

test("the token proves more than the address: the buyer's click goes, the neighbour's does not", async () => {
  const sent = await buy({});
  expect(sent).not.toContain(STRANGERS_CLICK);
  expect(sent).toContain(BUYERS_CLICK);
});

test('a neighbour who denies advertising takes the order from no destination', async () => {
  const sent = await buy({
    consent: { categoryPreferences: { advertising: false, analytics: true, marketing: false } },
  });
  expect(sent).toContain('Purchase');
});
