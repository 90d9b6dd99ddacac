// @module-tag slow
import { createHash } from 'node:crypto';
import { Analytics as CustomerIoAnalytics } from '@customerio/cdp-analytics-node';
import { Analytics as SegmentAnalytics } from '@segment/analytics-node';
import { PipelinesClient } from 'customerio-node';
import { expect, test } from 'vitest';
import { eventually, startCollector, WRITE_KEY } from '../support/collector.ts';

const userId = 'customer-7';
const anonymousId = '5f0c1c9e-1b1e-4f3a-9d51-6d1c8f6a2b11';
const email = 'Lin@Shop.example';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** What each client is told to send, word for word the same; only the address is not the vendor's. */
const visit = {
  page: {
    messageId: 'a-page',
    anonymousId,
    name: 'Home',
    properties: { url: 'https://shop.example/', title: 'Teas' },
  },
  identify: { messageId: 'an-identify', userId, anonymousId, traits: { email, plan: 'gold' } },
  view: {
    messageId: 'a-view',
    userId,
    anonymousId,
    event: 'Product Viewed',
    properties: { product_id: 'T-1', name: 'Oolong', price: 480, currency: 'TWD' },
  },
  order: {
    messageId: 'an-order',
    userId,
    anonymousId,
    event: 'Order Completed',
    properties: {
      order_id: '1001',
      total: 960,
      currency: 'TWD',
      products: [{ product_id: 'T-1', price: 480, quantity: 2 }],
    },
  },
};

interface Client {
  client: string;
  /** Answers every error the client told its user about. */
  send(base: string): Promise<unknown[]>;
}

/** The two SDKs that queue and batch by themselves speak alike. */
interface Queued {
  on(event: 'error', callback: (error: unknown) => void): unknown;
  page(message: typeof visit.page, onSent: OnSent): void;
  identify(message: typeof visit.identify, onSent: OnSent): void;
  track(message: typeof visit.view | typeof visit.order, onSent: OnSent): void;
  closeAndFlush(): Promise<void>;
}
type OnSent = (error?: unknown) => void;

async function sendQueued(analytics: Queued): Promise<unknown[]> {
  const errors: unknown[] = [];
  analytics.on('error', (error) => void errors.push(error));
  const onSent: OnSent = (error) => void (error && errors.push(error));
  analytics.page(visit.page, onSent);
  analytics.identify(visit.identify, onSent);
  analytics.track(visit.view, onSent);
  analytics.track(visit.order, onSent);
  await analytics.closeAndFlush();
  return errors;
}

const clients: Client[] = [
  {
    client: '@customerio/cdp-analytics-node',
    send: (host) => sendQueued(new CustomerIoAnalytics({ writeKey: WRITE_KEY, host, maxEventsInBatch: 2 })),
  },
  {
    client: '@segment/analytics-node',
    send: (host) => sendQueued(new SegmentAnalytics({ writeKey: WRITE_KEY, host, maxEventsInBatch: 2 })),
  },
  {
    client: 'customerio-node, call by call',
    async send(base) {
      const pipelines = new PipelinesClient(WRITE_KEY, { url: `${base}/v1`, strictMode: true });
      const sent = [
        pipelines.page(visit.page),
        pipelines.identify(visit.identify),
        pipelines.track(visit.view),
        pipelines.track(visit.order),
      ];
      return errorsOf(sent);
    },
  },
  {
    client: 'customerio-node, one batch',
    send(base) {
      const pipelines = new PipelinesClient(WRITE_KEY, { url: `${base}/v1` });
      const sent = pipelines.batch([
        { type: 'page', ...visit.page },
        { type: 'identify', ...visit.identify },
        { type: 'track', ...visit.view },
        { type: 'track', ...visit.order },
      ]);
      return errorsOf([sent]);
    },
  },
];

const errorsOf = async (sent: Promise<unknown>[]) =>
  (await Promise.allSettled(sent)).flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));

const byId = (items: readonly unknown[]) =>
  [...(items as Record<string, unknown>[])].sort((a, b) =>
    String(a.messageId).localeCompare(String(b.messageId)),
  );

test.each(clients)('$client only needs another address', async ({ send }) => {
  const { base, sandbox, stop } = await startCollector({
    SHOPLINE_EVENT_CODES: { 'Product Viewed': 'Z_view_product', 'Order Completed': 'Z_sale_order' },
  });

  expect(await send(base)).toEqual([]);

  const counts = () => [
    sandbox.accepted('customerio').length,
    sandbox.accepted('tiktok').length,
    sandbox.accepted('shopline').length,
  ];
  await eventually(counts, (found) => found.join() === '4,3,2');
  await stop();

  expect(counts()).toEqual([4, 3, 2]);
  expect(byId(sandbox.accepted('customerio'))).toMatchObject([
    { messageId: 'a-page', type: 'page', anonymousId, name: 'Home', properties: visit.page.properties },
    { messageId: 'a-view', type: 'track', userId, event: 'Product Viewed' },
    {
      messageId: 'an-identify',
      type: 'identify',
      userId,
      anonymousId,
      traits: { plan: 'gold', email_sha256: sha256(email.toLowerCase()) },
    },
    { messageId: 'an-order', type: 'track', userId, properties: visit.order.properties },
  ]);

  const user = { external_id: sha256(userId) };
  const tiktok = sandbox.accepted('tiktok') as { event: string }[];
  expect(tiktok.sort((a, b) => a.event.localeCompare(b.event))).toMatchObject([
    { event: 'PlaceAnOrder', event_id: 'order:1001', user, properties: { value: 960, currency: 'TWD' } },
    { event: 'Purchase', event_id: 'order:1001', user, properties: { value: 960, currency: 'TWD' } },
    { event: 'ViewContent', event_id: 'a-view', user, properties: { contents: [{ content_id: 'T-1' }] } },
  ]);

  const identities = [
    { type: 'uid', value: userId, channel_type: 'Z_store' },
    { type: 'anonymousId', value: anonymousId },
  ];
  const shopline = sandbox.accepted('shopline') as { event_code: string }[];
  expect(shopline.sort((a, b) => a.event_code.localeCompare(b.event_code))).toMatchObject([
    { event_code: 'Z_sale_order', user_id: identities, attrs: { order_id: '1001', value: 960 } },
    { event_code: 'Z_view_product', user_id: identities },
  ]);
  expect(JSON.stringify(sandbox.received())).not.toMatch(/lin@shop/i);
});
