// @module-tag slow
import { createHash, randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { checkoutPayload, refundPayload } from '../../server/sandbox/webhooks.ts';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

/** A customer may type anybody's email and phone at a checkout, while logged in and in an order that is paid. */
const shop = await startWebhookShop(
  { CONSENT_DEFAULT: 'granted', REDACT_DELAY_HOURS: '0' },
  { whenOver: afterAll },
);
await shop.place('2105022431212188732467000', '#D9000', { userId: '7' });

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const json = async (method: string, path: string) => (await shop.admin(method, path)).json();
const ordersOf = async (id: string): Promise<string[]> =>
  (await json('GET', `/admin/visitors/${id}/export`)).exports[0].orders;
const erase = async (id: string): Promise<number> =>
  (await json('DELETE', `/admin/visitors/${id}`)).erasures[0].orders;
const sentOf = async (text: string): Promise<string[]> => {
  await shop.settled();
  const sent = [...shop.sandbox.accepted('customerio'), ...shop.sandbox.accepted('tiktok')];
  return sent.flatMap((one) =>
    JSON.stringify(one).includes(text) ? ((one as { event?: string }).event ?? []) : [],
  );
};

let count = 0;
const idOf = (nth: number) => `210502243121218873246${7000 + nth}`;
/** A guest with an order, and a logged-in customer with another email and phone. */
async function begin(more: object = {}) {
  const [nth, other] = [++count, ++count];
  const victim = {
    ...{ orderId: idOf(nth), email: `victim-${nth}@shop.example` },
    phone: `+8869${String(10_000_000 + nth)}`,
  };
  const { email, phone } = victim;
  await shop.place(victim.orderId, `#D${9000 + nth}`, { email, phone }, more);
  const userId = `666${nth}`;
  const account = { id: userId, email: `evil-${nth}@shop.example`, phone: `+8869${20_000_000 + nth}` };
  const orderId = idOf(other);
  /** What was typed stands beside the account in a paid order. */
  const order = (typed: object) => ({
    ...shop.order(orderId, `#D${9000 + other}`, { userId }),
    customer: account,
    ...typed,
  });
  const buy = (typed: object, topic = 'orders/create') =>
    shop.sendWebhook(topic, order(typed), `${topic}-${orderId}`);
  return { victim, userId, account, orderId, order, buy };
}
type Begun = Awaited<ReturnType<typeof begin>>;

describe('what a logged-in customer typed links nobody:', () => {
  test.each<[string, (begun: Begun) => Promise<unknown>]>([
    ['an email', ({ buy, victim: { email } }) => buy({ email })],
    ['a phone', ({ buy, victim: { phone } }) => buy({ phone })],
    [
      'a local phone with its country code',
      ({ buy, victim: { phone } }) => buy({ phone: phone.replace('+886', '0'), phone_area_code: '886' }),
    ],
    [
      'the phone of a shipping address, beside an account without one',
      ({ buy, account, victim: { phone } }) =>
        buy({ customer: { ...account, phone: '' }, shipping_address: { phone, country_code: 'TW' } }),
    ],
    [
      'the phone of a billing address',
      ({ buy, userId, victim: { phone } }) => buy({ customer: { id: userId }, billing_address: { phone } }),
    ],
    [
      'a phone in the account’s list of addresses',
      ({ buy, userId, victim: { phone } }) => buy({ customer: { id: userId, addresses: [{ phone }] } }),
    ],
    [
      'a contact, beside an account without any',
      ({ buy, userId, victim: { email, phone } }) => buy({ email, phone, customer: { id: userId } }),
    ],
    [
      'a contact, without an account in the body',
      ({ buy, victim: { email } }) => buy({ email, customer: null }),
    ],
    [
      'a contact in an object of another customer',
      ({ buy, victim: { email, phone } }) => buy({ customer: { id: 'another', email, phone } }),
    ],
    [
      'an email, in every later report of the order',
      async ({ buy, victim: { email } }) => {
        for (const topic of ['orders/create', 'orders/paid', 'orders/updated', 'orders/edited'])
          await buy({ email }, topic);
      },
    ],
    [
      'an email in a refund',
      async ({ buy, account, userId, orderId, victim: { email } }) => {
        await buy({});
        const refund = refundPayload({
          refundId: `R${orderId}`,
          orderId,
          refundedAtMs: Date.now(),
          amount: 1,
        });
        const typed = { user_id: userId, email, customer: account, financial_status: 'paid' };
        await shop.sendWebhook('refunds/create', { ...refund, ...typed }, `refund-${orderId}`);
      },
    ],
    [
      'a contact in a checkout and a cart',
      async ({ buy, userId, account, victim: { email, phone } }) => {
        const [id, token] = [`88${userId}`, randomUUID()];
        const started = { checkoutId: id, token, startedAtMs: Date.now(), lines: [], email, phone };
        const who = { user_id: userId, customer: account, financial_status: 'paid' };
        await shop.sendWebhook('checkouts/create', { ...checkoutPayload(started), ...who }, `checkout-${id}`);
        await shop.sendWebhook('carts/update', { id, token, email, phone, ...who }, `cart-${id}`);
        await buy({});
      },
    ],
  ])('%s', async (_, type) => {
    const begun = await begin();
    const { victim, userId, orderId } = begun;
    await type(begun);
    await shop.settled();
    expect(await ordersOf(userId)).toEqual([orderId]);
    expect(await erase(userId)).toBe(1);
    for (const contact of [victim.email, victim.phone])
      expect(await ordersOf(sha256(contact))).toEqual([victim.orderId]);
    const refund = { refundId: `R${userId}`, orderId: victim.orderId, refundedAtMs: Date.now(), amount: 240 };
    await shop.sendWebhook('refunds/create', refundPayload(refund), `refund-${victim.orderId}`);
    expect(await sentOf(victim.orderId)).toContain('Order Refunded');
  });
});

test('a redaction of that customer leaves the order, the browser and the refunds of the other', async () => {
  const browser = randomUUID();
  const { buy, victim, userId, account } = await begin({
    note_attributes: [{ name: '_sb_id', value: browser }],
  });
  const landing = { type: 'page', anonymousId: browser, context: { page: { url: 'https://shop.example/' } } };
  await shop.post('/v1/batch', { batch: [landing] }, IN_BROWSER);
  await buy({ email: victim.email, phone: victim.phone });
  await shop.settled();
  const { email } = account;
  const body = {
    shop_domain: 'sandbox.myshopline.com',
    customer: { id: userId, email },
    orders_to_redact: [],
  };
  await shop.sendWebhook('customers/redact', body, `redact-${userId}`);
  const isDone = async () => {
    const { redactions } = await json('GET', '/admin/redactions');
    return redactions.every(({ status }: { status: string }) => status === 'done');
  };
  await expect.poll(isDone, { timeout: 10_000 }).toBe(true);
  expect(await ordersOf(userId)).toEqual([]);
  expect(await ordersOf(sha256(victim.email))).toEqual([victim.orderId]);
  expect((await json('GET', `/admin/visitors/${browser}/export`)).exports[0].events).not.toEqual([]);
});

test('who has an account is still erased with the orders made as a guest', async () => {
  const { buy, victim, orderId } = await begin();
  const [userId, ownId] = ['customer-of-the-email', idOf(++count)];
  await shop.place(ownId, `#D${9000 + count}`, { userId, email: victim.email });
  await buy({ email: victim.email });
  await shop.settled();
  expect((await ordersOf(userId)).toSorted()).toEqual([victim.orderId, ownId].toSorted());
  expect(await erase(userId)).toBe(2);
  const [order] = (await json('GET', `/admin/visitors/666${count - 2}/export`)).exports[0].orderReports;
  expect(order).toMatchObject({ orderId });
  expect(JSON.stringify(order)).not.toContain(sha256(victim.email));
});

describe('the contacts of the account link its guest orders:', () => {
  test.each<[string, (begun: Begun) => object]>([
    ['as typed', ({ victim: { email, phone } }) => ({ email, phone })],
    ['where others were typed', () => ({ email: 'gift@shop.example', phone: '+886900000001' })],
    ['where nothing was typed', () => ({})],
  ])('%s', async (_, typed) => {
    for (const kind of ['email', 'phone'] as const) {
      const begun = await begin();
      const { buy, victim, account, userId, orderId } = begun;
      const own = { email: victim.email, phone: victim.phone.replace('+886', ''), area_code: '886' };
      await buy({
        customer: { ...account, ...own, ...(kind === 'email' ? { phone: '' } : { email: '' }) },
        ...typed(begun),
      });
      await shop.settled();
      expect((await ordersOf(userId)).toSorted()).toEqual([orderId, victim.orderId].toSorted());
    }
  });
});

test('the typed contact goes to destinations as the buyer’s of the order', async () => {
  const { buy, orderId, victim } = await begin();
  await buy({ email: victim.email });
  await shop.settled();
  const sent = shop.sandbox.accepted('tiktok').filter((one) => JSON.stringify(one).includes(orderId));
  expect(sent[0]).toMatchObject({ user: { email: sha256(victim.email) } });
});

describe('a guest’s next order is credited to their own campaign', () => {
  const landing = (marketing: string, anonymousId: string) => ({
    ...{ type: 'page', anonymousId },
    context: { page: { url: `https://shop.example/?utm_id=${marketing}` } },
  });
  const see = (marketing: string, anonymousId: string) =>
    shop.post('/v1/batch', { batch: [landing(marketing, anonymousId)] }, IN_BROWSER);
  const creditOf = async (marketing: string): Promise<number> => {
    const { shops } = await (await shop.counted()).json();
    const all: { marketingEventId: string; orders: number }[] = shops[0].marketing;
    return all.find((one) => one.marketingEventId === marketing)?.orders ?? 0;
  };

  test.each(['orders/create', 'carts/update'])(
    'whatever a logged-in customer with a later landing typed in %s',
    async (topic) => {
      const [browser, stranger] = [randomUUID(), randomUUID()];
      const [good, evil] = [`MA_GOOD${count}`, `MA_EVIL${count}`];
      const showing = (value: string) => ({ note_attributes: [{ name: '_sb_id', value }] });
      await see(good, browser);
      const { order, victim } = await begin(showing(browser));
      const { email } = victim;
      const typed = { ...order({ email, ...showing(stranger) }), token: randomUUID() };
      await shop.sendWebhook(topic, typed, `typed-${good}`);
      await see(evil, stranger);
      await shop.place(idOf(++count), `#D${9000 + count}`, { email });
      await shop.settled();
      expect(await creditOf(good)).toBe(2);
      expect(await creditOf(evil)).toBe(0);
    },
  );
});
