// @module-tag slow
import { expect, test } from 'vitest';
import type { EventAnswer, EventList, OrderAnswer } from '../../shared/operator-api/index.ts';
import { IN_BROWSER, startWebhookShop } from '../support/webhook-shop.ts';

const VISITOR = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
/** The shop's server knows whose order it is by the id the snippet wrote into the cart. */
const HERS = { note_attributes: [{ name: '_sb_id', value: VISITOR }] };
const ORDER = '2105022431212188732466101';
const read = async <T>(response: Response): Promise<T> => (await response.json()) as T;

async function startShop(consentDefault: string) {
  const shop = await startWebhookShop({ CONSENT_DEFAULT: consentDefault });
  return {
    ...shop,
    async choose(choice: Record<string, boolean>) {
      const page = { url: 'https://shop.example/' };
      const context = { page, tiktok: { ttclid: 'E.C.P.click' }, consent: { categoryPreferences: choice } };
      await shop.post('/v1/page', { anonymousId: VISITOR, context }, IN_BROWSER);
      await shop.counted();
    },
    /** As a shop's own program does, which knows nothing of consent. */
    async saysNothing() {
      await shop.post('/v1/track', { anonymousId: VISITOR, event: 'Loyalty Points Given' });
      await shop.counted();
    },
    async buy() {
      await shop.place(ORDER, '#D1', {}, HERS);
      await shop.settled();
      return shop.ordersAt('tiktok').length > 0;
    },
  };
}

test.each([
  { consentDefault: 'granted', advertising: false },
  { consentDefault: 'denied', advertising: true },
])(
  'where $consentDefault is the default, an order the shop tells of goes by what the visitor said: $advertising',
  async ({ consentDefault, advertising }) => {
    const shop = await startShop(consentDefault);
    await shop.choose({ advertising, analytics: true, marketing: true });
    await shop.saysNothing();
    expect(await shop.buy()).toBe(advertising);
    expect(shop.ordersAt('customerio')).toHaveLength(1);
  },
);

test('an explicit choice takes precedence over an assumed one, the first time as well', async () => {
  const shop = await startShop('granted');
  await shop.saysNothing();
  await shop.choose({ advertising: false, analytics: true, marketing: true });
  expect(await shop.buy()).toBe(false);
});

test('the page of an order’s event has what delivery uses today, of the visitor who joined it, beside what the shop system states', async () => {
  const shop = await startShop('granted');
  await shop.choose({ advertising: false, analytics: true, marketing: true });
  await shop.buy();
  const { events } = await read<EventList>(await shop.admin('GET', `/admin/events?order=${ORDER}`));
  const id = events.find(({ name }) => name === 'Order Completed')?.messageId ?? '';
  const { row, consentToday, consentRecords, deliveries } = await read<EventAnswer>(
    await shop.admin('GET', `/admin/events/${encodeURIComponent(id)}`),
  );
  expect(row.consent).toMatchObject({ advertising: true });
  expect(consentToday).toEqual({ advertising: false, analytics: true, marketing: true });
  expect(consentRecords).toEqual([
    { id: VISITOR, at: expect.any(String), source: 'browser', consent: consentToday },
  ]);
  const order = await read<OrderAnswer>(await shop.admin('GET', `/admin/orders/${ORDER}`));
  expect(order.consent).toEqual(consentRecords);
  expect(deliveries.find(({ destination }) => destination === 'tiktok')).toMatchObject({
    ...{ state: 'skipped', payloadState: 'unavailable' },
  });
});
