import { createHash } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createSandbox, SANDBOX_CREDENTIALS, tiktokDuplicates } from '../../server/sandbox/index.ts';

const NOW_SECONDS = 1_772_323_200;
const DAY = 24 * 60 * 60;
let nowMs = NOW_SECONDS * 1000;
const sandbox = await createSandbox({ clock: () => nowMs });
afterAll(() => sandbox.close());
beforeEach(() => {
  nowMs = NOW_SECONDS * 1000;
  sandbox.clear();
});

const { pixelCode, accessToken } = SANDBOX_CREDENTIALS.tiktok;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const digest = sha256('alice@example.com');

const event = (change: object = {}) => ({
  event: 'Purchase',
  event_time: NOW_SECONDS,
  event_id: 'order:1001',
  user: {
    email: [digest],
    phone: digest,
    external_id: digest,
    ttclid: 'E.C.P.abc',
    ttp: '01HXYZ_.tt.1',
    ip: '203.0.113.7',
    user_agent: 'Mozilla/5.0',
    locale: 'zh-TW',
  },
  page: { url: 'https://shop.example/thanks?ttclid=E.C.P.abc', referrer: 'https://shop.example/' },
  properties: {
    contents: [{ content_id: 'SKU-1', content_type: 'product', content_name: 'Cup', price: 10, quantity: 2 }],
    content_type: 'product',
    value: 20.5,
    currency: 'TWD',
    order_id: '1001',
    a_custom_key: 1,
  },
  limited_data_use: false,
  ...change,
});
const user = (change: object) => event({ user: change });
const properties = (change: object) => event({ properties: change });
const content = (change: object) => properties({ contents: [{ content_id: 'SKU-1', ...change }] });
const body = (data: unknown = [event()], change: object = {}) => ({
  event_source: 'web',
  event_source_id: pixelCode,
  data,
  ...change,
});

interface Call {
  path?: string;
  method?: string;
  headers?: Record<string, string>;
}
async function post(payload: unknown, { path = '/open_api/v1.3/event/track/', method, headers }: Call = {}) {
  const response = await fetch(sandbox.urls.tiktok + path, {
    method: method ?? 'POST',
    headers: { 'Access-Token': accessToken, 'Content-Type': 'application/json', ...headers },
    ...(method !== 'GET' && { body: typeof payload === 'string' ? payload : JSON.stringify(payload) }),
  });
  const text = await response.text();
  return { response, answer: text.startsWith('{') ? JSON.parse(text) : text };
}

test('a good event is accepted, and the answer can be traced', async () => {
  const { response, answer } = await post(body());
  expect(response.status).toBe(200);
  expect(answer).toEqual({
    code: 0,
    message: 'OK',
    request_id: expect.stringMatching(/^\d{20,}$/),
    data: {},
  });
  expect(response.headers.get('x-tt-logid')).toBe(answer.request_id);
  expect(sandbox.accepted('tiktok')).toEqual([event()]);
});

describe('an event the documents allow is accepted', () => {
  test.each<{ case: string; given: object }>([
    { case: 'only the required fields', given: { event: 'x', event_time: NOW_SECONDS, event_id: 'e' } },
    { case: 'a custom name', given: event({ event: 'MadeToOrder' }) },
    { case: '28 days old', given: event({ event_time: NOW_SECONDS - 28 * DAY }) },
    { case: 'a clock 5 minutes ahead', given: event({ event_time: NOW_SECONDS + 300 }) },
    { case: 'several emails', given: user({ email: [digest, sha256('b@example.com')] }) },
    { case: 'IPv6', given: user({ ip: '2001:db8::1' }) },
    {
      case: 'hashed names and zip',
      given: user({ first_name: digest, last_name: digest, zip_code: digest }),
    },
    { case: 'a plain normalised place', given: user({ city: 'saopaulo', state: 'sp', country: 'br' }) },
    { case: 'a place in another script', given: user({ city: '台北市' }) },
  ])('$case', async ({ given }) => {
    expect((await post(body([given]))).answer.code).toBe(0);
  });
});

describe('the door: path, method, token, rate', () => {
  test.each([
    { case: 'no trailing slash', path: '/open_api/v1.3/event/track', status: 404 },
    { case: 'Events 1.0', path: '/open_api/v1.3/pixel/track/', status: 404 },
    { case: 'GET', method: 'GET', status: 405 },
  ])('$case → HTTP $status', async ({ status, ...call }) => {
    expect((await post(body(), call)).response.status).toBe(status);
    expect(sandbox.accepted('tiktok')).toEqual([]);
  });

  test.each<{ case: string; headers: Record<string, string>; code: number }>([
    { case: 'an empty token', headers: { 'Access-Token': '' }, code: 40104 },
    { case: 'a Bearer prefix', headers: { 'Access-Token': `Bearer ${accessToken}` }, code: 40105 },
    { case: 'another token', headers: { 'Access-Token': 'another' }, code: 40105 },
    { case: 'a form', headers: { 'Content-Type': 'text/plain' }, code: 40002 },
    { case: 'a packed body', headers: { 'Content-Encoding': 'gzip' }, code: 40002 },
  ])('$case → HTTP 200 and code $code', async ({ headers, code }) => {
    const { response, answer } = await post(body(), { headers });
    expect([response.status, answer.code]).toEqual([200, code]);
    expect(sandbox.accepted('tiktok')).toEqual([]);
  });

  test('a missing token is an empty one', async () => {
    const response = await fetch(`${sandbox.urls.tiktok}/open_api/v1.3/event/track/`, { method: 'POST' });
    expect([response.status, ((await response.json()) as { code: number }).code]).toEqual([200, 40104]);
  });

  test('the 1001st request within a second is too many; a second later all is well', {
    tags: ['slow'],
  }, async () => {
    const codes = [];
    for (let index = 0; index < 1001; index++) codes.push((await post(body())).answer.code);
    expect(codes.filter((code) => code === 0)).toHaveLength(1000);
    expect(codes.at(-1)).toBe(40100);
    nowMs += 1000;
    expect((await post(body())).answer.code).toBe(0);
  });
});

describe('the request as a whole', () => {
  test.each<{ case: string; given: unknown; code: number; names: string }>([
    { case: 'not JSON', given: '{"data":', code: 40002, names: 'JSON' },
    { case: 'a list', given: [event()], code: 40002, names: 'JSON object' },
    {
      case: 'an app source',
      given: body([event()], { event_source: 'app' }),
      code: 40002,
      names: 'event_source',
    },
    {
      case: 'a number for a pixel',
      given: body([event()], { event_source_id: 7 }),
      code: 40002,
      names: 'event_source_id',
    },
    {
      case: 'the wrong kind of id',
      given: body([event()], { event_source_id: '70123' }),
      code: 40002,
      names: 'event_source_id',
    },
    {
      case: 'another pixel',
      given: body([event()], { event_source_id: 'A'.repeat(20) }),
      code: 40001,
      names: 'event_source_id',
    },
    {
      case: 'a partner name',
      given: body([event()], { partner_name: 'Me' }),
      code: 40063,
      names: 'partner_name',
    },
    {
      case: 'an empty test code',
      given: body([event()], { test_event_code: '' }),
      code: 40002,
      names: 'test_event_code',
    },
    { case: 'an unknown key', given: body([event()], { pixel_code: 'x' }), code: 40002, names: 'pixel_code' },
    { case: 'no events', given: body([]), code: 40002, names: 'data' },
    { case: '1001 events', given: body(Array(1001).fill(event())), code: 40061, names: 'data' },
  ])('$case → $code naming $names', async ({ given, code, names }) => {
    const { answer } = await post(given);
    expect(answer.code).toBe(code);
    expect(answer.message).toContain(names);
    expect(sandbox.accepted('tiktok')).toEqual([]);
  });

  test('1000 events and a test event code are fine', async () => {
    const data = Array.from({ length: 1000 }, (_, index) => event({ event_id: `e${index}` }));
    expect((await post(body(data, { test_event_code: 'TEST1' }))).answer.code).toBe(0);
    expect(sandbox.accepted('tiktok')).toHaveLength(1000);
  });
});

describe('one bad field refuses the whole batch and is named, its event is not', () => {
  test.each<{ field: string; given: unknown; code?: number }>([
    { field: 'event', given: event({ event: 5 }) },
    { field: 'event', given: event({ event: '' }) },
    { field: 'event_id', given: event({ event_id: 1001 }) },
    { field: 'event_id', given: event({ event_id: undefined }) },
    { field: 'event_time', given: event({ event_time: NOW_SECONDS * 1000 }) },
    { field: 'event_time', given: event({ event_time: NOW_SECONDS + 0.5 }) },
    { field: 'event_time', given: event({ event_time: '2026-03-01T00:00:00Z' }) },
    { field: 'event_time', given: event({ event_time: NOW_SECONDS + 301 }) },
    { field: 'event_time', given: event({ event_time: NOW_SECONDS - 28 * DAY - 1 }) },
    { field: 'limited_data_use', given: event({ limited_data_use: 'no' }) },
    { field: 'messageId', given: event({ messageId: 'm' }) },
    { field: 'user.email', given: user({ email: 'alice@example.com' }), code: 40062 },
    { field: 'user.email', given: user({ email: [digest, 'alice@example.com'] }), code: 40062 },
    { field: 'user.email', given: user({ email: digest.toUpperCase() }), code: 40062 },
    { field: 'user.email', given: user({ email: sha256('') }), code: 40062 },
    { field: 'user.email', given: user({ email: '' }), code: 40062 },
    { field: 'user.email', given: user({ email: [] }) },
    { field: 'user.email', given: user({ email: 7 }) },
    { field: 'user.phone', given: user({ phone: '+886912345678' }), code: 40062 },
    { field: 'user.phone_number', given: user({ phone_number: digest }) },
    { field: 'user.external_id', given: user({ external_id: 'user_123' }), code: 40062 },
    { field: 'user.first_name', given: user({ first_name: 'Alice' }), code: 40062 },
    { field: 'user.last_name', given: user({ last_name: 'Wang' }), code: 40062 },
    { field: 'user.zip_code', given: user({ zip_code: '10617' }), code: 40062 },
    { field: 'user.city', given: user({ city: 'São Paulo' }) },
    { field: 'user.state', given: user({ state: digest }) },
    { field: 'user.country', given: user({ country: 'TW' }) },
    { field: 'user.ip', given: user({ ip: '203.0.113' }) },
    { field: 'user.user_agent', given: user({ user_agent: '' }) },
    { field: 'user.locale', given: user({ locale: 'zh_TW' }) },
    { field: 'user.ttclid', given: user({ ttclid: null }) },
    { field: 'page.url', given: event({ page: { url: '/thanks' } }) },
    { field: 'page.url', given: event({ page: {} }) },
    { field: 'page.referrer', given: event({ page: { url: 'https://shop.example/', referrer: '' } }) },
    { field: 'page.title', given: event({ page: { url: 'https://shop.example/', title: 'Thanks' } }) },
    { field: 'properties.value', given: properties({ value: '20', currency: 'USD' }) },
    { field: 'properties.currency', given: properties({ value: 20 }) },
    { field: 'properties.currency', given: properties({ value: 20, currency: 'usd' }) },
    { field: 'properties.currency', given: properties({ value: 20, currency: 'BGN' }) },
    { field: 'properties.order_id', given: properties({ order_id: 1001 }) },
    { field: 'properties.num_items', given: properties({ num_items: 1.5 }) },
    { field: 'properties.content_type', given: properties({ content_type: 'sku' }) },
    { field: 'properties.content_ids', given: properties({ content_ids: [7] }) },
    { field: 'properties.contents', given: properties({ contents: {} }) },
    { field: 'properties.contents.content_id', given: content({ content_id: 7 }) },
    { field: 'properties.contents.content_id', given: content({ content_id: undefined }) },
    { field: 'properties.contents.content_type', given: content({ content_type: 'variant' }) },
    { field: 'properties.contents.price', given: content({ price: '10.00' }) },
    { field: 'properties.contents.quantity', given: content({ quantity: 0 }) },
  ])('$field: $given', async ({ field, given, code = 40002 }) => {
    const { response, answer } = await post(body([event(), given, event({ event_id: 'e3' })]));
    expect(response.status).toBe(200);
    expect(answer.code).toBe(code);
    expect(answer.message).toContain(`\`${field}\``);
    expect(sandbox.accepted('tiktok')).toEqual([]);
    const refused = sandbox.received('tiktok')[0]?.refused.map(({ why }) => why);
    expect(refused).toEqual(['refused with its batch', answer.message, 'refused with its batch']);
  });
});

test('a repeated (event, event_id) is found, and whether its copies differ', async () => {
  const sameInAnotherOrder = Object.fromEntries(Object.entries(event()).reverse());
  await post(body([event(), event({ event: 'PlaceAnOrder' }), event({ event_id: 'once' })]));
  await post(body([sameInAnotherOrder, event({ event: 'PlaceAnOrder', event_time: NOW_SECONDS - 1 })]));
  await post(body([event(), event({ event_id: 7 })]));
  expect(tiktokDuplicates(sandbox.received())).toEqual([
    { event: 'Purchase', eventId: 'order:1001', times: 2, differs: false },
    { event: 'PlaceAnOrder', eventId: 'order:1001', times: 2, differs: true },
  ]);
});
