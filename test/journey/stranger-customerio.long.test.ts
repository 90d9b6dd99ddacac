// @module-tag slow
import { afterAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

/**
 * Customer.io carries out some `track` events by their name (contract: `apis/customerio-pipelines.md` §6.3). The shop's
 * webhooks arrived before; a stranger holds the public write key and knows, or guesses, a customer's number.
 */
const shop = await startWebhookShop({}, { whenOver: afterAll });
await shop.place('2105022431212188732466300', '#D6999', { userId: '7' });
await shop.settled();

const VICTIM = '77';
type Item = { type: string; event?: string; userId?: string; previousId?: string; traits?: object };
const atCustomerIo = () => shop.sandbox.accepted('customerio') as Item[];
let markers = 0;
/** Sends what a stranger sends, then something harmless, and waits until the latter has arrived. */
async function send(message: object) {
  const marker = `marker ${++markers}`;
  const batch = [message, { type: 'track', event: marker, anonymousId: 'stranger' }];
  expect((await shop.post('/v1/batch', { batch }, IN_BROWSER)).status).toBe(200);
  await eventually(atCustomerIo, (all) => all.some(({ event }) => event === marker));
  await shop.settled();
}

test.each([
  'User Suppressed',
  'User Deleted',
  'User Unsuppressed',
  'Delete Person',
  ' User Suppressed',
  'User Suppressed ',
])('a stranger has nobody erased or blocked at Customer.io by the event %j', async (event) => {
  await send({ type: 'track', event, userId: VICTIM, properties: {} });
  expect(atCustomerIo().filter((one) => one.event?.trim() === event.trim())).toEqual([]);
});

test.each([
  ['Device Created or Updated', { context: { device: { token: 'token-of-the-stranger', type: 'ios' } } }],
  ['Device Deleted', { context: { device: { token: 'token-of-the-buyer', type: 'ios' } } }],
  ['Report Delivery Event', { properties: { deliveryId: 'dl-1', metric: 'converted', actionValue: 9e9 } }],
  ['Relationship Deleted', { properties: { objectId: 'company', objectTypeId: 1 } }],
  ['Object Deleted', { properties: { objectId: 'company', objectTypeId: 1 } }],
])('a stranger has Customer.io carry out no %s for somebody else', async (event, more) => {
  await send({ type: 'track', event, userId: VICTIM, ...more });
  expect(atCustomerIo().filter((one) => one.event === event)).toEqual([]);
});
