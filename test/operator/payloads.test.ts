// @module-tag slow
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { sandboxVariables } from '../../server/sandbox/index.ts';
import type { EventAnswer, Overview } from '../../shared/operator-api/index.ts';
import { type Collector, eventually, startCollector } from '../support/collector.ts';

const VISITOR = '5c4f2a7e-8f0b-4b63-9d57-0a2b7d1f6e11';
const WITHOUT_SHOPLINE = Object.fromEntries(
  Object.keys(sandboxVariables({ tiktok: '', customerio: '', shopline: '' }))
    .filter((name) => name.startsWith('SHOPLINE_'))
    .map((name) => [name, '']),
);
const CLICK_IDS = /E\.C\.P\.|ttp-of-the-visitor|fb-of-the-visitor/;
const consent = (advertising: boolean) => ({
  consent: { categoryPreferences: { advertising, analytics: true, marketing: true } },
});
const view = {
  ...{ messageId: 'view', anonymousId: VISITOR, event: 'Product Viewed' },
  properties: { product_id: 'tea-1', price: 12.5, currency: 'TWD' },
  context: {
    ...consent(true),
    ...{ ttclid: 'E.C.P.visitor', ttp: 'ttp-of-the-visitor' },
    page: { url: 'https://shop.example/tea?ttclid=E.C.P.visitor&fbclid=fb-of-the-visitor' },
  },
};

/** The page of an event, once it has these outcomes alone. */
const pageWith =
  (...states: string[]) =>
  ({ admin }: Collector, messageId: string) =>
    eventually(
      async () => (await (await admin('GET', `/admin/events/${messageId}`)).json()) as EventAnswer,
      ({ deliveries = [] }) =>
        deliveries.length > 0 && deliveries.every(({ state }) => states.includes(state)),
    );
const [waiting, settled] = [pageWith('waiting'), pageWith('delivered', 'skipped')];
const deliveryOf = ({ deliveries }: EventAnswer, destination: string) =>
  deliveries.find((one) => one.destination === destination);

test('after a denial the payloads that would be sent have no click ids, and there are none where the purpose is denied', async () => {
  const collector = await startCollector(WITHOUT_SHOPLINE);
  const { sandbox, post, admin } = collector;
  sandbox.setFaults('tiktok', { status: 200, body: { code: 40105, message: 'Access token is incorrect' } });
  sandbox.setFaults('customerio', { status: 401, body: {} });
  await post('/v1/track', { ...view, messageId: 'first' });
  await eventually(
    async () => (await (await admin('GET', '/admin/overview')).json()) as Overview,
    ({ destinations }) => destinations.every(({ breaker }) => breaker === 'paused'),
    10_000,
  );
  await post('/v1/track', view);
  const before = await waiting(collector, 'view');
  for (const { destination, payloads } of before.deliveries)
    expect([destination, JSON.stringify(payloads)]).toEqual([destination, expect.stringMatching(CLICK_IDS)]);

  await post('/v1/track', { ...view, messageId: 'later', context: consent(false) });
  const after = await waiting(collector, 'view');
  expect(after.consentToday?.advertising).toBe(false);
  expect(deliveryOf(after, 'tiktok')).not.toHaveProperty('payloads');
  expect(deliveryOf(after, 'customerio')).toMatchObject({ payloadState: 'unsent', payloads: [{}] });
  expect(JSON.stringify(after.deliveries)).not.toMatch(CLICK_IDS);
});

test('a payload with personal data in clear is not shown, and the page says why', async () => {
  const PII_KEY = randomBytes(32).toString('base64');
  const collector = await startCollector({ CUSTOMERIO_PII: 'raw', PII_KEY });
  await collector.post('/v1/identify', {
    ...{ messageId: 'signed-up', userId: 'u-1', traits: { email: 'mei.lin@example.com' } },
    context: consent(true),
  });
  const answer = await settled(collector, 'signed-up');
  expect(JSON.stringify(collector.sandbox.accepted('customerio'))).toContain('mei.lin@example.com');
  const delivery = deliveryOf(answer, 'customerio');
  expect(delivery).toMatchObject({ state: 'delivered', payloadState: 'clear' });
  expect(delivery).not.toHaveProperty('payloads');
  expect(JSON.stringify(answer)).not.toContain('mei.lin');
});
