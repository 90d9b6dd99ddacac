import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createSandbox, SANDBOX_CREDENTIALS } from '../../server/sandbox/index.ts';

let nowMs = 0;
const sandbox = await createSandbox({ clock: () => nowMs });
afterAll(() => sandbox.close());
beforeEach(() => sandbox.clear());

const basic = (pair: string) => `Basic ${btoa(pair)}`;
const AUTHORIZATION = basic(`${SANDBOX_CREDENTIALS.customerio.apiKey}:`);
const STRICT = { 'X-Strict-Mode': '1' };
const PERMISSIVE = {};

const track = (change: object = {}) => ({
  type: 'track',
  userId: 'u1',
  anonymousId: 'a1',
  event: 'Order Completed',
  messageId: 'm1',
  timestamp: '2026-03-01T08:00:00.000Z',
  properties: { order_id: '1001', products: [{ product_id: 'SKU-1', price: 10 }] },
  context: {
    ip: '203.0.113.7',
    page: { url: 'https://shop.example/', title: 'Shop' },
    campaign: { source: 'tiktok' },
    device: { token: 't', type: 'ios' },
    tiktok: { ttclid: 'E.C.P.abc' },
  },
  ...change,
});
const identify = (traits: object, ids: object = { userId: 'u1' }) => ({ type: 'identify', ...ids, traits });
/** A message of about this many bytes. */
const sized = (bytes: number, change: object = {}) =>
  track({ properties: { text: 'x'.repeat(bytes) }, ...change });

async function post(path: string, payload: unknown, headers: Record<string, string> = STRICT) {
  const response = await fetch(`${sandbox.urls.customerio}/v1/${path}`, {
    method: 'POST',
    headers: { Authorization: AUTHORIZATION, 'Content-Type': 'application/json', ...headers },
    body: payload instanceof Uint8Array ? Buffer.from(payload) : JSON.stringify(payload),
  });
  return { status: response.status, answer: (await response.json()) as { meta?: { errors: string[] } } };
}
const refusals = () => sandbox.received('customerio').flatMap(({ refused }) => refused);

describe('every call is taken on its long and its one-letter path', () => {
  test.each<{ path: string; message: Record<string, unknown> }>([
    {
      path: 'identify',
      message: { userId: 'u1', anonymousId: 'a1', traits: { email: 'alice@example.com' } },
    },
    { path: 'track', message: { userId: 'u1', event: 'Signed Up' } },
    {
      path: 'page',
      message: { anonymousId: 'a1', userId: null, properties: { url: 'https://shop.example/' } },
    },
    { path: 'screen', message: { anonymousId: 'a1', name: 'Home' } },
    { path: 'group', message: { userId: 'u1', groupId: 'g1', traits: { object_type_id: '1' } } },
    { path: 'alias', message: { userId: 'u1', previousId: 'a1' } },
    { path: 'batch', message: { batch: [track()] } },
  ])('$path', async ({ path, message }) => {
    for (const each of [path, path.charAt(0)])
      expect(await post(each, message)).toEqual({ status: 200, answer: {} });
    const event = path === 'batch' ? track() : message;
    expect(sandbox.accepted('customerio')).toEqual([event, event]);
  });

  test('a packed batch is unpacked', async () => {
    const packed = gzipSync(JSON.stringify({ batch: [track(), identify({})] }));
    expect((await post('batch', packed, { ...STRICT, 'Content-Encoding': 'gzip' })).status).toBe(200);
    expect(sandbox.accepted('customerio')).toHaveLength(2);
  });

  test.each([
    { case: 'another path', path: '/v1/m', method: 'POST' },
    { case: 'no version', path: '/track', method: 'POST' },
    { case: 'GET', path: '/v1/track', method: 'GET' },
  ])('$case → 404', async ({ path, method }) => {
    expect((await fetch(sandbox.urls.customerio + path, { method })).status).toBe(404);
  });
});

describe('strict and permissive mode', () => {
  test.each<{
    case: string;
    path: string;
    payload: unknown;
    headers?: Record<string, string>;
    strict: number;
  }>([
    {
      case: 'a wrong key',
      path: 'track',
      payload: track(),
      headers: { Authorization: basic('other:') },
      strict: 401,
    },
    {
      case: 'a key with a password',
      path: 'track',
      payload: track(),
      headers: { Authorization: basic(`${SANDBOX_CREDENTIALS.customerio.apiKey}:x`) },
      strict: 401,
    },
    {
      case: 'a bearer token',
      path: 'track',
      payload: track(),
      headers: { Authorization: `Bearer ${SANDBOX_CREDENTIALS.customerio.apiKey}` },
      strict: 401,
    },
    { case: 'a body that is not JSON', path: 'track', payload: Buffer.from('{"type"'), strict: 400 },
    { case: 'a single message over 32 KB', path: 'track', payload: sized(33_000), strict: 400 },
    { case: 'a batch message over 32 KB', path: 'batch', payload: { batch: [sized(33_000)] }, strict: 400 },
    {
      case: 'a batch over 500 KB',
      path: 'batch',
      payload: { batch: Array(17).fill(sized(30_000)) },
      strict: 400,
    },
    { case: 'an empty batch', path: 'batch', payload: { batch: [] }, strict: 400 },
    { case: 'a batch that is no list', path: 'batch', payload: { batch: {} }, strict: 400 },
    { case: 'a bad field', path: 'track', payload: track({ userId: 7 }), strict: 400 },
  ])('$case: strict says $strict and why; permissive says 200 and loses it', async (row) => {
    const strict = await post(row.path, row.payload, { ...STRICT, ...row.headers });
    expect(strict).toEqual({ status: row.strict, answer: { meta: { errors: [expect.any(String)] } } });
    expect(await post(row.path, row.payload, { ...PERMISSIVE, ...row.headers })).toEqual({
      status: 200,
      answer: {},
    });
    expect(sandbox.accepted('customerio')).toEqual([]);
    expect(new Set(refusals().map(({ why }) => why))).toEqual(new Set(strict.answer.meta?.errors));
  });

  test.each(['true', 'yes', '0'])('X-Strict-Mode: %s is permissive: only 1 counts', async (value) => {
    expect((await post('track', {}, { 'X-Strict-Mode': value })).status).toBe(200);
    expect(sandbox.accepted('customerio')).toEqual([]);
  });

  test('one bad message refuses a strict batch; a permissive one loses that message alone', async () => {
    const batch = [track({ messageId: 'good' }), track({ messageId: 'bad', event: undefined })];
    const { status, answer } = await post('batch', { batch });
    expect(status).toBe(400);
    expect(answer.meta?.errors).toEqual([expect.stringMatching(/^event: /)]);
    expect(refusals().map(({ why }) => why)).toEqual(['refused with its batch', answer.meta?.errors[0]]);
    expect((await post('batch', { batch }, PERMISSIVE)).status).toBe(200);
    expect(sandbox.accepted('customerio')).toEqual([batch[0]]);
  });

  test('just under both sizes is fine', async () => {
    expect((await post('track', sized(32_000))).status).toBe(200);
    expect((await post('batch', { batch: Array(16).fill(sized(30_000)) })).status).toBe(200);
  });

  test('past 3,000 requests in 3 seconds both modes answer 429', { tags: ['slow'] }, async () => {
    for (let round = 0; round < 30; round++)
      await Promise.all(Array.from({ length: 100 }, () => post('track', track())));
    expect((await post('track', track())).status).toBe(429);
    expect((await post('track', track(), PERMISSIVE)).status).toBe(429);
    nowMs += 1000;
    expect((await post('track', track())).status).toBe(200);
  });
});

describe('a message the documents allow is taken', () => {
  test.each<{ case: string; given: object }>([
    { case: 'no user yet', given: track({ userId: null }) },
    { case: 'an object alone', given: { type: 'track', groupId: 'g1', event: 'x' } },
    { case: 'a person known by email', given: identify({ email: 'alice@example.com' }, {}) },
    { case: 'a time zone', given: track({ timestamp: '2026-03-01T16:00:00+08:00' }) },
    { case: 'destinations switched', given: track({ integrations: { All: false, Amplitude: true } }) },
    { case: 'unknown keys, as SDKs send', given: track({ _metadata: {}, writeKey: 'k' }) },
    {
      case: 'a subscription',
      given: identify({
        unsubscribed: 'TRUE',
        cio_subscription_preferences: { topics: { topic_1: true }, channels: { email: false } },
      }),
    },
    { case: 'an erasure', given: { type: 'track', userId: 'u1', event: 'User Suppressed' } },
  ])('$case', async ({ given }) => {
    expect(await post('batch', { batch: [given] })).toEqual({ status: 200, answer: {} });
  });
});

describe('a wrong field is named', () => {
  test.each<{ field: string; given: unknown }>([
    { field: 'the message', given: 'track' },
    { field: 'type', given: track({ type: undefined }) },
    { field: 'type', given: track({ type: 'purchase' }) },
    { field: 'userId', given: track({ userId: undefined, anonymousId: undefined }) },
    { field: 'userId', given: track({ userId: '', anonymousId: '' }) },
    { field: 'userId', given: track({ userId: 42 }) },
    { field: 'userId', given: identify({}, {}) },
    { field: 'userId', given: { type: 'page' } },
    { field: 'userId', given: { type: 'group', groupId: 'g1' } },
    { field: 'userId', given: { type: 'alias', previousId: 'a1' } },
    { field: 'userId', given: { type: 'track', anonymousId: 'a1', event: 'User Suppressed' } },
    { field: 'previousId', given: { type: 'alias', userId: 'u1' } },
    { field: 'groupId', given: { type: 'group', userId: 'u1' } },
    { field: 'anonymousId', given: track({ anonymousId: 42 }) },
    { field: 'event', given: track({ event: '' }) },
    { field: 'event', given: track({ event: { name: 'x' } }) },
    { field: 'messageId', given: track({ messageId: 'x'.repeat(101) }) },
    { field: 'messageId', given: track({ messageId: 1 }) },
    { field: 'timestamp', given: track({ timestamp: 1772323200 }) },
    { field: 'timestamp', given: track({ timestamp: '1 March 2026' }) },
    { field: 'timestamp', given: track({ timestamp: '2026-03-01T08:00:00' }) },
    { field: 'originalTimestamp', given: track({ originalTimestamp: 'now' }) },
    { field: 'sentAt', given: track({ sentAt: 'now' }) },
    { field: 'receivedAt', given: track({ receivedAt: '2026-03-01T08:00:00Z' }) },
    { field: 'version', given: track({ version: 1 }) },
    { field: 'integrations.All', given: track({ integrations: { All: 'yes' } }) },
    { field: 'properties', given: track({ properties: [] }) },
    { field: 'properties', given: { type: 'page', userId: 'u1', properties: 'x' } },
    { field: 'context', given: track({ context: 'x' }) },
    { field: 'context.ip', given: track({ context: { ip: 7 } }) },
    { field: 'context.page.url', given: track({ context: { page: { url: null } } }) },
    { field: 'context.campaign.source', given: track({ context: { campaign: { source: 1 } } }) },
    { field: 'context.device.type', given: track({ context: { device: { type: 'fridge' } } }) },
    { field: 'context.device.token', given: { type: 'track', userId: 'u1', event: 'Device Deleted' } },
    { field: 'traits', given: { type: 'identify', userId: 'u1', traits: [] } },
    { field: 'traits.email', given: identify({ email: 7 }) },
    { field: 'traits.createdAt', given: identify({ createdAt: 1772323200 }) },
    { field: 'traits.unsubscribed', given: identify({ unsubscribed: 'maybe' }) },
    {
      field: 'traits.cio_subscription_preferences.channels.pigeon',
      given: identify({ cio_subscription_preferences: { channels: { pigeon: true } } }),
    },
  ])('$field: $given', async ({ field, given }) => {
    const { status, answer } = await post('batch', { batch: [given] });
    expect(status).toBe(400);
    expect(answer.meta?.errors[0]?.startsWith(field)).toBe(true);
  });

  test('a type that contradicts its path', async () => {
    expect((await post('identify', track())).answer.meta?.errors).toEqual([
      'type: must be identify on this path',
    ]);
  });
});
