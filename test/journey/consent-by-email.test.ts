// @module-tag slow
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { basic } from '../support/shop.ts';
import { IN_BROWSER, SERVER_KEY, startConsentShops } from '../support/webhook-shop.ts';

/** Backends that call their customers by email: what they say of consent counts as under any other user id. */
const ALL = { advertising: true, analytics: true, marketing: true };
const NONE = { advertising: false, analytics: false, marketing: false };

const { granted: granting, denied: denying } = await startConsentShops({ whenOver: afterAll });
type Shop = typeof granting;

const says = (choice: object) => ({ context: { consent: { categoryPreferences: choice } } });
const backend = (shop: Shop, message: object) =>
  shop.post('/v1/track', message, { authorization: basic(SERVER_KEY) });
let count = 0;
function begin() {
  const nth = ++count;
  return {
    email: `buyer-${nth}@example.com`,
    orderId: `2105022431212188732488${String(nth).padStart(4, '0')}`,
    number: `#D${8000 + nth}`,
    event: `Seen ${randomUUID()}`,
  };
}
async function sent(shop: Shop, name: string): Promise<number> {
  await shop.settled();
  return shop.sandbox.accepted('customerio').filter((item) => JSON.stringify(item).includes(name)).length;
}

describe.each([
  ['every purpose', NONE],
  ['marketing', { ...ALL, marketing: false }],
])('a no to %s', (_, choice) => {
  test('of a customer whose user id is an email counts for later events without a choice', async () => {
    const { email, event } = begin();
    await backend(granting, { event: 'Elsewhere', userId: email, ...says(choice) });
    await backend(granting, { event, userId: email });
    expect(await sent(granting, event)).toBe(0);
  });

  test.each([
    ['with the email as user id', undefined],
    ['with user id and email', 'customer'],
  ])('said %s counts for a guest’s order with that email', async (_, userId) => {
    const { email, orderId, number } = begin();
    const who = userId ? { userId, context: { traits: { email } } } : { userId: email };
    const { context } = says(choice);
    await backend(granting, { event: 'Elsewhere', ...who, context: { ...who.context, ...context } });
    await granting.place(orderId, number, { email });
    expect(await sent(granting, orderId)).toBe(0);
  });
});

test('a yes by email counts for the backend, and neither for a page nor for an order with that email', async () => {
  const { email, event, orderId, number } = begin();
  await backend(denying, { event: 'Elsewhere', userId: email, ...says(ALL) });
  await denying.post('/v1/track', { event, anonymousId: randomUUID(), userId: email }, IN_BROWSER);
  await denying.place(orderId, number, { email });
  expect(await sent(denying, event)).toBe(0);
  expect(await sent(denying, orderId)).toBe(0);
  await backend(denying, { event, userId: email });
  expect(await sent(denying, event)).toBe(1);
});

test('a page’s no under a customer’s email changes nothing for the customer', async () => {
  const { email, event, orderId, number } = begin();
  await granting.post('/v1/track', { event: 'Elsewhere', userId: email, ...says(NONE) }, IN_BROWSER);
  await granting.post(
    '/v1/track',
    { event: 'Elsewhere', anonymousId: email, userId: email, ...says({ ...ALL, marketing: false }) },
    IN_BROWSER,
  );
  await backend(granting, { event, userId: email });
  await granting.place(orderId, number, { email });
  expect(await sent(granting, event)).toBe(1);
  expect(await sent(granting, orderId)).toBeGreaterThan(0);
});
