// @module-tag slow
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { basic } from '../support/shop.ts';
import { createSkipClock } from '../support/skip-clock.ts';
import { IN_BROWSER, SERVER_KEY, startWebhookShop } from '../support/webhook-shop.ts';

/** The limits of the consent record: how long a request takes, and how many records one address adds. */
const ALL = { advertising: true, analytics: true, marketing: true };
const NONE = { advertising: false, analytics: false, marketing: false };
const MINUTE_MS = 60_000;

const start = async (consentDefault: string) => {
  const clock = createSkipClock();
  const variables = { SERVER_KEY, TRUST_PROXY: '1', CONSENT_DEFAULT: consentDefault };
  return { ...(await startWebhookShop(variables, { clock, whenOver: afterAll })), clock };
};
const shops = { granted: await start('granted'), denied: await start('denied') };
type Shop = (typeof shops)['granted'];

/** A choice as a message of the snippet carries it, and nothing else that leaves the collector. */
const choice = (anonymousId: string, categoryPreferences: object, more: object = {}) => ({
  ...{ type: 'track', event: 'Elsewhere', anonymousId, integrations: { All: false } },
  context: { consent: { categoryPreferences } },
  ...more,
});
async function post(shop: Shop, body: { batch: object[]; sentAt?: string }, ip = '203.0.113.1') {
  const answer = await shop.post('/v1/batch', body, { ...IN_BROWSER, 'x-forwarded-for': ip });
  expect(await answer.json()).toMatchObject({ rejected: [] });
}
/** Whether Customer.io is sent an event of the shop's backend that names the visitor and says nothing of consent. */
async function isReached(shop: Shop, anonymousId: string): Promise<boolean> {
  const event = `Seen ${randomUUID()}`;
  await shop.post('/v1/track', { anonymousId, event }, { authorization: basic(SERVER_KEY) });
  await shop.settled();
  return JSON.stringify(shop.sandbox.accepted('customerio')).includes(event);
}

describe('requests that overtake each other', () => {
  /** Said and sent at one time of the browser's own clock; its request takes as long as the test waits before it. */
  const say = (shop: Shop, anonymousId: string, what: object, clockMs: number) => {
    const at = new Date(clockMs).toISOString();
    return post(shop, { batch: [choice(anonymousId, what, { timestamp: at })], sentAt: at });
  };

  test.each([
    { clock: 'right', offMs: 0 },
    { clock: 'an hour late', offMs: -60 * MINUTE_MS },
    { clock: 'a day ahead', offMs: 24 * 60 * MINUTE_MS },
  ])('a denial stands though a grant of before arrives after it; the clock is $clock', async ({ offMs }) => {
    const shop = shops.granted;
    for (const denial of [NONE, { ...ALL, marketing: false }]) {
      const visitor = randomUUID();
      const saidMs = shop.clock.now() + offMs;
      await say(shop, visitor, denial, saidMs);
      await say(shop, visitor, ALL, saidMs - 900);
      await say(shop, visitor, ALL, saidMs);
      expect(await isReached(shop, visitor)).toBe(false);
      await say(shop, visitor, ALL, saidMs + 900);
      expect(await isReached(shop, visitor)).toBe(true);
    }
  });

  test('no request takes minutes: a grant counts then, though the clock was put back', async () => {
    const shop = shops.granted;
    const visitor = randomUUID();
    const saidMs = shop.clock.now();
    await say(shop, visitor, NONE, saidMs + 24 * 60 * MINUTE_MS);
    await shop.settled();
    shop.clock.skip(6 * MINUTE_MS);
    await say(shop, visitor, ALL, saidMs + 6 * MINUTE_MS);
    expect(await isReached(shop, visitor)).toBe(true);
  });
});

test('of one address 5,000 visitors a day add a record that grants something; a denial is always recorded', async () => {
  const [address, other] = ['203.0.113.2', '203.0.113.3'];
  const fill = async (shop: Shop) => {
    for (let batch = 0; batch < 50; batch++)
      await post(shop, { batch: Array.from({ length: 100 }, () => choice(randomUUID(), ALL)) }, address);
  };
  const said = async (shop: Shop, what: object, ip = address) => {
    const visitor = randomUUID();
    await post(shop, { batch: [choice(visitor, what)] }, ip);
    return isReached(shop, visitor);
  };
  const { granted, denied } = shops;
  await Promise.all([fill(granted), fill(denied)]);
  expect(await said(denied, ALL)).toBe(false);
  expect(await said(denied, ALL, other)).toBe(true);
  expect(await said(granted, NONE)).toBe(false);
  expect(await said(granted, { ...ALL, marketing: false })).toBe(false);
  expect(await said(denied, { ...ALL, advertising: false })).toBe(false);
  await denied.settled();
  denied.clock.skip(24 * 60 * MINUTE_MS);
  expect(await said(denied, ALL)).toBe(true);
}, 60_000);
