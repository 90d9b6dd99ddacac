import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../server/privacy/hash.ts';
import { LogUnavailable } from '../../../server/store/store.ts';
import { createFakeClock } from '../../support/clock.ts';
import { eventually } from '../../support/eventually.ts';
import { SHOP_POLICY } from '../../support/shop.ts';
import { configOf, NOW, oneShop, signReport, startWebhookServer, type WebhookServer } from '../support.ts';

const PATH = '/v1/webhooks/customerio';
/** The worked example of Customer.io's own verifier. */
const VECTOR = {
  timestamp: '1705314601',
  body: '{"event_id":"01E4C4CT6YDC7Y5M7FE1GWWPQJ","object_type":"email","metric":"delivered","timestamp":1705314600,"data":{"delivery_id":"d1","identifiers":{"id":"42"},"recipient":"test@example.com"}}',
  signature: 'c243ea63a38c6628cae53ceb64a0d14e896c510291c38f0feb02df592d321739',
};
const headers = (timestamp: string, signature: string) => ({
  'X-CIO-Timestamp': timestamp,
  'X-CIO-Signature': signature,
});

let last = 0;
const report = (object_type: string, metric: string, data: object = {}) => ({
  event_id: `01E4C4CT6YDC7Y5M7FE1GW${++last}`,
  object_type,
  metric,
  timestamp: 1705314600,
  data: { delivery_id: 'd1', identifiers: { id: '42' }, ...data },
});
function send(webhooks: WebhookServer, payload: unknown, timestamp = VECTOR.timestamp) {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return webhooks.post(PATH, body, headers(timestamp, signReport(body, timestamp)));
}

describe('the signature', () => {
  test('of the worked example is right, however old it is', async () => {
    const webhooks = await startWebhookServer();
    const answer = await webhooks.post(PATH, VECTOR.body, headers(VECTOR.timestamp, VECTOR.signature));
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { success: true, accepted: 1, duplicates: 0 },
    ]);
    expect(webhooks.entries[0]?.audience).toBe('statistics');
    expect(webhooks.entries[0]?.event).toEqual({
      shop: 'shop',
      messageId: 'customerio:01E4C4CT6YDC7Y5M7FE1GWWPQJ',
      type: 'track',
      event: 'Email Delivered',
      timestamp: '2024-01-15T10:30:00.000Z',
      receivedAt: '2026-03-01T12:00:00.000Z',
      identity: { userId: '42', emailSha256: sha256('test@example.com') },
      consent: { advertising: false, analytics: false, marketing: false },
      source: 'platform',
      context: { traits: { email_sha256: sha256('test@example.com') } },
      properties: { object_type: 'email', metric: 'delivered', delivery_id: 'd1' },
      traits: {},
    });
  });

  test.each([
    [
      'of the body alone',
      VECTOR.timestamp,
      'b2453dee1f1b80d396ed6b9c57fe4a6c8c0d52b6cb6982b263484628e859ea37',
    ],
    ['with another timestamp', '1705314602', VECTOR.signature],
    ['without timestamp', '', VECTOR.signature],
    ['by another key', VECTOR.timestamp, signReport(VECTOR.body, VECTOR.timestamp, 'another')],
    ['that is missing', VECTOR.timestamp, ''],
  ])('%s is refused: 401, nothing is stored', async (_, timestamp, signature) => {
    const webhooks = await startWebhookServer();
    const answer = await webhooks.post(PATH, VECTOR.body, headers(timestamp, signature));
    expect([answer.status, (await answer.json()).code]).toEqual([401, 'bad-signature']);
    expect(webhooks.entries).toEqual([]);
  });

  test('the signature identifies the shop among several', async () => {
    const shops = {
      one: { WRITE_KEY: 'one', CUSTOMERIO_WEBHOOK_SIGNING_KEY: 'signing key of one' },
      two: { WRITE_KEY: 'two', CUSTOMERIO_WEBHOOK_SIGNING_KEY: 'signing key of two' },
      three: { WRITE_KEY: 'three' },
    };
    const { ALLOWED_ORIGINS, TIKTOK_PIXEL_CODE, TIKTOK_ACCESS_TOKEN } = oneShop;
    const common = { ...SHOP_POLICY, ALLOWED_ORIGINS, TIKTOK_PIXEL_CODE, TIKTOK_ACCESS_TOKEN };
    const config = configOf({}, { ...common, shops });
    const webhooks = await startWebhookServer({ config });
    const body = JSON.stringify(report('email', 'sent'));
    const signature = signReport(body, '1', 'signing key of two');
    expect((await webhooks.post(PATH, body, headers('1', signature))).status).toBe(200);
    expect(webhooks.entries.map(({ event }) => event.shop)).toEqual(['two']);
  });

  test('without any key there is no such route', async () => {
    const { CUSTOMERIO_WEBHOOK_SIGNING_KEY: _, ...off } = oneShop;
    const webhooks = await startWebhookServer({ config: configOf(off) });
    const answer = await send(webhooks, report('email', 'sent'));
    expect([answer.status, (await answer.json()).code]).toEqual([404, 'not-found']);
  });
});

describe('nothing signed is ever refused, because everything behind it would wait for hours', () => {
  test.each([
    ['a metric we do not know', report('email', 'teleported')],
    ['an object we do not know', report('carrier-pigeon', 'sent')],
    ['a metric no customer has', report('customer', 'opened')],
    ['preferences, which we do not read', report('customer', 'cio_subscription_preferences_changed')],
    ['an event without an id', { ...report('email', 'sent'), event_id: undefined }],
    ['an event without data', { ...report('email', 'sent'), data: null }],
    ['a list', [report('email', 'sent')]],
    ['text', '"sent"'],
    ['nothing', 'null'],
    ['the name of something else', report('constructor', '__proto__')],
  ])('%s: 200, counted as unused', async (_, payload) => {
    const webhooks = await startWebhookServer();
    const answer = await send(webhooks, payload);
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { success: true, accepted: 0, duplicates: 0 },
    ]);
    expect(webhooks.entries).toEqual([]);
    expect(webhooks.counted()).toEqual(['webhooks_received shop,customerio,unused 1']);
  });

  test('what is no JSON is 400', async () => {
    expect((await send(await startWebhookServer(), '{')).status).toBe(400);
  });

  test('an event sent again is stored once', async () => {
    const webhooks = await startWebhookServer();
    const once = report('email', 'sent');
    const answers = [await send(webhooks, once), await send(webhooks, once, '1705318200')];
    expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual([
      { success: true, accepted: 1, duplicates: 0 },
      { success: true, accepted: 1, duplicates: 1 },
    ]);
    expect(webhooks.counted().at(-1)).toBe('webhooks_received shop,customerio,repeated 1');
  });

  test('while the log is down: 503; while it hangs: 503 within 4 seconds', async () => {
    const down = await startWebhookServer({
      log: { accept: () => Promise.reject(new LogUnavailable('full')) },
    });
    expect((await send(down, report('email', 'sent'))).status).toBe(503);
    const clock = createFakeClock(NOW);
    const hangs = await startWebhookServer({ clock, log: { accept: () => new Promise(() => {}) } });
    const answering = send(hangs, report('email', 'sent'));
    await eventually(hangs.bytesHeld, (bytes) => bytes > 0);
    await clock.advance(3_999);
    expect((await answering).status).toBe(503);
  });
});

describe('each metric is one event', () => {
  test.each([
    ['email', 'attempted', 'Email Attempted'],
    ['email', 'sent', 'Email Sent'],
    ['email', 'deferred', 'Email Deferred'],
    ['email', 'opened', 'Email Opened'],
    ['email', 'clicked', 'Email Link Clicked'],
    ['email', 'bounced', 'Email Bounced'],
    ['email', 'dropped', 'Email Dropped'],
    ['email', 'failed', 'Email Failed'],
    ['email', 'undeliverable', 'Email Undeliverable'],
    ['email', 'spammed', 'Email Marked as Spam'],
    ['email', 'unsubscribed', 'Email Unsubscribed'],
    ['email', 'converted', 'Email Converted'],
    ['email', 'drafted', 'Email Drafted'],
    ['push', 'clicked', 'Push Link Clicked'],
    ['sms', 'replied', 'SMS Replied'],
    ['whatsapp', 'delivered', 'WhatsApp Delivered'],
    ['in_app', 'opened', 'In-App Opened'],
    ['slack', 'sent', 'Slack Sent'],
    ['webhook', 'failed', 'Webhook Failed'],
    ['customer', 'subscribed', 'Subscribed'],
    ['customer', 'unsubscribed', 'Unsubscribed'],
  ])('%s %s → %s', async (objectType, metric, name) => {
    const webhooks = await startWebhookServer();
    await send(webhooks, report(objectType, metric));
    expect(webhooks.entries[0]?.event).toMatchObject({
      event: name,
      properties: { object_type: objectType, metric },
    });
  });

  test('with every id as text, the link, and who it was', async () => {
    const webhooks = await startWebhookServer();
    const data = {
      identifiers: { id: null, email: 'Ada@Example.com', cio_id: 'd9c106000001' },
      campaign_id: 12,
      action_id: 7,
      journey_id: '01HJ',
      broadcast_id: null,
      trigger_id: 3,
      newsletter_id: 0,
      content_id: 2,
      transactional_message_id: 5,
      link_id: 9,
      href: 'https://shop.example/sale?utm_id=MA_1&email=ada%40example.com',
      subject: 'Ada, your order',
      recipient: 'ada@example.com',
      headers: { To: ['ada@example.com'] },
    };
    await send(webhooks, report('email', 'clicked', data));
    const event = webhooks.entries[0]?.event;
    expect(event?.identity).toEqual({ emailSha256: sha256('ada@example.com') });
    expect(event?.properties).toEqual({
      object_type: 'email',
      metric: 'clicked',
      delivery_id: 'd1',
      campaign_id: '12',
      action_id: '7',
      journey_id: '01HJ',
      trigger_id: '3',
      newsletter_id: '0',
      content_id: '2',
      transactional_message_id: '5',
      cio_id: 'd9c106000001',
      link_url: 'https://shop.example/sale?utm_id=MA_1&email=[email]',
      link_id: '9',
    });
    expect(JSON.stringify(event)).not.toMatch(/ada@|Ada,/i);
  });

  test.each([
    ['opened', { prefetched: true }, true],
    ['opened', { proxied: true }, true],
    ['opened', { prefetched: false, proxied: false }, undefined],
    ['opened', { machine: true }, undefined],
    ['clicked', { machine: true }, true],
    ['clicked', { prefetched: true }, undefined],
    ['delivered', { machine: true, proxied: true }, undefined],
  ])('%s with %j: a machine’s %s', async (metric, flags, machine) => {
    const webhooks = await startWebhookServer();
    await send(webhooks, report('email', metric, flags));
    expect(webhooks.entries[0]?.event.properties.machine).toBe(machine);
  });

  test.each([
    ['a deleted person', { identifiers: null, customer_id: '' }, {}],
    ['a person without email', { identifiers: { id: '42', email: null } }, { userId: '42' }],
    ['a person known by a former id', { identifiers: {}, customer_id: 42 }, { userId: '42' }],
    ['a phone is no email', { identifiers: {}, recipient: '+886912345678' }, {}],
    [
      'an id that is an email',
      { identifiers: { id: 'ada@example.com' } },
      { emailSha256: sha256('ada@example.com') },
    ],
  ])('%s is who it can be', async (_, data, identity) => {
    const webhooks = await startWebhookServer();
    await send(webhooks, report('sms', 'sent', data));
    expect(webhooks.entries[0]?.event.identity).toEqual(identity);
  });

  test.each([undefined, null, -1, 1.5, '1705314600', 8.65e12, 9_007_199_254_740_991])(
    'at a time that is none (%s) it happened now',
    async (timestamp) => {
      const webhooks = await startWebhookServer();
      await send(webhooks, { ...report('email', 'sent'), timestamp });
      expect(webhooks.entries[0]?.event.timestamp).toBe('2026-03-01T12:00:00.000Z');
    },
  );
});
