// @module-tag slow
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { refundPayload } from '../../server/sandbox/webhooks.ts';
import { digest } from '../support/order-rows.ts';
import { basic } from '../support/shop.ts';
import { IN_BROWSER, SERVER_KEY, startConsentShops, startWebhookShop } from '../support/webhook-shop.ts';

/**
 * Consent is what was last said, by whichever voice may say it, at the moment of each request. The shop's webhooks
 * arrived before.
 */
const ALL = { advertising: true, analytics: true, marketing: true };
const NONE = { advertising: false, analytics: false, marketing: false };
const CLICK = 'E.C.P.click';

const { granted: granting, denied: denying } = await startConsentShops({ whenOver: afterAll });

let count = 0;
/** A visitor, their cart and their order, known to nobody yet. */
function begin(shop: typeof granting) {
  const nth = ++count;
  const visitor = randomUUID();
  const orderId = `2105022431212188732477${String(nth).padStart(4, '0')}`;
  const number = `D${7000 + nth}`;
  const customer = `customer-${nth}`;
  const [cart, checkout] = [randomUUID(), randomUUID()];
  const post = async (message: object, headers: Record<string, string>) => {
    const answer = await shop.post('/v1/batch', { batch: [{ type: 'track', ...message }] }, headers);
    expect(answer.status).toBe(200);
    const body = await answer.json();
    expect(body.rejected).toEqual([]);
    return body;
  };
  const consent = (choice?: object, more: object = {}) => ({
    context: {
      page: { url: 'https://shop.example/' },
      tiktok: { ttclid: CLICK },
      ...(choice && { consent: { categoryPreferences: choice, ...more } }),
    },
  });
  const page = (choice: object | undefined, message: object = {}, more: object = {}) =>
    post({ anonymousId: visitor, event: `Seen ${nth}`, ...consent(choice, more), ...message }, IN_BROWSER);
  const backend = (message: object, choice?: object) =>
    post(
      {
        event: `Seen ${nth}`,
        ...(choice && { context: { consent: { categoryPreferences: choice } } }),
        ...message,
      },
      { authorization: basic(SERVER_KEY) },
    );
  const hers = { note_attributes: [{ name: '_sb_id', value: visitor }] };
  return {
    ...{ visitor, customer, orderId, number, cart, checkout, page, backend, hers },
    bought: (choice: object | undefined, more: object = {}) =>
      page(choice, {
        event: 'Order Completed',
        properties: { order_number: number, checkout_token: checkout, cart_id: cart, currency: 'TWD' },
        ...more,
      }),
    place: (parts: object = {}, more: object = {}) =>
      shop.place(
        orderId,
        `#${number}`,
        { email: `buyer-${nth}@example.com`, checkoutToken: checkout, cartToken: cart, ...parts },
        more,
      ),
    send: (topic: string, parts: object = {}, more: object = {}) =>
      shop.sendWebhook(
        topic,
        {
          ...shop.order(orderId, `#${number}`, {
            ...{ email: `buyer-${nth}@example.com`, checkoutToken: checkout, cartToken: cart },
            ...parts,
          }),
          ...more,
        },
        `${topic}-${orderId}`,
      ),
    refund: (more: object = {}) =>
      shop.sendWebhook(
        'refunds/create',
        {
          ...refundPayload({ refundId: `R${nth}`, orderId, refundedAtMs: Date.now(), amount: 10 }),
          ...more,
        },
        `refund-${orderId}`,
      ),
    /** Names of what each destination was sent of this visitor or order. */
    async sent() {
      await shop.settled();
      const own = [`Seen ${nth}`, `"${orderId}"`];
      const at = (api: 'tiktok' | 'customerio') =>
        (shop.sandbox.accepted(api) as { event?: string }[]).filter((item) =>
          own.some((name) => JSON.stringify(item).includes(name)),
        );
      return {
        tiktok: at('tiktok').map(({ event }) => event),
        customerio: at('customerio').map(({ event }) => event),
        withClick: JSON.stringify(at('tiktok')).includes(CLICK),
      };
    },
  };
}
const NOWHERE = { tiktok: [], customerio: [], withClick: false };

describe('who may say it', () => {
  test('a stranger’s yes under the customer’s id sends nothing of the customer’s order', async () => {
    const given = begin(denying);
    await given.page(ALL, { type: 'identify', event: undefined, userId: given.customer });
    await given.page(ALL, { userId: given.customer, event: 'Elsewhere' });
    await given.place({ userId: given.customer });
    expect(await given.sent()).toEqual(NOWHERE);
  });

  test('a stranger’s no under the customer’s id suppresses nothing of the customer’s order', async () => {
    const given = begin(denying);
    await given.backend({ userId: given.customer, event: 'Elsewhere' }, ALL);
    await given.page(
      { ...ALL, advertising: false },
      { type: 'identify', event: undefined, userId: given.customer },
    );
    await given.page(NONE, { userId: given.customer, event: 'Elsewhere' });
    await given.place({ userId: given.customer });
    const sent = await given.sent();
    expect(sent.tiktok.length).toBeGreaterThan(0);
    expect(sent.customerio).toContain('Order Completed');
  });

  test('a page that claims to be a customer gains nothing by the customer’s yes, and is bound by the no', async () => {
    const given = begin(denying);
    await given.backend({ userId: given.customer, event: 'Elsewhere' }, ALL);
    await given.page(undefined, { userId: given.customer });
    expect(await given.sent()).toEqual(NOWHERE);
    const other = begin(granting);
    await other.backend({ userId: other.customer, event: 'Elsewhere' }, { ...ALL, advertising: false });
    await other.page(undefined, { userId: other.customer });
    expect(await other.sent()).toMatchObject({ tiktok: [], withClick: false });
  });

  test.each([
    '1',
    'short-id',
    '00000000000012345678',
    'customer-000000000012345',
    '2105022431212188732466',
    digest('ann@example.com'),
  ])('nothing is recorded under %s, which many may send', async (anonymousId) => {
    const given = begin(granting);
    await given.page(NONE, { anonymousId });
    await given.backend({ anonymousId }, NONE);
    await given.backend({ anonymousId });
    expect((await given.sent()).customerio).toHaveLength(1);
  });
});

describe('what was last said counts', () => {
  test('a backend’s message without a choice follows what the page said', async () => {
    const given = begin(granting);
    await given.page({ ...ALL, advertising: false }, { event: 'Elsewhere' });
    await given.backend({ anonymousId: given.visitor, context: { ip: '203.0.113.9' } });
    expect(await given.sent()).toMatchObject({ tiktok: [], customerio: [expect.any(String)] });
    const other = begin(denying);
    await other.page(ALL, { event: 'Elsewhere' });
    await other.backend({ anonymousId: other.visitor });
    expect((await other.sent()).customerio).toHaveLength(1);
  });

  test('a yes from an offline queue arrives after the no, and the no stands', async () => {
    const given = begin(denying);
    const nowMs = Date.now();
    const at = (agoMs: number) => ({ timestamp: new Date(nowMs - agoMs).toISOString() });
    await given.page({ ...ALL, advertising: false }, { event: 'Elsewhere', ...at(60_000) });
    await given.page(ALL, at(120_000));
    expect(await given.sent()).toMatchObject({ tiktok: [], customerio: [expect.any(String)] });
    await given.page(ALL, at(0));
    expect((await given.sent()).tiktok).toHaveLength(0);
    await given.bought(ALL);
    await given.place();
    expect((await given.sent()).withClick).toBe(true);
  });

  test('of a yes and a no at the same time the no counts; a time to come is the time of receipt', async () => {
    const given = begin(granting);
    const timestamp = new Date(Date.now() - 5_000).toISOString();
    await given.page({ ...ALL, advertising: false }, { event: 'Elsewhere', timestamp });
    await given.page(ALL, { event: 'Elsewhere', timestamp });
    await given.place({}, given.hers);
    expect((await given.sent()).tiktok).toEqual([]);
    const other = begin(granting);
    const ahead = new Date(Date.now() + 200_000).toISOString();
    await other.page(ALL, { event: 'Elsewhere', timestamp: ahead });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await other.page({ ...ALL, advertising: false }, { event: 'Elsewhere' });
    await other.place({}, other.hers);
    expect((await other.sent()).tiktok).toEqual([]);
  });

  test('Global Privacy Control is a choice', async () => {
    const given = begin(granting);
    await given.page(undefined, { event: 'Elsewhere', context: { consent: { gpc: true } } });
    await given.place({}, given.hers);
    expect(await given.sent()).toMatchObject({ tiktok: [], customerio: ['Order Completed'] });
  });

  test('beside Global Privacy Control, what the tag assumes is not recorded', async () => {
    const given = begin(denying);
    await given.page({ ...ALL, advertising: false }, {}, { assumed: true, gpc: true });
    expect((await given.sent()).customerio).toHaveLength(1);
    await given.backend({ anonymousId: given.visitor });
    await given.place({}, given.hers);
    expect(await given.sent()).toMatchObject({ tiktok: [], customerio: [expect.anything()] });
  });

  test('an assumed answer decides its message and is not recorded', async () => {
    const given = begin(denying);
    const answer = await given.page(ALL, {}, { assumed: true });
    expect(answer.warnings).toEqual([{ index: 0, path: 'context.consent', code: 'consent-default-differs' }]);
    expect((await given.sent()).customerio).toHaveLength(1);
    await given.backend({ anonymousId: given.visitor });
    await given.place({}, given.hers);
    expect((await given.sent()).customerio).toHaveLength(1);
  });
});

describe('the record’s history', () => {
  const ask = async (shop: typeof granting, id: string, method = 'GET', path = '') =>
    (await shop.admin(method, `/admin/visitors/${id}${path}`)).json();
  const [VISITORS, EXPORTS] = ['visitors', 'exports'];

  test('of a browser: what was said, when, by which voice; repeats and assumed answers are no change', async () => {
    const of = begin(denying);
    const said = async (choice: object, ageMs: number, more: object = {}) => {
      const timestamp = new Date(Date.now() - ageMs).toISOString();
      await of.page(choice, { timestamp }, more);
      return timestamp;
    };
    const first = await said(ALL, 60_000);
    await said(ALL, 50_000);
    await said(NONE, 45_000, { assumed: true });
    const second = await said({ advertising: false }, 40_000);
    const [visitor] = (await ask(denying, of.visitor))[VISITORS];
    expect(visitor).toMatchObject({ shop: 'shop', ids: [of.visitor] });
    expect(visitor.consents).toMatchObject([
      {
        ...{ id: of.visitor, at: second, consent: { ...ALL, advertising: false } },
        history: [
          { at: first, source: 'browser', consent: ALL },
          { at: second, source: 'browser', consent: { ...ALL, advertising: false } },
        ],
      },
    ]);
    const [held] = (await ask(denying, of.visitor, 'GET', '/export'))[EXPORTS];
    expect(held.consents).toEqual(visitor.consents);
  });

  test('of a customer by the digest of the email that the backend linked; purposes not spoken of are absent', async () => {
    const of = begin(denying);
    const email = `${of.customer}@shop.example`;
    await of.backend({ userId: of.customer, traits: { email } }, { marketing: true });
    const [visitor] = (await ask(denying, digest(email)))[VISITORS];
    expect(visitor.ids).toContain(of.customer);
    const said = {
      consent: { marketing: true },
      history: [{ source: 'server', consent: { marketing: true } }],
    };
    expect(visitor.consents).toMatchObject([
      { id: digest(email), ...said },
      { id: of.customer, ...said },
    ]);
  });

  test('nothing is known of a stranger, nor after the erasure', async () => {
    const of = begin(denying);
    await of.page(NONE);
    await denying.settled();
    await ask(denying, of.visitor, 'DELETE');
    for (const id of [of.visitor, randomUUID(), '1'])
      expect((await ask(denying, id))[VISITORS]).toMatchObject([{ consents: [] }]);
    expect((await denying.admin('GET', `/admin/visitors/${of.visitor}?shop=nowhere`)).status).toBe(404);
  });
});

test.each([
  ['that denies advertising', { advertising: false }, {}, { ...ALL, advertising: false }],
  ['with Global Privacy Control', undefined, { gpc: true }, { ...ALL, advertising: false }],
  ['that denies everything', NONE, {}, NONE],
])(
  'a message %s counts where robots’ messages are dropped, and its sender calls itself one',
  async (_what, choice, more, want) => {
    const shop = await startWebhookShop({ CONSENT_DEFAULT: 'granted', SERVER_KEY, BOTS: 'drop' });
    const visitor = randomUUID();
    const robot = { ...IN_BROWSER, 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1)' };
    const consent = { ...(choice && { categoryPreferences: choice }), ...more };
    const message = {
      type: 'track',
      event: 'Order Completed',
      anonymousId: visitor,
      properties: { order_id: '77' },
    };
    const answer = await shop.post('/v1/batch', { batch: [{ ...message, context: { consent } }] }, robot);
    expect(await answer.json()).toMatchObject({ accepted: 0, rejected: [] });
    await shop.post(
      '/v1/track',
      { event: 'Seen', anonymousId: visitor },
      { authorization: basic(SERVER_KEY) },
    );
    await shop.settled();
    const [held] = (await (await shop.admin('GET', `/admin/visitors/${visitor}/export`)).json()).exports;
    expect(held.events).toMatchObject([{ event: { event: 'Seen' } }]);
    expect(held.evidence).toEqual([]);
    expect(held.consents[0].consent).toMatchObject(choice ?? { advertising: false });
    const reached = (api: 'tiktok' | 'customerio') =>
      JSON.stringify(shop.sandbox.accepted(api)).includes(visitor);
    expect(reached('tiktok')).toBe(false);
    expect(reached('customerio')).toBe(want.analytics);
  },
);

describe('an order asks at each stage', () => {
  test('consent withdrawn between the page and the later stages', async () => {
    const given = begin(granting);
    await given.bought(ALL);
    await given.place({ financialStatus: 'pending' });
    expect(await given.sent()).toMatchObject({ tiktok: ['PlaceAnOrder'], withClick: true });
    await given.page(NONE, { event: 'Elsewhere' });
    await given.send('orders/paid');
    await given.refund();
    await given.send('orders/cancelled', {}, { cancelled_at: new Date().toISOString() });
    expect(await given.sent()).toMatchObject({ tiktok: ['PlaceAnOrder'], customerio: ['Order Completed'] });
    await given.page(ALL, { event: 'Elsewhere' });
    const again = await given.sent();
    expect(again.customerio).toEqual(['Order Completed']);
  });

  test.each([
    ['token', () => ({})],
    ['the id that the snippet wrote into the cart', (hers: object) => hers],
  ] as const)('a page that denies everything before the webhook, found by %s', async (by, more) => {
    const given = begin(granting);
    if (by === 'token') await given.bought(NONE);
    else await given.page(NONE);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await given.place({ userId: given.customer }, more(given.hers));
    await given.send('orders/paid', { userId: given.customer }, more(given.hers));
    await given.refund(more(given.hers));
    expect(await given.sent()).toEqual(NOWHERE);
  });

  test('by the address that sent it, and not by a guessed number', async () => {
    const given = begin(granting);
    const guessed = { properties: { order_number: given.number } };
    await given.bought(NONE, { ...guessed, anonymousId: undefined });
    await given.place({ browserIp: '127.0.0.1' });
    expect(await given.sent()).toEqual(NOWHERE);
    const other = begin(granting);
    await other.bought(NONE, { properties: { order_number: other.number, order_id: other.orderId } });
    await other.place({ browserIp: '198.51.100.7' });
    expect((await other.sent()).customerio).toEqual(['Order Completed']);
  });

  test('the snippet’s one message, without an id, by the digest of the cart’s token', async () => {
    const given = begin(granting);
    const answer = await given.page(NONE, {
      anonymousId: undefined,
      event: 'Consent Denied',
      properties: { cart_id_sha256: digest(given.cart) },
    });
    expect(answer).toMatchObject({ success: true, accepted: 0, rejected: [] });
    await given.place();
    expect(await given.sent()).toEqual(NOWHERE);
    await given.page(ALL, {
      event: 'Checkout Started',
      properties: { cart_id: given.cart, checkout_token: given.checkout },
    });
    await given.refund();
    expect((await given.sent()).customerio).toEqual(['Order Refunded']);
  });

  test('a digest that is shown after the order’s report changes nothing of it', async () => {
    const given = begin(granting);
    await given.place({ financialStatus: 'pending' });
    await given.sent();
    await given.page(NONE, {
      anonymousId: undefined,
      event: 'Consent Denied',
      properties: { cart_id_sha256: digest(given.cart) },
    });
    await given.send('orders/paid');
    expect((await given.sent()).customerio).toEqual(['Order Completed', 'Order Updated']);
  });

  test('what the backend said of the customer counts for the shop system’s order', async () => {
    const given = begin(granting);
    await given.backend({ userId: given.customer, event: 'Elsewhere' }, { ...ALL, marketing: false });
    await given.place({ userId: given.customer });
    const sent = await given.sent();
    expect(sent.customerio).toEqual([]);
    expect(sent.tiktok).toEqual(expect.arrayContaining(['Purchase']));
  });

  test('where nobody chose, the shop system’s statement decides marketing alone', async () => {
    const accepts = begin(denying);
    await accepts.place({}, { buyer_accepts_marketing: true });
    expect(await accepts.sent()).toMatchObject({ tiktok: [], customerio: ['Order Completed'] });
    const refuses = begin(granting);
    await refuses.place({}, { buyer_accepts_marketing: false });
    const sent = await refuses.sent();
    expect(sent).toMatchObject({ customerio: [], tiktok: expect.arrayContaining(['Purchase']) });
    const chose = begin(granting);
    await chose.page(ALL, { event: 'Elsewhere' });
    await chose.place({}, { buyer_accepts_marketing: false, ...chose.hers });
    expect((await chose.sent()).customerio).toEqual(['Order Completed']);
  });
});

describe('warnings', () => {
  const silent = (nth: number) => ({ type: 'track', anonymousId: randomUUID(), event: `Silent ${nth}` });

  test('messages that say nothing of consent where the default denies, 20 at most, and one line an hour', async () => {
    const batch = Array.from({ length: 30 }, (_, nth) => silent(nth));
    const answers = await Promise.all(
      [1, 2].map(async () => (await denying.post('/v1/batch', { batch })).json()),
    );
    for (const { accepted, warnings } of answers) {
      expect(accepted).toBe(30);
      expect(warnings).toHaveLength(20);
      expect(warnings[0]).toEqual({ index: 0, path: 'context.consent', code: 'consent-missing' });
    }
    const lines = denying.lines.filter((line) => line.includes('say nothing of consent'));
    expect(lines).toHaveLength(1);
  });

  test('none where the record grants something, where a choice is made, or where the default grants', async () => {
    const given = begin(denying);
    expect(await given.page(ALL)).not.toHaveProperty('warnings');
    expect(await given.backend({ anonymousId: given.visitor })).not.toHaveProperty('warnings');
    const other = begin(granting);
    expect(await other.page(undefined)).not.toHaveProperty('warnings');
    expect(await other.page(ALL, {}, { assumed: true })).not.toHaveProperty('warnings');
  });

  test('a message without an id that denies some purposes only is rejected', async () => {
    const message = {
      type: 'track',
      event: 'Consent Denied',
      context: { consent: { categoryPreferences: { advertising: false } } },
    };
    const answer = await (await granting.post('/v1/batch', { batch: [message] })).json();
    expect(answer).toMatchObject({ success: false, rejected: [{ issues: [{ path: 'anonymousId' }] }] });
  });
});
